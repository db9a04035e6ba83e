"""What is in a file of arrays, of whichever kind it is."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import math
import re
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np

from symopt.datasets.pickles import PickleError, RefusedError
from symopt.errors import CheckpointError
from symopt.legacy.checkpoints.theano_objects import loads
from symopt.npy import MAGIC, NpyError, read_npy_data, read_npy_header

ZIP = b"PK"
FOREIGN = {
    b"\x89HDF": "an HDF5 file",
    b"ustar": "a tar archive",
}
BLANK = re.compile(rb"\s*\Z")
INFLATED_LIMIT = 1 << 30
INFLATED_RATIO = 50
"""A compressed file may hold a GiB, or this many times its size."""

DAMAGED = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, zipfile.BadZipFile)


@dataclass
class Contents:
    """What a file holds, and what of it could not be read.

    Attributes
    ----------
    kind
        What the file is, for people: "gzipped pickle".
    objects
        Names to what was read: arrays and, from pickles, anything.
    faults
        What is wrong with the file, one text each; empty if all of it was read.
    """

    kind: str
    objects: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


def read_contents(path: Path) -> Contents:
    """Read a ``.npy`` or ``.npz`` file, or a pickle, compressed or not; the name is not asked.

    Nothing in it is executed, and not more is allocated than its bytes account for.

    Raises
    ------
    CheckpointError
        The file cannot be opened, or nothing in it can be read.
    """
    try:
        if not path.is_file():
            raise CheckpointError(f"{path}: no such file, or no regular one.")
        data = path.read_bytes()
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {error.strerror or error}.") from error
    try:
        data, prefix = _inflated(data)
        return _read(data, prefix)
    except _UnreadableError as error:
        raise CheckpointError(f"{path}: {error}.") from error


class _UnreadableError(ValueError):
    """Nothing in the file can be read; the text says why."""


def _inflated(data: bytes) -> tuple[bytes, str]:
    """The bytes without a compression around them, and what to call it."""
    for magic, name, opened in COMPRESSIONS:
        if not data.startswith(magic):
            continue
        limit = max(INFLATED_LIMIT, INFLATED_RATIO * len(data))
        try:
            with opened(io.BytesIO(data)) as file:
                inflated = file.read(limit + 1)
        except DAMAGED as error:
            raise _UnreadableError(
                f"a {name} file that is cut short or damaged: {error}"
            ) from error
        if len(inflated) > limit:
            raise _UnreadableError(f"a {name} file of more than {limit:,} bytes; unpack it first")
        return inflated, f"{name} "
    return data, ""


COMPRESSIONS: tuple[tuple[bytes, str, Callable[[Any], Any]], ...] = (
    (b"\x1f\x8b", "gzipped", lambda file: gzip.GzipFile(fileobj=file)),
    (b"BZh", "bzipped", bz2.BZ2File),
    (b"\xfd7zXZ", "xz-packed", lzma.LZMAFile),
)


def _read(data: bytes, prefix: str) -> Contents:
    if not data:
        raise _UnreadableError("an empty file")
    if data.startswith(MAGIC):
        return _read_stream(data, Contents(f"{prefix}npy file"), _one_array)
    if data.startswith(ZIP):
        return _read_zip(data, prefix)
    for magic, name in FOREIGN.items():
        if data.startswith(magic) or data[257:262] == magic:
            raise _UnreadableError(f"{name}, which this does not read")
    return _read_stream(data, Contents(f"{prefix}pickle"), loads)


def _read_stream(
    data: bytes, contents: Contents, read: Callable[[bytes, int], tuple[Any, int]]
) -> Contents:
    """Objects one behind the other: scripts call ``dump`` or ``numpy.save`` for each parameter."""
    position = 0
    found: list[Any] = []
    while not BLANK.match(data, position):
        try:
            value, position = read(data, position)
        except (PickleError, RefusedError, NpyError) as error:
            if not found:
                raise _UnreadableError(f"no {contents.kind}, or a damaged one: {error}") from error
            contents.faults.append(f"behind object {len(found)}, at byte {position}: {error}")
            break
        found.append(value)
    many = len(found) > 1
    contents.objects = {f"[{i}]" if many else "": value for i, value in enumerate(found)}
    if many:
        contents.kind += f" of {len(found)} objects"
    return contents


def _one_array(data: bytes, position: int) -> tuple[Any, int]:
    file = io.BytesIO(data)
    file.seek(position)
    header = read_npy_header(file, objects=True)
    if header.dtype.hasobject:
        return _objects_array(data, file.tell(), header.shape, header.fortran_order)
    left = len(data) - file.tell()
    value = read_npy_data(file, header, min(header.nbytes, left))
    return value, file.tell()


def _objects_array(
    data: bytes, position: int, shape: tuple[int, ...], fortran_order: bool
) -> tuple[Any, int]:
    """The pickle that follows the header of an array of objects: the array itself."""
    value, end = loads(data, position)
    if isinstance(value, np.ndarray) and math.prod(shape) == value.size:
        return value.reshape(shape, order="F" if fortran_order else "C"), end
    return value, end


def _read_zip(data: bytes, prefix: str) -> Contents:
    contents = Contents(f"{prefix}npz file")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # zipfile raises nearly anything over damaged archives
        raise _UnreadableError(f"a zip file that is cut short or damaged: {error}") from error
    with archive:
        limit = max(INFLATED_LIMIT, INFLATED_RATIO * len(data))
        if sum(info.file_size for info in archive.infolist()) > limit:
            raise _UnreadableError(f"a zip file of more than {limit:,} bytes; unpack it first")
        pickles = []
        for info in archive.infolist():
            name = info.filename.removesuffix(".npy")
            try:
                with archive.open(info) as entry:
                    begin = cast(zipfile.ZipExtFile, entry).peek(1)[:1]
                    if info.file_size and begin != MAGIC[:1]:
                        pickles.append((name, entry.read()))
                    else:
                        contents.objects[name] = _entry(cast(BinaryIO, entry), info.file_size)
            except Exception as error:
                contents.faults.append(f"{name}: {_why(error)}")
        for name, pickled in pickles:
            try:
                contents.objects[name], _ = loads(pickled, 0, _persisted(contents.objects))
            except (PickleError, RefusedError) as error:
                contents.faults.append(f"{name}: no array and no pickle: {error}")
            else:
                contents.kind = f"{prefix}zip file of theano.misc.pkl_utils"
    if contents.faults and not contents.objects:
        raise _UnreadableError(f"a damaged npz file; {'; '.join(contents.faults)}")
    return contents


def _entry(entry: BinaryIO, size: int) -> Any:
    header = read_npy_header(entry, objects=True)
    if header.dtype.hasobject:
        value, _ = _objects_array(entry.read(), 0, header.shape, header.fortran_order)
        return value
    value = read_npy_data(entry, header, size - entry.tell())
    entry.read(1)  # zipfile checks the sum where an entry ends
    return value


def _persisted(arrays: dict[str, Any]) -> Callable[[Any], Any]:
    """Theano's persistent ids are ``type.name``, with the array beside the pickle."""

    def find(identity: Any) -> Any:
        name = identity.partition(".")[2] if isinstance(identity, str) else None
        if name not in arrays:
            raise PickleError(f"the persistent id {identity!r:.80}, which the file does not hold")
        return arrays[name]

    return find


def _why(error: Exception) -> str:
    return f"{error}" if str(error) else type(error).__name__
