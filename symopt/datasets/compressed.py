"""Reading a whole file that may be gzip-compressed."""

from __future__ import annotations

import gzip
import zlib
from pathlib import Path

from symopt.errors import DatasetError

GZIP_MAGIC = b"\x1f\x8b"


def read_bytes(path: Path) -> bytes:
    """Read a file, decompressed if it starts like a gzip file, whatever its name says.

    The name is not asked because browsers often decompress a download and keep its ``.gz``. The
    whole file is read, so that the gzip checksum at its end is always verified.

    Raises
    ------
    DatasetError
        If the file cannot be read, or its gzip stream is cut short or damaged.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DatasetError(
            f"{path}: cannot be read ({error.strerror or error}); expected a readable file. Check "
            "its permissions, or pass path= to another copy."
        ) from error
    if not data.startswith(GZIP_MAGIC):
        return data
    try:
        return gzip.decompress(data)
    except (EOFError, OSError, zlib.error) as error:
        raise DatasetError(
            f"{path}: found a gzip file of {len(data)} bytes that is cut short or damaged "
            f"({error}); expected a complete one. Fetch the file again."
        ) from error
