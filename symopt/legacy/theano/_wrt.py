"""What the functions of ``theano.gradient`` are given, and how results are given back."""

from __future__ import annotations

from collections.abc import Sequence, Set, ValuesView
from typing import Any

from pytensor.graph.basic import Variable

from symopt.errors import DTypeError, InputError


class UnfitArgumentError(InputError, TypeError, AssertionError):
    """An argument of a function of this module is not what it can differentiate."""


def format_as(use_list: bool, use_tuple: bool, outputs: Any) -> Any:
    """``outputs`` as a list, as a tuple, or (with neither flag) its one element."""
    if use_list and use_tuple:
        raise UnfitArgumentError("format_as: use_list and use_tuple are both True; choose one.")
    several = isinstance(outputs, list | tuple)
    if use_list or use_tuple:
        return (list if use_list else tuple)(outputs if several else [outputs])
    if not several:
        return outputs
    if len(outputs) != 1:
        raise UnfitArgumentError(f"format_as: {len(outputs)} elements; expected 1.")
    return outputs[0]


def variables_of(owner: str, wrt: Any) -> list[Variable]:
    if isinstance(wrt, Set):
        raise DTypeError(
            f"{owner}: wrt is a set, which has no order; expected a variable or a list of them."
        )
    variables = list(wrt) if isinstance(wrt, list | tuple | ValuesView) else [wrt]
    for variable in variables:
        if not isinstance(variable, Variable):
            raise DTypeError(
                f"{owner}: wrt has {variable!r} of type {type(variable).__name__}; expected "
                "symbolic variables."
            )
    return variables


def shaped_like(given: Any, results: Sequence[Any]) -> Any:
    """``results`` as a list, a tuple or a single one, whichever was given."""
    if isinstance(given, tuple):
        return tuple(results)
    return list(results) if isinstance(given, list | ValuesView) else results[0]


def listed(given: Any) -> list[Any]:
    return list(given) if isinstance(given, list | tuple) else [given]


def check_same_number(owner: str, name: str, variables: list[Any], points: list[Any]) -> None:
    if len(variables) != len(points):
        raise UnfitArgumentError(
            f"{owner}: {len(points)} eval_points and {len(variables)} variables in {name}; "
            "expected one for each."
        )
