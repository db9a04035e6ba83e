"""Methods that NumPy's arrays had in Theano's time, and comparison of arrays with None."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symopt.legacy.python2.text import ByteString


def equals_none(value: Any) -> Any:
    """``value == None``, which NumPy answered with False for any array."""
    if hasattr(value, "__array_interface__") and hasattr(value, "ndim"):
        return False
    return value == None  # noqa: E711 (an object may define what that means)


def _tostring(array: Any) -> Callable[..., Any]:
    tobytes = array.tobytes
    return lambda *args, **kwargs: ByteString(tobytes(*args, **kwargs))


def _itemset(array: Any) -> Callable[..., None]:
    def itemset(*args: Any) -> None:
        *index, value = args
        if not index:
            array[...] = value
        elif len(index) == 1 and not isinstance(index[0], tuple):
            array.flat[index[0]] = value
        else:
            array[index[0] if len(index) == 1 else tuple(index)] = value

    return itemset


def _newbyteorder(array: Any) -> Callable[..., Any]:
    return lambda order="S": array.view(array.dtype.newbyteorder(order))


def _ptp(array: Any) -> Callable[..., Any]:
    def ptp(axis: Any = None, out: Any = None, **kwargs: Any) -> Any:
        import numpy

        return numpy.ptp(array, axis=axis, out=out, **kwargs)

    return ptp


_FALLBACKS: dict[str, Callable[[Any], Any]] = {
    "tostring": _tostring,
    "itemset": _itemset,
    "newbyteorder": _newbyteorder,
    "ptp": _ptp,
}


def _getter(name: str) -> Callable[[Any], Any]:
    fallback = _FALLBACKS[name]

    def get(owner: Any) -> Any:
        import numpy

        if isinstance(owner, numpy.ndarray | numpy.generic):
            return fallback(owner)
        return getattr(owner, name)

    return get


METHODS = {name: _getter(name) for name in _FALLBACKS}
"""Name of a method -> a getter for it: an array's by its substitute, any other object's own."""
