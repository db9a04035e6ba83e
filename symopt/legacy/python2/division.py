"""Python 2's ``/``: of integers, the floor of the quotient."""

from __future__ import annotations

import numbers
import operator
from typing import Any

_INTEGRAL_KINDS = "biu"


def divide(a: Any, b: Any) -> Any:
    """``a / b`` as Python 2 divides where ``division`` was not imported from ``__future__``.

    Parameters
    ----------
    a, b
        Numbers, arrays, symbolic variables, or objects with a division of their own.

    Returns
    -------
    object
        ``a // b`` where both are integers: Python's, NumPy's (scalars and arrays), or symbolic ones
        by their dtype. Else ``a / b``.
    """
    # bool is an int, and divided as one
    if type(a) is float or type(b) is float:
        return a / b
    if _is_integral(a) and _is_integral(b):
        return a // b
    return a / b


def divide_in_place(a: Any, b: Any) -> Any:
    """What ``a /= b`` leaves in ``a``: an array of integers is divided by integers in place."""
    if _is_integral(a) and _is_integral(b):
        return operator.ifloordiv(a, b)
    if getattr(getattr(a, "dtype", None), "kind", "f") in _INTEGRAL_KINDS and hasattr(a, "flags"):
        # NumPy wrote the quotient into the integer array, cut to an integer
        quotient = a / b
        if getattr(quotient, "shape", None) == a.shape and a.shape:
            a[...] = quotient
            return a
        return quotient
    return operator.itruediv(a, b)


def divide_item_in_place(container: Any, index: Any, divisor: Any) -> None:
    """``container[index] /= divisor``, each part computed once."""
    container[index] = divide_in_place(container[index], divisor)


def divide_attribute_in_place(owner: Any, name: str, divisor: Any) -> None:
    """``owner.name /= divisor``, the owner computed once."""
    setattr(owner, name, divide_in_place(getattr(owner, name), divisor))


def _is_integral(x: Any) -> bool:
    kind = type(x)
    if kind is int or kind is bool:
        return True
    if kind is float:
        return False
    dtype = getattr(x, "dtype", None)
    if dtype is None:
        return isinstance(x, numbers.Integral)
    name = dtype if isinstance(dtype, str) else getattr(dtype, "kind", "O")
    if name in ("bool", "int") or (len(name) > 1 and name.startswith(("int", "uint"))):
        return True
    return name in ("b", "i", "u")
