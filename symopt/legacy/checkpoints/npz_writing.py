"""Writing arrays to an ``.npz`` file that holds their exact bits and needs no pickle."""

from __future__ import annotations

import os
import re
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from symopt.errors import CheckpointError
from symopt.npy import NpyError, npy_bytes, npy_header
from symopt.scratch_file import scratch_file, usual_mode

UNSAFE = re.compile(r"[\x00-\x1f\x7f\\]")
"""What archives change, or end a name at."""

LONGEST_NAME = 60_000


def write_npz(path: Path, arrays: Mapping[str, NDArray[Any]], *, overwrite: bool = False) -> None:
    """Write arrays, in order, so that the file appears whole or not at all.

    Parameters
    ----------
    path
        Where to.
    arrays
        Names to arrays of any dtype that needs no pickle.
    overwrite
        Whether a file that is there may be replaced.

    Raises
    ------
    CheckpointError
        There is a file already, an array needs a pickle, or the file cannot be written.
    """
    if not overwrite and os.path.lexists(path):
        raise CheckpointError(f"{path}: exists; nothing was written over it.")
    with _scratch(path) as scratch:
        with scratch.open("wb") as file:
            with zipfile.ZipFile(file, "w") as archive:
                for name, array in arrays.items():
                    _write_entry(archive, name, array)
            file.flush()
            os.fsync(file.fileno())
        place(scratch, path, overwrite=overwrite)


def write_text(path: Path, text: str, *, overwrite: bool = False) -> None:
    """Write a text file in the same way."""
    with _scratch(path) as scratch:
        scratch.write_text(text, "utf-8")
        place(scratch, path, overwrite=overwrite)


@contextmanager
def _scratch(target: Path) -> Iterator[Path]:
    """A file beside ``target`` that is gone afterwards unless it was put in its place."""
    try:
        with scratch_file(target) as scratch:
            yield scratch
    except OSError as error:
        raise CheckpointError(f"{target}: cannot be written: {error.strerror or error}.") from error


def place(scratch: Path, target: Path, *, overwrite: bool) -> None:
    """Give a finished file its name, over another file only if that was asked for."""
    usual_mode(scratch)
    if overwrite:
        os.replace(scratch, target)
        return
    try:
        os.link(scratch, target)  # fails where there is a file, however it came there
    except FileExistsError as error:
        raise CheckpointError(f"{target}: exists; nothing was written over it.") from error
    except OSError:  # a file system without links
        if os.path.lexists(target):
            raise CheckpointError(f"{target}: exists; nothing was written over it.") from None
        os.replace(scratch, target)


def _write_entry(archive: zipfile.ZipFile, name: str, array: NDArray[Any]) -> None:
    try:
        header = npy_header(array)
    except NpyError as error:
        raise CheckpointError(f"the array {name!r}: {error}.") from error
    entry_file = f"{entry_name(name)}.npy"
    if entry_file in archive.NameToInfo or len(entry_file.encode()) > LONGEST_NAME:
        raise CheckpointError(f"the array {name!r:.80}: its name is taken or too long; rename it.")
    with archive.open(entry_file, "w", force_zip64=True) as entry:
        entry.write(header)
        if array.size:
            entry.write(npy_bytes(array))


def entry_name(name: str) -> str:
    """``name`` as an archive can keep it: control characters as in an URL, ``%00``."""
    text = name.encode("utf-8", "backslashreplace").decode()
    return UNSAFE.sub(lambda found: f"%{ord(found[0]):02X}", text) or "arr_0"
