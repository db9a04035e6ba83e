"""MATLAB's files of version 4: matrices one behind the other, each with a header of 20 bytes."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np

from symopt.legacy.checkpoints.unreadable import UnreadableError

DTYPES = {0: "f8", 1: "f4", 2: "i4", 3: "i2", 4: "u2", 5: "u1"}
FULL, TEXT, SPARSE = 0, 1, 2
LONGEST_NAME = 64
ORDERS = {0: "<", 1: ">"}


def is_matlab4(data: bytes) -> bool:
    """Whether ``data`` begins with a header that makes sense."""
    return _header(data, 0) is not None


def read_matlab4(data: bytes) -> tuple[str, dict[str, Any], list[str]]:
    """The kind of file, its matrices by name, and what is wrong with it.

    Raises
    ------
    UnreadableError
        No matrix can be read.
    """
    objects: dict[str, Any] = {}
    faults: list[str] = []
    position = 0
    while position < len(data):
        header = _header(data, position)
        if header is None:
            faults.append(f"at byte {position}: no matrix, or a damaged one")
            break
        order, code, kind, rows, columns, imaginary, length = header
        begin = position + 20 + length
        dtype = np.dtype(code).newbyteorder("<" if order == "<" else ">")
        nbytes = rows * columns * dtype.itemsize
        position = begin + nbytes * (2 if imaginary else 1)
        name = data[begin - length : begin].split(b"\0")[0].decode("latin-1")
        if position > len(data):
            faults.append(f"{name}: cut short")
            break
        made = np.frombuffer(data, dtype, rows * columns, begin)
        value = made.astype(dtype.newbyteorder("=")).reshape((rows, columns), order="F")
        if imaginary:
            more = np.frombuffer(data, dtype, rows * columns, begin + nbytes)
            value = value + 1j * more.reshape((rows, columns), order="F")
        if kind == TEXT:
            lines = ["".join(chr(int(c) & 0xFF) for c in row) for row in value.real]
            objects[name] = lines[0] if len(lines) == 1 else lines
        elif kind == SPARSE:
            faults.append(f"{name}: a sparse matrix, which is not read")
        else:
            objects[name] = value
    if not objects:
        raise UnreadableError(f"a MATLAB 4 file without matrices; {'; '.join(faults)}")
    return "MATLAB 4 file", objects, faults


def _header(data: bytes, position: int) -> tuple[str, str, int, int, int, int, int] | None:
    """Byte order, dtype, kind, rows, columns, whether complex, and the name's length."""
    if len(data) < position + 20:
        return None
    for order in "<>":
        mopt, rows, columns, imaginary, length = struct.unpack_from(f"{order}5i", data, position)
        machine, rest = divmod(mopt, 1000)
        zero, rest = divmod(rest, 100)
        precision, kind = divmod(rest, 10)
        if (
            ORDERS.get(machine) == order
            and zero == 0
            and precision in DTYPES
            and kind in (FULL, TEXT, SPARSE)
            and rows >= 0
            and columns >= 0
            and imaginary in (0, 1)
            and 0 < length <= LONGEST_NAME
        ):
            return order, DTYPES[precision], kind, rows, columns, imaginary, length
    return None
