"""The folder of compiled libraries, which processes share and any of them may leave at any time.

A library's name is a hash of everything that made it. It is compiled in a folder of its own,
``unfinished-*``, and then renamed: so a process or a compiler that is killed leaves nothing half
done under a library's name, and of two processes that compile the same source the later one puts an
equal file in place of the first. What killed processes leave is removed after a day. A library that
was cut short in another way (a copy of the folder, a machine that stopped) is told by its size.
"""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import struct
import tempfile
import time
import warnings
from pathlib import Path

import pytensor

from symopt.errors import CompileError

_UNFINISHED = "unfinished-"
_A_DAY = 24 * 60 * 60
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)
"""How the system says that a disk is full, or a person's share of it."""

_instead: Path | None = None
_discarded: set[Path] = set()
_swept: set[Path] = set()


def folder() -> Path:
    """Where libraries are kept: beside PyTensor's compiled modules. It need not be there yet."""
    return Path(str(pytensor.config.compiledir)) / "symopt"


def find(name: str) -> Path | None:
    """The library called ``name``, if it is here and whole."""
    for place in (folder(), _instead):
        if place is None:
            continue
        path = place / f"{name}.so"
        if path not in _discarded and path.exists():
            if _is_whole(path):
                return path
            discard(path)
    return None


def discard(path: Path) -> None:
    """Never use this file again, and remove it where that is allowed."""
    try:
        path.unlink(missing_ok=True)
    except OSError:
        _discarded.add(path)


def new_workplace() -> Path:
    """A new folder for one compile, where its result can be renamed to its place.

    Where nobody may write to the cache it is in a temporary folder, which ends with the process; a
    warning says so once.

    Raises
    ------
    CompileError
        The disk is full.
    """
    if _instead is None:
        try:
            folder().mkdir(parents=True, exist_ok=True)
            _sweep(folder())
            return Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=folder()))
        except OSError as error:
            if error.errno in NO_SPACE:
                raise full(folder()) from error
            reason = error.strerror or str(error)
        _use_temporary_folder(reason)
    assert _instead is not None  # it has just been set
    return Path(tempfile.mkdtemp(prefix=_UNFINISHED, dir=_instead))


def remove_workplace(workplace: Path) -> None:
    """Remove it with all that is in it."""
    shutil.rmtree(workplace, ignore_errors=True)


def keep(workplace: Path, name: str, suffix: str) -> Path:
    """Put a finished file of ``workplace`` into the cache, at one stroke and for good."""
    made = workplace / f"{name}{suffix}"
    with made.open("rb+") as file:
        os.fsync(file.fileno())  # a rename can reach the disk before what is renamed
    kept = workplace.parent / made.name
    os.replace(made, kept)
    _discarded.discard(kept)
    return kept


def full(place: Path) -> CompileError:
    """The error of a full disk."""
    return CompileError(
        f"There is no space left in {place}, where compiled code is kept. Free some, or have it "
        "kept elsewhere: PYTENSOR_FLAGS=base_compiledir=/another/folder."
    )


def contents() -> tuple[int, int]:
    """The number of libraries in the cache, and the bytes of all its files."""
    sizes = {}
    for path in folder().rglob("*"):
        try:
            sizes[path] = path.stat().st_size if path.is_file() else 0
        except OSError:  # another process has finished with it
            continue
    return sum(path.suffix == ".so" for path in sizes), sum(sizes.values())


def forget_in_child() -> None:
    """In a process that was forked: the temporary folder is the parent's, and ends with it."""
    global _instead
    _instead = None


def _use_temporary_folder(reason: str) -> None:
    global _instead
    _instead = made = Path(tempfile.mkdtemp(prefix="symopt-"))
    atexit.register(_remove_own, made, os.getpid())
    warnings.warn(
        f"symopt: compiled code cannot be kept in {folder()} ({reason}); this process compiles "
        f"for itself. PYTENSOR_FLAGS=base_compiledir=/another/folder keeps it elsewhere.",
        stacklevel=2,
    )


def _remove_own(place: Path, owner: int) -> None:
    if os.getpid() == owner:  # and not a child of it
        shutil.rmtree(place, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove what killed processes left, once in a process."""
    if place in _swept:
        return
    _swept.add(place)
    for path in place.glob(f"{_UNFINISHED}*"):
        try:
            if time.time() - path.stat().st_mtime > _A_DAY:
                remove_workplace(path)
        except OSError:  # another process has just removed it
            continue


def _is_whole(path: Path) -> bool:
    """Whether nothing is missing at the end of a library.

    Loading a file that is cut short would kill the process where it touches what is not there. The
    table that linkers write last tells how long an ELF file is; of other formats nothing is known.
    """
    try:
        with path.open("rb") as file:
            head = file.read(64)
            size = os.fstat(file.fileno()).st_size
    except OSError:
        return False
    if len(head) < 64:
        return False
    if head[:6] != b"\x7fELF\x02\x01":  # not 64 bits, little-endian
        return True
    (table,) = struct.unpack_from("<Q", head, 0x28)
    entry, entries = struct.unpack_from("<HH", head, 0x3A)
    return size >= table + entry * entries
