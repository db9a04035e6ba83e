"""Python 2's order: any two values could be compared, and so sorted.

``None`` came first, then numbers, then everything else by the name of its type.
"""

from __future__ import annotations

import builtins
import functools
import operator
from collections.abc import Callable, Iterable
from typing import Any

from symopt.legacy.python2.text import ByteString

_NEVER_ORDERED = {"complex", "set", "frozenset", "datetime", "date", "time", "timedelta"}


def _comparison(compare: Callable[[Any, Any], Any], name: str) -> Callable[[Any, Any], Any]:
    def comparison(a: Any, b: Any) -> Any:
        try:
            return compare(a, b)
        except TypeError:
            if not _had_an_order(a, b):
                raise
            order = compare_values(a, b)
        return compare(order, 0)

    comparison.__name__ = name
    comparison.__doc__ = f"``{name}(a, b)``, of values of different types too."
    return comparison


less = _comparison(operator.lt, "less")
less_equal = _comparison(operator.le, "less_equal")
greater = _comparison(operator.gt, "greater")
greater_equal = _comparison(operator.ge, "greater_equal")


def compare_values(a: Any, b: Any) -> int:
    """Python 2's ``cmp(a, b)``: -1, 0 or 1.

    Raises
    ------
    TypeError
        The values had no order in Python 2 either: complex numbers, sets, dates.
    """
    if a is b:
        return 0
    if (type(a).__eq__ is not object.__eq__ or type(b).__eq__ is not object.__eq__) and a == b:
        return 0
    try:
        if a < b:
            return -1
        if a > b:
            return 1
        if isinstance(a, str | bytes | int | float):
            return 0
    except TypeError:
        if not _had_an_order(a, b):
            raise
    kind = type(a)
    if kind is type(b):
        if kind is dict:
            return _compare_dicts(a, b)
        if isinstance(a, list | tuple):
            for x, y in zip(a, b, strict=False):
                order = compare_values(x, y)
                if order:
                    return order
            return _sign(len(a), len(b))
        return _sign(id(a), id(b))
    return _sign(_type_key(a), _type_key(b))


sort_key = functools.cmp_to_key(compare_values)
"""A key that sorts values of any types."""


def sort(values: Any, *args: Any, **kwargs: Any) -> Any:
    """``values.sort(cmp=None, key=None, reverse=False)`` of a list; any other object's own."""
    if not isinstance(values, list):
        return values.sort(*args, **kwargs)
    values[:] = sorted_values(values, *args, **kwargs)
    return None


def sorted_values(
    values: Iterable[Any],
    cmp: Callable[[Any, Any], int] | None = None,
    key: Callable[[Any], Any] | None = None,
    reverse: bool = False,
) -> list[Any]:
    """Python 2's ``sorted``."""
    values = list(values)
    if cmp is not None:
        by_cmp = functools.cmp_to_key(cmp)
        return builtins.sorted(
            values, key=by_cmp if key is None else lambda x: by_cmp(key(x)), reverse=bool(reverse)
        )
    try:
        return builtins.sorted(values, key=key, reverse=bool(reverse))
    except TypeError:
        by = sort_key if key is None else lambda x: sort_key(key(x))
        return builtins.sorted(values, key=by, reverse=bool(reverse))


def maximum(*args: Any, **kwargs: Any) -> Any:
    """Python 2's ``max``."""
    return _extreme(builtins.max, args, kwargs)


def minimum(*args: Any, **kwargs: Any) -> Any:
    """Python 2's ``min``."""
    return _extreme(builtins.min, args, kwargs)


def _extreme(pick: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    if len(args) == 1 and not hasattr(args[0], "__len__"):
        args = (list(args[0]),)
    try:
        return pick(*args, **kwargs)
    except TypeError:
        values = args[0] if len(args) == 1 else args
        key = kwargs.get("key")
        if not isinstance(values, Iterable) or not all(map(_is_plain, values)):
            raise
        return pick(values, key=sort_key if key is None else lambda x: sort_key(key(x)))


def _had_an_order(a: Any, b: Any) -> bool:
    return _is_plain(a) and _is_plain(b)


def _is_plain(x: Any) -> bool:
    """Whether Python 2 compared the value by its type's name, where nothing else applied."""
    return not (hasattr(x, "dtype") and hasattr(x, "ndim") and x.ndim > 0) and (
        type(x).__name__ not in _NEVER_ORDERED and not hasattr(x, "owner")
    )


def _type_key(x: Any) -> tuple[int, str]:
    if x is None:
        return (0, "")
    if isinstance(x, int | float) or hasattr(x, "dtype"):
        return (1, "")
    if type(x) is ByteString:
        return (2, "str")
    return (2, type(x).__name__)


def _compare_dicts(a: dict[Any, Any], b: dict[Any, Any]) -> int:
    return _sign(len(a), len(b)) or compare_values(
        sorted_values(a.items()), sorted_values(b.items())
    )


def _sign(a: Any, b: Any) -> int:
    return (a > b) - (a < b)
