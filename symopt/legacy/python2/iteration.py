"""Lists where Python 3 gives iterators and views, and the methods Python 3 has dropped."""

from __future__ import annotations

import builtins
import functools
import itertools
import operator
from collections.abc import Callable, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any

from symopt.legacy.python2.text import ByteString

_VIEWS = (KeysView, ValuesView, ItemsView)


def keys(mapping: Any) -> Any:
    """``mapping.keys()``, a list where it is a view."""
    return _listed(mapping.keys())


def values(mapping: Any) -> Any:
    """``mapping.values()``, a list where it is a view."""
    return _listed(mapping.values())


def items(mapping: Any) -> Any:
    """``mapping.items()``, a list where it is a view."""
    return _listed(mapping.items())


def _listed(found: Any) -> Any:
    return list(found) if isinstance(found, _VIEWS) else found


def map_list(function: Callable[..., Any] | None, *sequences: Iterable[Any]) -> list[Any]:
    """Python 2's ``map``: a list, and the shorter sequences are filled up with None."""
    if function is None:
        if len(sequences) == 1:
            return list(sequences[0])
        return list(itertools.zip_longest(*sequences))
    if len(sequences) == 1:
        return list(builtins.map(function, sequences[0]))
    return [function(*values) for values in itertools.zip_longest(*sequences)]


def filter_list(function: Callable[[Any], Any] | None, sequence: Iterable[Any]) -> Any:
    """Python 2's ``filter``: a list, or a string or tuple of a string or tuple."""
    kept = list(builtins.filter(function, sequence))
    if isinstance(sequence, str | ByteString):
        return "".join(map(str, kept))
    return tuple(kept) if isinstance(sequence, tuple) else kept


def zip_list(*sequences: Iterable[Any]) -> list[Any]:
    """Python 2's ``zip``: a list."""
    return list(builtins.zip(*sequences, strict=False))


def range_list(*bounds: Any) -> list[int]:
    """Python 2's ``range``: a list."""
    return list(builtins.range(*bounds))


class _XRangeType(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, builtins.range)


class xrange(metaclass=_XRangeType):  # noqa: N801 (Python 2's name)
    """Python 2's ``xrange``: a range; floats are cut to integers."""

    def __new__(cls, *bounds: Any) -> Any:
        try:
            return builtins.range(*bounds)
        except TypeError:
            return builtins.range(*(int(b) if isinstance(b, float) else b for b in bounds))


def reduce(function: Callable[[Any, Any], Any], *arguments: Any) -> Any:
    """Python 2's builtin ``reduce``."""
    return functools.reduce(function, *arguments)


def apply(function: Callable[..., Any], args: Any = (), kwargs: Any = None) -> Any:
    """Python 2's ``apply(function, args, kwargs)``."""
    return function(*args, **(kwargs or {}))


def _next_of(iterator: Any) -> Callable[[], Any]:
    return functools.partial(builtins.next, iterator)


def _iterating(name: str) -> Callable[[Any], Callable[[], Iterator[Any]]]:
    def fallback(mapping: Any) -> Callable[[], Iterator[Any]]:
        return lambda: iter(getattr(mapping, name)())

    return fallback


def _viewing(name: str) -> Callable[[Any], Any]:
    return lambda mapping: getattr(mapping, name)


def _renamed(name: str) -> Callable[[Any], Any]:
    return operator.attrgetter(name)


def _has_key(mapping: Any) -> Callable[[Any], bool]:
    if not isinstance(mapping, Mapping) and not hasattr(mapping, "__contains__"):
        raise AttributeError(f"{type(mapping).__name__!r} object has no attribute 'has_key'")
    return lambda key: key in mapping


FALLBACKS: dict[str, Callable[[Any], Any]] = {
    "next": _next_of,
    "iterkeys": _iterating("keys"),
    "itervalues": _iterating("values"),
    "iteritems": _iterating("items"),
    "viewkeys": _viewing("keys"),
    "viewvalues": _viewing("values"),
    "viewitems": _viewing("items"),
    "has_key": _has_key,
    "func_name": _renamed("__name__"),
    "func_code": _renamed("__code__"),
    "func_defaults": _renamed("__defaults__"),
    "func_globals": _renamed("__globals__"),
    "func_doc": _renamed("__doc__"),
    "func_dict": _renamed("__dict__"),
    "func_closure": _renamed("__closure__"),
    "im_func": _renamed("__func__"),
    "im_self": _renamed("__self__"),
    "im_class": lambda method: type(method.__self__),
    "message": lambda error: error.args[0] if len(error.args) == 1 else "",
    "xreadlines": lambda stream: stream.__iter__,
}
"""Attributes that Python 3's objects do not have -> what to give instead."""


def attribute(name: str) -> Callable[[Any], Any]:
    """A getter for ``x.name``: the object's own where it has one, else as in Python 2."""
    fallback = FALLBACKS[name]

    def get(owner: Any) -> Any:
        try:
            return getattr(owner, name)
        except AttributeError:
            try:
                return fallback(owner)
            except AttributeError:
                pass
            raise

    return get
