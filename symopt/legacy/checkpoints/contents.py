"""What is in a file of arrays, of whichever kind it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symopt.errors import CheckpointError
from symopt.legacy.checkpoints.compression import inflated
from symopt.legacy.checkpoints.streams import read_stream
from symopt.legacy.checkpoints.tar_members import is_tar
from symopt.legacy.checkpoints.unreadable import UnreadableError
from symopt.npy import MAGIC

ZIP = b"PK"
HDF5 = b"\x89HDF\r\n\x1a\n"
HDF5_BEGINS = (0, 512, 1024, 2048)
"""Where an HDF5 file may begin; MATLAB puts 512 bytes of its own before it."""

LZ4 = b"\x04\x22\x4d\x18"


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
    """Read a file of arrays: ``.npy``, ``.npz``, pickle, tar, HDF5, MATLAB's; compressed or not.

    What the file is shows in its bytes; its name is not asked, but for MATLAB's before 5.0, which
    begin as anything might. Nothing in it is executed, and not more is allocated than its bytes
    account for. HDF5 needs h5py.

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
        data, prefix = inflated(data)
        kind, objects, faults = _read(data, path)
    except UnreadableError as error:
        raise CheckpointError(f"{path}: {error}.") from error
    return Contents(f"{prefix}{kind}", objects, faults)


def _read(data: bytes, path: Path | None) -> tuple[str, dict[str, Any], list[str]]:
    """``path`` is None for a member of an archive, which may be no archive itself."""
    if not data:
        raise UnreadableError("an empty file")
    if data.startswith(MAGIC):
        return read_stream(data, "npy file", path)
    if data.startswith(ZIP):
        from symopt.legacy.checkpoints.zipped import read_zip

        return read_zip(data)
    if any(data.startswith(HDF5, begin) for begin in HDF5_BEGINS):
        from symopt.legacy.checkpoints.hdf5 import read_hdf5

        return read_hdf5(data)
    if is_tar(data):
        from symopt.legacy.checkpoints.tarred import read_tar

        if path is None:
            raise UnreadableError("a tar archive in another")
        return read_tar(data, _read_member)
    return _read_by_guess(data, path)


def _read_by_guess(data: bytes, path: Path | None) -> tuple[str, dict[str, Any], list[str]]:
    from symopt.legacy.checkpoints import matlab, matlab4

    if matlab.is_matlab(data):
        return matlab.read_matlab(data)
    if path is not None and path.suffix.lower() == ".mat" and matlab4.is_matlab4(data):
        return matlab4.read_matlab4(data)
    if data.startswith(LZ4):
        raise UnreadableError("a file packed with LZ4, which this does not read; unpack it first")
    return read_stream(data, "pickle", path)


def _read_member(data: bytes) -> tuple[dict[str, Any], list[str]]:
    data, _ = inflated(data)
    _, objects, faults = _read(data, None)
    return objects, faults
