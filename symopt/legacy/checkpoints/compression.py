"""Compression around a file, undone without making more of it than its size accounts for."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import re
import zlib
from collections.abc import Callable

from symopt.legacy.checkpoints.unreadable import UnreadableError

INFLATED_LIMIT = 1 << 30
INFLATED_RATIO = 50
"""A compressed file may hold a GiB, or this many times its size."""

LZMA_MEMORY = 256 << 20
"""What the dictionary of an xz file may take; ``xz -9`` makes one of 64 MiB."""

CHUNK = 1 << 20
DAMAGED = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError)
JOBLIB_ZFILE = re.compile(rb"ZF(0x[0-9a-fA-F]{1,16})L? *")
JOBLIB_ZFILE_WIDTH = 21


def allowed(size: int) -> int:
    """Bytes that may be made of a file of ``size`` bytes."""
    return max(INFLATED_LIMIT, INFLATED_RATIO * size)


def inflated(data: bytes) -> tuple[bytes, str]:
    """The bytes without the compression around them, and what to call it ("" if there is none).

    Raises
    ------
    UnreadableError
        They are cut short or damaged, or hold more than :func:`allowed`.
    """
    for begins, name, inflate in COMPRESSIONS:
        if not begins(data):
            continue
        limit = allowed(len(data))
        try:
            made = inflate(data, limit)
        except DAMAGED as error:
            raise UnreadableError(f"a {name} file that is cut short or damaged: {error}") from error
        if len(made) > limit:
            raise UnreadableError(f"a {name} file of more than {limit:,} bytes; unpack it first")
        return made, f"{name} "
    return data, ""


def _gzip(data: bytes, limit: int) -> bytes:
    with gzip.GzipFile(fileobj=io.BytesIO(data)) as file:
        return file.read(limit + 1)


def _bz2(data: bytes, limit: int) -> bytes:
    with bz2.BZ2File(io.BytesIO(data)) as file:
        return file.read(limit + 1)


def _lzma(data: bytes, limit: int) -> bytes:
    machine = lzma.LZMADecompressor(memlimit=LZMA_MEMORY)
    made = machine.decompress(data, limit + 1)
    if not machine.eof and len(made) <= limit:
        raise EOFError("it ends before its end-of-stream marker")
    return made


def _zlib(data: bytes, limit: int) -> bytes:
    machine = zlib.decompressobj()
    made = machine.decompress(data, limit + 1)
    if not machine.eof and len(made) <= limit:
        raise EOFError("it ends before its end-of-stream marker")
    return made


def _joblib_zfile(data: bytes, limit: int) -> bytes:
    """What joblib before 0.10 wrote: the length in hexadecimal, padded, and a zlib stream."""
    begin = JOBLIB_ZFILE.match(data)
    if begin is None:
        raise ValueError("its length is not there")
    made = _zlib(data[max(begin.end(), JOBLIB_ZFILE_WIDTH) :], limit)
    if len(made) != int(begin[1], 16) and len(made) <= limit:
        raise ValueError(f"{len(made)} bytes; {int(begin[1], 16)} were expected")
    return made


def _begins(magic: bytes) -> Callable[[bytes], bool]:
    return lambda data: data.startswith(magic)


def _is_zlib(data: bytes) -> bool:
    return data[:1] == b"x" and len(data) > 2 and int.from_bytes(data[:2], "big") % 31 == 0


COMPRESSIONS: tuple[tuple[Callable[[bytes], bool], str, Callable[[bytes, int], bytes]], ...] = (
    (_begins(b"\x1f\x8b"), "gzipped", _gzip),
    (_begins(b"BZh"), "bzipped", _bz2),
    (_begins(b"\xfd7zXZ"), "xz-packed", _lzma),
    (_begins(b"\x5d\x00\x00"), "lzma-packed", _lzma),
    (_begins(b"ZF0x"), "joblib-packed", _joblib_zfile),
    (_is_zlib, "zlib-packed", _zlib),
)
