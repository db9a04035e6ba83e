"""MATLAB's files of the versions 5 to 7.2, read without trusting them.

Numbers become arrays of the shape that MATLAB has, text becomes str, a struct a dict, a cell
array a list, and a struct array or cell array whose structs have each a ``name`` of their own a
dict under these names: ``layers/conv1_1/weights[0]`` of a MatConvNet model.
"""

from __future__ import annotations

import math
import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.legacy.checkpoints.compression import allowed
from symopt.legacy.checkpoints.unreadable import UnreadableError

HEADER = 128
ORDERS = {b"\x00\x01IM": "<", b"\x01\x00MI": ">"}
"""Version 1.0 and the mark of the byte order, as they stand in the file."""

DTYPES = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8"}
DTYPES |= {13: "u8", 16: "u1", 17: "u2", 18: "u4"}
MATRIX, COMPRESSED = 14, 15
ENCODINGS = {16: "utf-8", 17: "utf-16", 18: "utf-32"}

CELL, STRUCT, OBJECT, CHAR, SPARSE = 1, 2, 3, 4, 5
NUMBERS = {6: "f8", 7: "f4", 8: "i1", 9: "u1", 10: "i2", 11: "u2", 12: "i4", 13: "u4"}
NUMBERS |= {14: "i8", 15: "u8"}
OTHERS = {16: "a function", 17: "an object of a class", 18: "an object of a class"}
COMPLEX, LOGICAL = 0x08, 0x02

DEEPEST = 50
EMPTY_STRUCTS = 100_000
"""Structs without fields take no bytes in the file, so that many are allowed."""


def is_matlab(data: bytes) -> bool:
    """Whether ``data`` begins as such a file."""
    return len(data) >= HEADER and data[124:128] in ORDERS


def read_matlab(data: bytes) -> tuple[str, dict[str, Any], list[str]]:
    """The kind of file, its variables by name, and what is wrong with it.

    Raises
    ------
    UnreadableError
        No variable can be read.
    """
    order = ORDERS[data[124:128]]
    objects: dict[str, Any] = {}
    faults: list[str] = []
    left = allowed(len(data))
    position = HEADER
    while position + 8 <= len(data):
        begin = position
        try:
            kind, body, position = _Elements(data, position, order).take()
            if kind == COMPRESSED:
                body = _unpacked(body, left)
                left -= len(body)
                kind, body, _ = _Elements(body, 0, order).take()
            if kind == MATRIX and body:
                name, value = _Variable(order, faults).read(body)
                if name:  # those without are MATLAB's own
                    objects[name] = value
        except _DamagedError as error:
            faults.append(f"at byte {begin}: {error}")
            if position == begin:
                break
    if position < len(data) and not faults:
        faults.append(f"cut short at byte {position}")
    if not objects:
        raise UnreadableError(f"a MATLAB file without variables; {'; '.join(faults) or 'empty'}")
    return "MATLAB file", objects, faults


class _DamagedError(ValueError):
    """A variable cannot be read."""


def _unpacked(body: bytes, limit: int) -> bytes:
    machine = zlib.decompressobj()
    try:
        made = machine.decompress(body, limit + 1)
    except zlib.error as error:
        raise _DamagedError(f"compressed data that is damaged: {error}") from error
    if len(made) > limit:
        raise _DamagedError(f"more than {limit:,} bytes in it; save it without compression first")
    return made


