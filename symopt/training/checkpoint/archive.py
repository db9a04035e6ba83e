"""The arrays of a checkpoint: an uncompressed ``.npz`` and a sha256 of each entry.

The hash is that of the whole entry, header and data, so it covers dtype, byte order, shape and
memory order: ``unzip -p arrays.npz params/W.npy | sha256sum`` gives it as well.
"""

from __future__ import annotations

import hashlib
import queue
import threading
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from symopt.npy import (
    CHUNK,
    NpyError,
    npy_bytes,
    npy_header,
    read_npy_data,
    read_npy_header,
)
from symopt.training.checkpoint.durable import DurableFile, open_regular
from symopt.training.checkpoint.names import entry_name

Array = NDArray[Any]


@dataclass(frozen=True)
class ArrayRecord:
    """What the manifest says about an array: dtype as NumPy spells it ("<f4"), and the hash."""

    shape: tuple[int, ...]
    dtype: str
    sha256: str


class _Hashes:
    """sha256 of entries, computed by another thread while this one writes the same bytes."""

    def __init__(self) -> None:
        self._digests: dict[str, Any] = {}
        self._chunks: queue.SimpleQueue[tuple[str, memoryview] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = threading.Thread(
            target=self._work, name="symopt-checkpoint-hash"
        )
        try:
            self._thread.start()
        except RuntimeError:  # there are too many threads, or the interpreter is about to end
            self._thread = None

    def update(self, name: str, chunk: memoryview) -> None:
        """Add to the hash of ``name``; the bytes must not change before :meth:`finish`."""
        self._digests.setdefault(name, hashlib.sha256())
        if self._thread is None:
            self._digests[name].update(chunk)
        else:
            self._chunks.put((name, chunk))

    def finish(self) -> dict[str, str]:
        """Wait for the thread; names to hashes."""
        if self._thread is not None:
            self._chunks.put(None)
            self._thread.join()
            self._thread = None
        return {name: digest.hexdigest() for name, digest in self._digests.items()}

    def _work(self) -> None:
        while (item := self._chunks.get()) is not None:
            name, chunk = item
            self._digests[name].update(chunk)


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> tuple[dict[str, ArrayRecord], int]:
    """Write an archive, flushed to the disk.

    Returns
    -------
    dict
        Names to what the manifest has to say about them.
    int
        The file's length in bytes.

    Raises
    ------
    OSError
        The system refused something.
    """
    hashes = _Hashes()
    try:
        with DurableFile(path) as file:
            # zipfile only writes, seeks and tells.
            with zipfile.ZipFile(cast(BinaryIO, file), "w", zipfile.ZIP_STORED) as archive:
                for name, array in arrays.items():
                    _write_entry(archive, name, array, hashes)
            length = file.finish()
    finally:
        digests = hashes.finish()
    records = {
        name: ArrayRecord(array.shape, array.dtype.str, digests[name])
        for name, array in arrays.items()
    }
    return records, length


def _write_entry(archive: zipfile.ZipFile, name: str, array: Array, hashes: _Hashes) -> None:
    # A ZipInfo of its own carries 1980 as its date, so that no clock is asked.
    info = zipfile.ZipInfo(f"{entry_name(name)}.npy")
    with archive.open(info, "w", force_zip64=True) as entry:
        for data in (memoryview(npy_header(array)), npy_bytes(array)):
            for start in range(0, len(data), CHUNK):
                hashes.update(name, data[start : start + CHUNK])
                entry.write(data[start : start + CHUNK])


def read_arrays(path: Path, records: Mapping[str, ArrayRecord], length: int) -> dict[str, Array]:
    """Read an archive and check everything against its records.

    Raises
    ------
    NpyError
        Something differs; the text says what.
    OSError
        It cannot be read.
    """
    with open_regular(path) as file:
        found = file.seek(0, 2)
        if found != length:
            what = "cut short" if found < length else "too long"
            raise NpyError(f"{what}: {found} bytes; {length} were written")
        with zipfile.ZipFile(file) as archive:
            entries = {entry_name(name): name for name in records}
            infos = {info.filename.removesuffix(".npy"): info for info in archive.infolist()}
            if len(archive.infolist()) != len(entries) or set(infos) != set(entries):
                raise NpyError("other arrays than the manifest lists")
            if sum(info.file_size for info in infos.values()) > found:
                raise NpyError("its entries claim more bytes than the file has")
            return {
                name: _read_entry(archive, infos[entry], name, records[name])
                for entry, name in entries.items()
            }


def _read_entry(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, record: ArrayRecord
) -> Array:
    if info.compress_type != zipfile.ZIP_STORED or info.file_size != info.compress_size:
        raise NpyError(f"{name!r} is compressed")
    with archive.open(info) as entry:
        reading = _HashedReading(entry)
        header = read_npy_header(cast(BinaryIO, reading))
        if header.shape != record.shape or header.dtype.str != record.dtype:
            raise NpyError(
                f"{name!r} is {header.dtype} {header.shape}; the manifest says "
                f"{record.dtype} {record.shape}"
            )
        array = read_npy_data(cast(BinaryIO, reading), header, info.file_size - reading.done)
    if reading.digest.hexdigest() != record.sha256:
        raise NpyError(f"{name!r} has other bytes than were written (sha256)")
    return array


class _HashedReading:
    """Reads an entry and hashes what it gives."""

    def __init__(self, entry: Any) -> None:
        self._entry = entry
        self.digest = hashlib.sha256()
        self.done = 0

    def read(self, size: int) -> bytes:
        data: bytes = self._entry.read(size)
        self.digest.update(data)
        self.done += len(data)
        return data


def check_arrays(arrays: Mapping[str, object]) -> dict[str, Array]:
    """The arrays, if every one can be stored and come back equal.

    Raises
    ------
    NpyError
        One cannot; the text names it.
    CheckpointError
        A name cannot be stored.
    """
    checked: dict[str, Array] = {}
    for name, value in arrays.items():
        entry_name(name)
        if not isinstance(value, np.ndarray | np.generic) or isinstance(value, np.ma.MaskedArray):
            raise NpyError(f"{name!r} is of the type {type(value).__name__}, no NumPy array")
        array = np.asarray(value)
        try:
            npy_header(array)
        except NpyError as error:
            raise NpyError(f"{name!r}: {error}") from error
        checked[name] = array
    return checked
