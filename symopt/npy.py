"""The ``.npy`` format, read without trusting the file.

``numpy.load`` allocates what a header asks for before it looks whether the bytes are there. Here
the header is read first, and an array is only made when exactly its bytes follow.
"""

from __future__ import annotations

import ast
import math
import re
import warnings
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

MAGIC = b"\x93NUMPY"
LONGEST_HEADER = 10_000  # numpy.load refuses longer ones, too
ALIGNMENT = 64
CHUNK = 4 << 20
KINDS = "biufcmMSUV"
"""Kinds of dtype that need no pickle."""

_LENGTH_BYTES = {b"\x01\x00": 2, b"\x02\x00": 4, b"\x03\x00": 4}
# What numpy writes for every dtype but a structured one; Python 2 wrote 3L for 3.
_PLAIN_HEADER = re.compile(
    r"\{'descr': '([<>|=]?[biufcmMSUV][0-9]{1,9}(?:\[[A-Za-z0-9/]{1,12}\])?)', "
    r"'fortran_order': (True|False), "
    r"'shape': \(((?:[0-9]{1,19}L?, ?)*(?:[0-9]{1,19}L?)?)\),? ?\}\s*"
)


class NpyError(ValueError):
    """The bytes are no array, or not all of it; the text says what is wrong."""


@dataclass(frozen=True)
class NpyHeader:
    """What stands before the bytes of an array."""

    dtype: np.dtype[Any]
    shape: tuple[int, ...]
    fortran_order: bool

    @property
    def nbytes(self) -> int:
        """Bytes of the array's data."""
        return math.prod(self.shape) * self.dtype.itemsize


def npy_header(array: NDArray[Any]) -> bytes:
    """What stands before the bytes of ``array`` in a ``.npy`` file.

    Raises
    ------
    NpyError
        The array cannot be stored so that it comes back equal without a pickle.
    """
    dtype = array.dtype
    if dtype.kind not in KINDS or dtype.hasobject:
        raise NpyError(f"dtype {dtype} cannot be stored without a pickle")
    if dtype.itemsize == 0:
        raise NpyError(f"dtype {dtype} has no bytes")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a dtype's metadata is not kept
        entries = np.lib.format.header_data_from_array_1_0(array)
    if np.lib.format.descr_to_dtype(entries["descr"]) != dtype:
        raise NpyError(f"dtype {dtype} would come back as {entries['descr']}")
    text = "".join(f"{key!r}: {entries[key]!r}, " for key in sorted(entries))
    try:
        raw, version = f"{{{text}}}".encode("latin-1"), 1
    except UnicodeEncodeError:  # a field's name
        raw, version = f"{{{text}}}".encode(), 3
    before = len(MAGIC) + 2 + _LENGTH_BYTES[bytes([version, 0])]
    raw += b" " * (-(before + len(raw) + 1) % ALIGNMENT) + b"\n"
    if len(raw) > LONGEST_HEADER:
        raise NpyError(f"dtype {dtype!s:.40}... does not fit into {LONGEST_HEADER} bytes")
    return MAGIC + bytes([version, 0]) + len(raw).to_bytes(before - len(MAGIC) - 2, "little") + raw


def npy_bytes(array: NDArray[Any]) -> memoryview:
    """The data of ``array`` in the order that :func:`npy_header` names; a view where it can be."""
    if not (array.flags.c_contiguous or array.flags.f_contiguous):
        array = np.ascontiguousarray(array)
    flat = (array if array.flags.c_contiguous else array.T).reshape(-1)
    return flat.view(np.uint8).data


def read_npy_header(file: BinaryIO, *, objects: bool = False) -> NpyHeader:
    """Read what stands before the data, and leave ``file`` there.

    Parameters
    ----------
    objects
        Accept the header of an array of objects; a pickle follows it.

    Raises
    ------
    NpyError
        It is not an array, or one that needs a pickle.
    """
    magic = file.read(8)
    if magic[:6] != MAGIC:
        raise NpyError("it does not begin as a .npy file")
    length_bytes = _LENGTH_BYTES.get(magic[6:])
    if length_bytes is None:
        raise NpyError(f"unknown version {tuple(magic[6:])} of the .npy format")
    length = int.from_bytes(file.read(length_bytes), "little")
    if length > LONGEST_HEADER:
        raise NpyError(f"a header of {length} bytes; at most {LONGEST_HEADER} were expected")
    raw = file.read(length)
    if len(raw) < length:
        raise NpyError("the header is cut short")
    try:
        text = raw.decode("utf-8" if magic[6] == 3 else "latin-1")
    except UnicodeDecodeError as error:
        raise NpyError(f"the header is not text: {error}") from error
    return _parsed(text, objects)


def _parsed(text: str, objects: bool) -> NpyHeader:
    plain = _PLAIN_HEADER.fullmatch(text)
    descr: Any
    shape: Any
    if plain is not None:
        descr, fortran_order = plain[1], plain[2] == "True"
        lengths = plain[3].replace("L", "").replace(" ", "").split(",")
        shape = tuple(int(length) for length in lengths if length)
    else:
        entries = _literal(text)
        if not isinstance(entries, dict) or set(entries) != {"descr", "fortran_order", "shape"}:
            raise NpyError("the header does not say descr, fortran_order and shape")
        descr, fortran_order, shape = entries["descr"], entries["fortran_order"], entries["shape"]
        if not isinstance(descr, str | list | tuple) or not isinstance(fortran_order, bool):
            raise NpyError("the header makes no sense")
        if not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape):
            raise NpyError(f"a shape of {shape!r}")
    dtype = _dtype(descr)
    if objects and dtype.kind == "O":
        return NpyHeader(dtype, shape, fortran_order)
    if dtype.kind not in KINDS or dtype.hasobject:
        raise NpyError(f"dtype {dtype} needs a pickle, which is never opened here")
    if dtype.itemsize == 0:
        raise NpyError(f"dtype {dtype} has no bytes")
    return NpyHeader(dtype, shape, fortran_order)


def _literal(text: str) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # damaged text may read like odd numbers or escapes
        try:
            return ast.literal_eval(text.strip())
        except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError) as error:
            raise NpyError(f"the header cannot be read: {type(error).__name__}") from error


def _dtype(descr: Any) -> np.dtype[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # NumPy deprecates some of its own spellings
        try:
            return np.lib.format.descr_to_dtype(descr)
        except Exception as error:  # of a damaged list: nearly anything
            raise NpyError(f"no dtype: {descr!r:.80}") from error


def read_npy_data(file: BinaryIO, header: NpyHeader, available: int) -> NDArray[Any]:
    """Read the data that follows a header; the array is writable and laid out as it was.

    Parameters
    ----------
    available
        Bytes that are left in ``file``. Nothing is allocated unless these are the array's.

    Raises
    ------
    NpyError
        There are fewer or more bytes than the header says.
    """
    if header.nbytes != available:
        raise NpyError(
            f"{available} bytes of data; shape {header.shape} of {header.dtype} "
            f"needs {header.nbytes}"
        )
    try:
        array = np.empty(header.shape, header.dtype, order="F" if header.fortran_order else "C")
    except ValueError as error:  # too many dimensions, or one that is too long
        raise NpyError(f"a shape of {header.shape}: {error}") from error
    data = (array.T if header.fortran_order else array).reshape(-1).view(np.uint8).data
    done = 0
    while done < len(data):
        chunk = file.read(min(CHUNK, len(data) - done))
        if not chunk:
            raise NpyError(f"cut short: {done} bytes of data; {len(data)} were expected")
        data[done : done + len(chunk)] = chunk
        done += len(chunk)
    return array
