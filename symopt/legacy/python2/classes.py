"""Classes of Python 2: their special methods under the names that Python 3 looks for."""

from __future__ import annotations

import builtins
import functools
import sys
import types
from collections.abc import Callable
from typing import Any

from symopt.legacy.python2.ordering import compare_values
from symopt.legacy.python2.text import ByteString, as_raw_text

_RENAMED = {
    "__nonzero__": "__bool__",
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
}


class _Maker:
    """Takes the place of the metaclass until the body has run and ``__metaclass__`` is known."""

    def __init__(self, module_metaclass: Any, given: dict[str, Any]) -> None:
        self.module_metaclass = module_metaclass
        self.given = given

    def __prepare__(self, name: str, bases: tuple[type, ...], **kwargs: Any) -> Any:
        _, namespace, _ = types.prepare_class(name, bases, {**kwargs, **self.given})
        return namespace

    def __call__(self, name: str, bases: tuple[type, ...], namespace: Any, **kwargs: Any) -> Any:
        adapt(namespace, bases)
        chosen = self.given.get("metaclass") or namespace.get("__metaclass__")
        if chosen is None and not bases:
            chosen = self.module_metaclass
        if chosen is not None and not isinstance(chosen, type):
            return chosen(name, bases, namespace, **kwargs)
        options = {**kwargs, "metaclass": chosen} if chosen is not None else kwargs
        metaclass, _, options = types.prepare_class(name, bases, options)
        return metaclass(name, bases, namespace, **options)


def build_class(function: Callable[..., Any], name: str, *bases: Any, **kwargs: Any) -> Any:
    """What a ``class`` statement of a translated module calls."""
    given = {"metaclass": kwargs.pop("metaclass")} if "metaclass" in kwargs else {}
    # a module's own __metaclass__ is for classes without bases
    module_metaclass = getattr(function, "__globals__", {}).get("__metaclass__")
    maker = _Maker(module_metaclass, given)
    return builtins.__build_class__(function, name, *bases, metaclass=maker, **kwargs)


def adapt(namespace: Any, bases: tuple[type, ...]) -> None:
    """Add to a class's namespace what Python 3 calls where Python 2 called something else."""
    for old, new in _RENAMED.items():
        if old in namespace and new not in namespace:
            namespace[new] = namespace[old]
    if _is_function(namespace.get("next")) and "__next__" not in namespace:
        namespace["__next__"] = _next
    if "__unicode__" in namespace and "__str__" not in namespace:
        namespace["__str__"] = namespace["__unicode__"]
    for name in ("__str__", "__repr__"):
        if _is_function(namespace.get(name)):
            namespace[name] = _gives_text(namespace[name])
    if "__cmp__" in namespace:
        for name, method in _ORDER.items():
            namespace.setdefault(name, method)
    if "__eq__" in namespace and "__hash__" not in namespace:
        # Python 2 kept the hash; Python 3 would take it away
        namespace["__hash__"] = next(
            (base.__hash__ for base in bases if base.__hash__ is not None), object.__hash__
        )
    if "__getslice__" in namespace:
        namespace["__getitem__"] = _with_slices(namespace, bases, "get")
    if "__setslice__" in namespace:
        namespace["__setitem__"] = _with_slices(namespace, bases, "set")
    if "__delslice__" in namespace:
        namespace["__delitem__"] = _with_slices(namespace, bases, "del")


def _is_function(value: Any) -> bool:
    return isinstance(value, types.FunctionType)


def _next(self: Any) -> Any:
    return self.next()


def _gives_text(method: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The method; what it gives in bytes is a ``str``, as Python 3 demands."""

    @functools.wraps(method)
    def wrapped(self: Any) -> Any:
        text = method(self)
        return as_raw_text(text) if type(text) in (bytes, ByteString) else text

    return wrapped


def _by_cmp(name: str, test: Callable[[int], bool]) -> Callable[[Any, Any], Any]:
    def method(self: Any, other: Any) -> Any:
        order = self.__cmp__(other)
        return order if order is NotImplemented else test(order)

    method.__name__ = name
    return method


_ORDER = {
    "__eq__": _by_cmp("__eq__", lambda order: order == 0),
    "__ne__": _by_cmp("__ne__", lambda order: order != 0),
    "__lt__": _by_cmp("__lt__", lambda order: order < 0),
    "__le__": _by_cmp("__le__", lambda order: order <= 0),
    "__gt__": _by_cmp("__gt__", lambda order: order > 0),
    "__ge__": _by_cmp("__ge__", lambda order: order >= 0),
}


def _with_slices(namespace: Any, bases: tuple[type, ...], what: str) -> Callable[..., Any]:
    """``x[a:b]`` by ``__getslice__(a, b)`` (or set, or del), everything else as ever."""
    plain, sliced = f"__{what}item__", f"__{what}slice__"
    whole = namespace.get(plain) or next(
        (getattr(base, plain) for base in bases if hasattr(base, plain)), None
    )

    def method(self: Any, index: Any, *value: Any) -> Any:
        if isinstance(index, slice) and index.step is None:
            start = 0 if index.start is None else index.start
            stop = sys.maxsize if index.stop is None else index.stop
            if start < 0 or stop < 0:
                length = len(self)
                start = max(0, start + length) if start < 0 else start
                stop = max(0, stop + length) if stop < 0 else stop
            return getattr(self, sliced)(start, stop, *value)
        if whole is None:
            raise TypeError(f"{type(self).__name__!r} object has no {plain}")
        return whole(self, index, *value)

    method.__name__ = plain
    return method


def compare(a: Any, b: Any) -> int:
    """Python 2's ``cmp``, which asked ``__cmp__`` first."""
    for first, second, sign in ((a, b, 1), (b, a, -1)):
        method = getattr(type(first), "__cmp__", None)
        if method is not None:
            order = method(first, second)
            if order is not NotImplemented:
                return int(sign * order)
    return compare_values(a, b)
