"""Range checks of hyper-parameters, shared by rules and transforms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from numbers import Integral, Real

from symopt.errors import HyperparameterError


def check_real(
    owner: str,
    name: str,
    value: object,
    *,
    low: float = 0.0,
    high: float = math.inf,
    low_open: bool = False,
    high_open: bool = False,
) -> float:
    """Return ``value`` as a float, or raise if it is not a finite real within the range.

    Raises
    ------
    HyperparameterError
        Names ``owner`` and ``name``, the value given and the range expected.
    """
    expected = f"a number in {'(' if low_open else '['}{low:g}, {high:g}"
    expected += ")" if high_open or math.isinf(high) else "]"
    if isinstance(value, bool) or not isinstance(value, Real):
        raise HyperparameterError(
            f"{owner}: {name}={value!r} is a {type(value).__name__}; expected {expected}."
        )
    number = float(value)
    too_low = number <= low if low_open else number < low
    too_high = number >= high if high_open else number > high
    if not math.isfinite(number) or too_low or too_high:
        raise HyperparameterError(
            f"{owner}: {name}={value!r} is out of range; expected {expected}."
        )
    return number


def check_integer(owner: str, name: str, value: object, *, low: int = 0) -> int:
    """Return ``value`` as an int, or raise if it is not an integer of at least ``low``."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < low:
        raise HyperparameterError(
            f"{owner}: {name}={value!r} is out of range; expected an integer of at least {low}."
        )
    return int(value)


def check_choice(owner: str, name: str, value: object, choices: Sequence[str]) -> str:
    """Return ``value`` if it is one of ``choices``, or raise naming them all."""
    if not isinstance(value, str) or value not in choices:
        expected = ", ".join(repr(choice) for choice in choices)
        raise HyperparameterError(
            f"{owner}: {name}={value!r} is unknown; expected one of {expected}."
        )
    return value


def check_flag(owner: str, name: str, value: object) -> bool:
    """Return ``value`` if it is True or False, or raise."""
    if not isinstance(value, bool):
        raise HyperparameterError(f"{owner}: {name}={value!r}; expected True or False.")
    return value