class _Elements:
    """Data elements one behind the other: a type, a length, and that many bytes."""

    def __init__(self, data: bytes, position: int, order: str) -> None:
        self.data = data
        self.position = position
        self.order = "little" if order == "<" else "big"

    def _word(self, at: int) -> int:
        return int.from_bytes(self.data[at : at + 4], self.order)  # type: ignore[arg-type]

    def take(self) -> tuple[int, bytes, int]:
        """Type, bytes, and where the next one begins."""
        begin = self.position
        if begin + 8 > len(self.data):
            raise _DamagedError("cut short where an element was expected")
        tag = self._word(begin)
        if tag >> 16:  # a small element: length and type in one word, the data in the other
            kind, size, at, end = tag & 0xFFFF, tag >> 16, begin + 4, begin + 8
            if size > 4:
                raise _DamagedError(f"a small element of {size} bytes")
        else:
            kind, size, at = tag, self._word(begin + 4), begin + 8
            end = at + size if kind == COMPRESSED else at + -(-size // 8) * 8
        if at + size > len(self.data):
            raise _DamagedError(f"cut short: {size} bytes wanted, {len(self.data) - at} left")
        self.position = end
        return kind, self.data[at : at + size], end

    def numbers(self) -> NDArray[Any]:
        """The next element as a flat array."""
        kind, body, _ = self.take()
        code = DTYPES.get(kind)
        if code is None:
            raise _DamagedError(f"numbers of the unknown type {kind}")
        dtype = np.dtype(code).newbyteorder("<" if self.order == "little" else ">")
        if len(body) % dtype.itemsize:
            raise _DamagedError("a fraction of a number")
        return np.frombuffer(body, dtype)

    def text(self) -> str:
        """The next element as text."""
        return self.take()[1].decode("latin-1").rstrip("\0")


class _Variable:
    def __init__(self, order: str, faults: list[str]) -> None:
        self.order = order
        self.faults = faults

    def read(self, body: bytes, depth: int = 0) -> tuple[str, Any]:
        """Name and value of a matrix element."""
        if depth > DEEPEST:
            raise _DamagedError(f"cells and structs more than {DEEPEST} deep")
        elements = _Elements(body, 0, self.order)
        flags = elements.numbers()
        if not len(flags):
            raise _DamagedError("a variable without its flags")
        matlab_class, bits = int(flags[0]) & 0xFF, int(flags[0]) >> 8
        if matlab_class in OTHERS:
            raise _DamagedError(f"{OTHERS[matlab_class]}, which has no arrays that can be read")
        shape = tuple(int(length) for length in elements.numbers())
        if any(length < 0 for length in shape) or len(shape) > 32:
            raise _DamagedError(f"a shape of {shape!r:.80}")
        name = elements.text()
        count = math.prod(shape)
        if matlab_class == CELL:
            return name, named_structs(self._cells(elements, count, depth))
        if matlab_class in (STRUCT, OBJECT):
            if matlab_class == OBJECT:
                elements.text()  # the name of its class
            return name, self._structs(elements, count, depth)
        if matlab_class == CHAR:
            return name, _text(elements, shape)
        if matlab_class == SPARSE:
            return name, _sparse(elements, shape, bits)
        if matlab_class not in NUMBERS:
            raise _DamagedError(f"a variable of the unknown class {matlab_class}")
        return name, _numbers(elements, shape, NUMBERS[matlab_class], bits)

    def _cells(self, elements: _Elements, count: int, depth: int) -> list[Any]:
        if 8 * count > len(elements.data):
            raise _DamagedError(f"{count} cells in {len(elements.data)} bytes")
        return [self._part(elements, depth) for _ in range(count)]

    def _part(self, elements: _Elements, depth: int) -> Any:
        kind, body, _ = elements.take()
        if kind != MATRIX:
            raise _DamagedError(f"an element of type {kind} where a variable was expected")
        if not body:
            return np.zeros((0, 0))
        try:
            return self.read(body, depth + 1)[1]
        except _DamagedError as error:
            if depth + 1 > DEEPEST:
                raise
            self.faults.append(str(error))
            return None

    def _structs(self, elements: _Elements, count: int, depth: int) -> Any:
        width = elements.numbers()
        names = elements.take()[1]
        size = int(width[0]) if len(width) else 0
        if size <= 0 or len(names) % size:
            raise _DamagedError("a struct whose fields have no names")
        fields = [
            names[at : at + size].split(b"\0")[0].decode("latin-1")
            for at in range(0, len(names), size)
        ]
        if 8 * count * len(fields) > len(elements.data) or count > EMPTY_STRUCTS:
            raise _DamagedError(f"{count} structs in {len(elements.data)} bytes")
        made = [{f: self._part(elements, depth) for f in fields} for _ in range(count)]
        return made[0] if count == 1 else named_structs(made)


def _numbers(elements: _Elements, shape: tuple[int, ...], code: str, bits: int) -> NDArray[Any]:
    made = _shaped(elements.numbers(), shape, np.dtype(code))
    if bits & COMPLEX:
        imaginary = _shaped(elements.numbers(), shape, np.dtype(code))
        return made + 1j * imaginary
    return made != 0 if bits & LOGICAL else made


def _shaped(flat: NDArray[Any], shape: tuple[int, ...], dtype: np.dtype[Any]) -> NDArray[Any]:
    """MATLAB writes numbers in the smallest type that holds them, column by column."""
    if math.prod(shape) != flat.size:
        raise _DamagedError(f"{flat.size} numbers for a shape of {shape!r:.80}")
    return flat.astype(dtype).reshape(shape, order="F")


def _text(elements: _Elements, shape: tuple[int, ...]) -> str | list[str]:
    kind, body, _ = elements.take()
    order = "le" if elements.order == "little" else "be"
    encoding = ENCODINGS.get(kind)
    if encoding is None:  # code units of 16 bits, or bytes
        encoding = {4: f"utf-16-{order}", 2: "latin-1", 1: "latin-1"}.get(kind, "latin-1")
    elif kind != 16:
        encoding = f"{encoding}-{order}"
    text = body.decode(encoding, "replace")
    if len(shape) != 2 or shape[0] <= 1 or len(text) != math.prod(shape):
        return text
    return [text[row :: shape[0]] for row in range(shape[0])]  # column by column


def _sparse(elements: _Elements, shape: tuple[int, ...], bits: int) -> Any:
    """A dense array if it is no larger than its parts were many times; else its parts."""
    rows, starts = elements.numbers(), elements.numbers()
    data: NDArray[Any] = elements.numbers().astype("f8")
    if bits & COMPLEX:
        data = data + 1j * elements.numbers()
    if len(shape) != 2 or len(starts) != shape[1] + 1:
        raise _DamagedError("a sparse matrix that makes no sense")
    counts = np.diff(starts.astype("i8"))
    rows = rows[: len(data)].astype("i8")
    if (counts < 0).any() or counts.sum() > len(rows) or ((rows < 0) | (rows >= shape[0])).any():
        raise _DamagedError("a sparse matrix that makes no sense")
    used = int(counts.sum())
    columns = np.repeat(np.arange(shape[1]), counts)
    rows, data = rows[:used], data[:used]
    if math.prod(shape) * data.itemsize > allowed(len(elements.data)):
        return {"data": data, "row": rows, "column": columns, "shape": shape}
    dense = np.zeros(shape, data.dtype)
    dense[rows, columns] = data
    return dense != 0 if bits & LOGICAL else dense


def named_structs(parts: list[Any]) -> Any:
    """Structs under the names that they say they have, where each has one of its own."""
    names = [part.get("name") if isinstance(part, dict) else None for part in parts]
    if not names or not all(isinstance(name, str) and name for name in names):
        return parts
    if len(set(names)) < len(names):
        return parts
    return dict(zip(names, parts, strict=True))
