"""Reading a pickle of numbers without letting it execute anything.

A pickle is a program: it names callables, which `pickle.load` imports and calls. Here a name is
never imported. The few that a pickle of numpy arrays needs stand for small classes of this module,
which note down dtype, shape and bytes, check them, and make the array with `numpy.frombuffer`; so
numpy's own unpickling code, which trusts its input, is not reached either. Every other name is
refused.

What this does not guard against is a file that asks for much memory.
"""

from __future__ import annotations

import io
import math
import pickle
import re
from collections.abc import Callable
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from symopt.errors import DatasetError

NESTING_LIMIT = 64  # also what ends the walk through a list that contains itself
NUMERIC_DTYPE = re.compile("[biufc][0-9]{1,2}")
READABLE = (
    "numpy arrays, dtypes and scalars of numbers, and tuples, lists, dicts, strings and numbers"
)
REFUSED = (
    "{source}: refused a pickle that asks for {name}; expected nothing but {readable}. Nothing "
    "was executed. Fetch the file from its original place; if it is your own, save plain arrays."
)
UNREADABLE = (
    "{source}: could not be read as a pickle ({found}); expected {readable}. The file is cut "
    "short, damaged or no pickle: fetch it again."
)


class _RefusedError(Exception):
    """The text says what the pickle asked for."""


class _Dtype:
    """Stands for ``numpy.dtype``; the byte order arrives in the state that follows."""

    __slots__ = ("value",)

    def __init__(self, code: str | bytes, align: object = 0, copy: object = 1) -> None:
        text = code.decode("latin1") if isinstance(code, bytes) else code
        if not (isinstance(text, str) and NUMERIC_DTYPE.fullmatch(text)):
            raise _RefusedError(f"the non-numeric dtype {text!r}")
        self.value: np.dtype[Any] = np.dtype(text)

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        _version, order, subdtype, names, fields = state[:5]
        if (subdtype, names, fields) != (None, None, None) or order not in ("<", ">", "|", "="):
            raise _RefusedError("a structured dtype")
        self.value = self.value.newbyteorder(order)


class _Array:
    """Stands for an array; shape, dtype and bytes arrive in the state that follows."""

    __slots__ = ("value",)

    def __init__(self, *_subtype_shape_typecode: object) -> None:
        self.value: NDArray[Any] | None = None

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        shape, dtype, fortran, data = state[-4:]  # numpy before 1.0 wrote no version in front
        self.value = _array_from_bytes(data, dtype, shape, "F" if fortran else "C")


def _array_from_bytes(data: Any, dtype: Any, shape: Any, order: Any) -> NDArray[Any]:
    if not isinstance(dtype, _Dtype) or order not in ("C", "F"):
        raise ValueError("an array without a dtype or a known memory order")
    if isinstance(data, str):  # a Python 2 str, decoded from latin1
        data = data.encode("latin1")
    if not isinstance(data, bytes | bytearray):
        raise ValueError(f"array data of the type {type(data).__name__}, not bytes")
    if not all(isinstance(length, int) and length >= 0 for length in shape):
        raise ValueError(f"an array of shape {shape!r}")
    if len(data) != math.prod(shape) * dtype.value.itemsize:
        raise ValueError(f"{len(data)} bytes for an array of shape {shape!r} and {dtype.value}")
    array = np.frombuffer(data, dtype=dtype.value).reshape(shape, order=order)
    return array.astype(dtype.value.newbyteorder("="))  # a copy, so it may be written to


def _frombuffer(data: Any, dtype: Any, shape: Any, order: Any) -> _Array:
    array = _Array()
    array.value = _array_from_bytes(data, dtype, shape, order)
    return array


def _scalar(dtype: Any, data: Any) -> Any:
    return _array_from_bytes(data, dtype, (), "C")[()]


def _latin1_bytes(text: Any, encoding: Any) -> bytes:
    # Python 3 writes bytes in this way in the protocols that Python 2 can read.
    if not isinstance(text, str) or encoding not in ("latin1", "latin-1"):
        raise _RefusedError(f"the codec {encoding!r}")
    return text.encode("latin1")


