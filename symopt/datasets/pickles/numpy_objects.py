"""numpy's arrays, dtypes and scalars from what a pickle says about them, checked.

numpy's own unpickling code trusts its input, so it is not reached.
"""

from __future__ import annotations

import math
import re
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from symopt.datasets.pickles.objects import PickleError, RefusedError

NUMBERS = re.compile("[biufc][0-9]{1,2}")
ANY_KIND = re.compile("[biufcSUVMmO][0-9]{1,9}|[MmO]")
ORDERS = ("<", ">", "|", "=")


class Dtype:
    """Stands for ``numpy.dtype`` until everything is read; its state may arrive later.

    Parameters
    ----------
    code
        As numpy spells it: "f4".
    numbers_only
        Refuse text, times, structures and objects.
    """

    __slots__ = ("numbers_only", "value")

    def __init__(self, code: Any, numbers_only: bool) -> None:
        text = code.decode("latin1") if isinstance(code, bytes) else code
        if numbers_only and not (isinstance(text, str) and NUMBERS.fullmatch(text)):
            raise RefusedError(f"the non-numeric dtype {text!r:.80}")
        if not (isinstance(text, str) and ANY_KIND.fullmatch(text)):
            raise PickleError(f"the dtype {text!r:.80}")
        self.numbers_only = numbers_only
        self.value = _made(text)

    def set_state(self, state: Any) -> None:
        """Take the byte order, fields and units."""
        if not isinstance(state, tuple) or len(state) < 5:
            raise PickleError("the state of a dtype makes no sense")
        _version, order, subdtype, names, fields = state[:5]
        plain = (subdtype, names, fields) == (None, None, None)
        if self.numbers_only and not (plain and order in ORDERS):
            raise RefusedError("a structured dtype")
        if not isinstance(order, str) or order not in ORDERS:
            raise PickleError(f"the byte order {order!r:.20}")
        byte_order = cast(Literal["<", ">", "|", "="], order)
        if subdtype is not None:
            self.value = _subarray(subdtype)
        elif names is not None:
            self.value = _structure(names, fields, state[5] if len(state) > 5 else None)
        elif self.value.kind in "Mm" and len(state) > 8:
            self.value = _timed(self.value.kind, state[8]).newbyteorder(byte_order)
        elif self.value.kind != "O":
            self.value = self.value.newbyteorder(byte_order)


def _made(description: Any) -> np.dtype[Any]:
    try:
        return np.dtype(description)
    except (TypeError, ValueError, OverflowError) as error:
        raise PickleError(f"no dtype: {description!r:.80}") from error


def _subarray(subdtype: Any) -> np.dtype[Any]:
    if (
        isinstance(subdtype, tuple)
        and len(subdtype) == 2
        and isinstance(subdtype[0], Dtype)
        and is_shape(subdtype[1])
    ):
        return _made((subdtype[0].value, subdtype[1]))
    raise PickleError("a dtype of subarrays that makes no sense")


def _structure(names: Any, fields: Any, itemsize: Any) -> np.dtype[Any]:
    if not (isinstance(names, tuple) and isinstance(fields, dict)):
        raise PickleError("a structured dtype that makes no sense")
    found = [fields.get(name) if isinstance(name, str) else None for name in names]
    formats, offsets, titles = [], [], []
    for entry in found:
        if not (
            isinstance(entry, tuple)
            and len(entry) >= 2
            and isinstance(entry[0], Dtype)
            and isinstance(entry[1], int)
        ):
            raise PickleError("a structured dtype that makes no sense")
        formats.append(entry[0].value)
        offsets.append(entry[1])
        titles.append(entry[2] if len(entry) > 2 and isinstance(entry[2], str) else None)
    description: dict[str, Any] = {"names": list(names), "formats": formats, "offsets": offsets}
    if any(titles):
        description["titles"] = titles
    if isinstance(itemsize, int) and itemsize > 0:
        description["itemsize"] = itemsize
    return _made(description)