def _empty_bytes() -> bytes:
    return b""


def _number_pair(real: Any, imaginary: Any) -> complex:
    return complex(float(real), float(imaginary))


def _no_bare_ndarray(*_arguments: object) -> NoReturn:
    raise _RefusedError("numpy.ndarray outside numpy.core.multiarray._reconstruct")


# Names as the file spells them: Python 2 and 3, numpy before 2 and since.
PLAIN_GLOBALS: dict[tuple[str, str], Callable[..., Any]] = {
    ("numpy", "dtype"): _Dtype,
    ("numpy", "ndarray"): _no_bare_ndarray,
    **{
        (f"numpy.{core}.{module}", name): stand_in
        for core in ("core", "_core")
        for module, name, stand_in in (
            ("multiarray", "_reconstruct", _Array),
            ("multiarray", "scalar", _scalar),
            ("numeric", "_frombuffer", _frombuffer),
        )
    },
    ("_codecs", "encode"): _latin1_bytes,
    **{
        (builtins, name): stand_in
        for builtins in ("__builtin__", "builtins")
        for name, stand_in in (("bytes", _empty_bytes), ("complex", _number_pair))
    },
}


class _Callable:
    """What the pickle is given for a name: it can be called, and not be changed."""

    __slots__ = ("_stand_in",)

    def __init__(self, stand_in: Callable[..., Any]) -> None:
        self._stand_in = stand_in

    def __call__(self, *arguments: Any) -> Any:
        return self._stand_in(*arguments)

    def __setstate__(self, state: object) -> NoReturn:
        # Without this the BUILD opcode would set attributes that the pickle chooses.
        raise _RefusedError("a change to a function")


class _PlainUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, global_name: str, /) -> _Callable:
        try:
            return _Callable(PLAIN_GLOBALS[module_name, global_name])
        except KeyError:
            raise _RefusedError(f"the global {module_name}.{global_name}") from None


def loads_plain(data: bytes, source: str) -> Any:
    """Read a pickle that holds nothing but numbers, strings, plain containers and numpy arrays.

    Parameters
    ----------
    data
        A pickle of any protocol, from Python 2 or 3; a Python 2 ``str`` is decoded from latin1.
    source
        The name of the file, for the error text.

    Returns
    -------
    object
        Built of tuple, list, dict, str, bytes, int, float, complex, bool and None, and numpy
        arrays, scalars and dtypes of numbers, in native byte order and free to be written to.

    Raises
    ------
    DatasetError
        If the pickle asks for anything else (the text names it), or is damaged.

    References
    ----------
    https://docs.python.org/3/library/pickle.html#restricting-globals
    """
    try:
        return _resolved(_PlainUnpickler(io.BytesIO(data), encoding="latin1").load(), {}, 0)
    except _RefusedError as error:
        text = REFUSED.format(source=source, name=error, readable=READABLE)
        raise DatasetError(text) from error
    except Exception as error:  # damaged pickles raise nearly anything, says pickle's own manual
        found = f"{type(error).__name__}: {error}"
        text = UNREADABLE.format(source=source, found=found, readable=READABLE)
        raise DatasetError(text) from error


def _resolved(value: Any, done: dict[int, Any], depth: int) -> Any:
    """Replace stand-ins by what they stand for; an object met twice stays one object."""
    if depth > NESTING_LIMIT:
        raise _RefusedError(f"containers nested deeper than {NESTING_LIMIT}")
    if id(value) in done:
        return done[id(value)]
    result = value
    if isinstance(value, tuple | list):
        result = type(value)(_resolved(item, done, depth + 1) for item in value)
    elif isinstance(value, dict):
        result = {
            _resolved(key, done, depth + 1): _resolved(item, done, depth + 1)
            for key, item in value.items()
        }
    elif isinstance(value, _Array | _Dtype):
        if value.value is None:
            raise ValueError("an array without content")
        result = value.value
    elif not isinstance(value, bool | int | float | complex | str | bytes | np.generic | None):
        name = "a bare function" if isinstance(value, _Callable) else type(value).__name__
        raise _RefusedError(name)
    done[id(value)] = result
    return result