def _timed(kind: str, metadata: Any) -> np.dtype[Any]:
    unit = metadata[-1] if isinstance(metadata, tuple) and metadata else None
    if not (isinstance(unit, tuple) and len(unit) >= 2 and isinstance(unit[1], int)):
        raise PickleError("a dtype of times that makes no sense")
    name = unit[0].decode("latin1") if isinstance(unit[0], bytes) else unit[0]
    if name == "generic":
        return _made(f"{kind}8")
    if not isinstance(name, str) or not name.isalpha():
        raise PickleError("a dtype of times that makes no sense")
    return _made(f"{kind}8[{unit[1]}{name}]")


class Array:
    """Stands for an array; shape, dtype and bytes arrive in the state that follows."""

    __slots__ = ("value",)

    def __init__(self, *_subtype_shape_typecode: object) -> None:
        self.value: NDArray[Any] | None = None

    def set_state(self, state: Any) -> None:
        """Take everything."""
        if not isinstance(state, tuple) or len(state) < 4:
            raise PickleError("the state of an array makes no sense")
        shape, dtype, fortran, data = state[-4:]  # numpy before 1.0 wrote no version in front
        self.value = array_from_bytes(data, dtype, shape, "F" if fortran else "C")


def is_shape(shape: Any) -> bool:
    """Whether it is a tuple of lengths."""
    return isinstance(shape, tuple) and all(
        isinstance(length, int) and length >= 0 for length in shape
    )


def array_from_bytes(data: Any, dtype: Any, shape: Any, order: Any) -> NDArray[Any]:
    """The array, in native byte order and writable, if its bytes are exactly there."""
    if not isinstance(dtype, Dtype) or order not in ("C", "F"):
        raise PickleError("an array without a dtype or a known memory order")
    if not is_shape(shape):
        raise PickleError(f"an array of shape {shape!r:.80}")
    if dtype.value.hasobject:
        return _array_of_objects(data, dtype.value, shape, order)
    if isinstance(data, str):  # a Python 2 str, decoded from latin1
        try:
            data = data.encode("latin1")
        except UnicodeEncodeError as error:
            raise PickleError("array data that is no str of Python 2") from error
    if not isinstance(data, bytes | bytearray):
        raise PickleError(f"array data of the type {type(data).__name__}, not bytes")
    itemsize = dtype.value.itemsize
    if not itemsize:
        raise PickleError(f"an array of {dtype.value}, which has no bytes")
    if len(data) != math.prod(shape) * itemsize:
        raise PickleError(
            f"{len(data)} bytes for an array of shape {shape!r:.80} and {dtype.value}"
        )
    try:
        if not data:
            return np.zeros(shape, _native(dtype.value), order=order)
        array = np.frombuffer(data, dtype=dtype.value).reshape(shape, order=order)
        return array.astype(_native(dtype.value))  # a copy, so it may be written to
    except ValueError as error:  # too many dimensions, or one that is too long
        raise PickleError(f"an array of shape {shape!r:.80}: {error}") from error


def _native(dtype: np.dtype[Any]) -> np.dtype[Any]:
    return dtype.newbyteorder("=")


def _array_of_objects(data: Any, dtype: np.dtype[Any], shape: Any, order: Any) -> NDArray[Any]:
    if dtype.kind != "O" or not isinstance(data, list) or len(data) != math.prod(shape):
        raise PickleError(f"an array of objects, of shape {shape!r:.80}, without as many of them")
    array = np.empty(len(data), dtype=object)
    for i, item in enumerate(data):
        array[i] = item
    try:
        return array.reshape(shape, order=order)
    except ValueError as error:
        raise PickleError(f"an array of shape {shape!r:.80}: {error}") from error


def scalar(dtype: Any, data: Any = None) -> Any:
    """What ``numpy.core.multiarray.scalar`` makes."""
    if isinstance(dtype, Dtype) and dtype.value.kind == "O":
        return data
    return array_from_bytes(data, dtype, (), "C")[()]


def frombuffer(data: Any, dtype: Any, shape: Any, order: Any) -> Array:
    """What ``numpy.core.numeric._frombuffer`` makes (protocol 5)."""
    array = Array()
    array.value = array_from_bytes(data, dtype, shape, order)
    return array
