"""``theano.grad`` and ``theano.Lop``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pytensor.gradient as engine
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import ancestors
from pytensor.tensor.type import discrete_dtypes

from symopt.errors import CostError
from symopt.legacy.theano._wrt import check_same_number, listed, shaped_like, variables_of
from symopt.pytensor_internals import shallow_static_shapes

_grad: Any = engine.grad


def grad(
    cost: Variable | None,
    wrt: Any,
    consider_constant: Sequence[Variable] | None = None,
    disconnected_inputs: str = "raise",
    add_names: bool = True,
    known_grads: Mapping[Variable, Variable] | None = None,
    return_disconnected: str = "zero",
    null_gradients: str = "raise",
) -> Any:
    """Symbolic gradients of a scalar.

    Parameters
    ----------
    cost
        A scalar, or None where ``known_grads`` says what is to be sent back.
    wrt
        A variable, or a list or tuple of variables (or the values of a dict): what to
        differentiate by.
    consider_constant
        Expressions through which no gradient goes.
    disconnected_inputs
        What to do about a variable that the cost does not depend on: "raise", "warn" or "ignore".
    add_names
        Whether to name gradients "(d<cost>/d<variable>)" where both have names.
    known_grads
        Gradients of some variables that are known already, by variable.
    return_disconnected
        What to return for a variable that the cost does not depend on: "zero" (an array of zeros),
        "None" (None) or "Disconnected" (a variable of :class:`DisconnectedType`).
    null_gradients
        What to do about a gradient that is not defined: "raise" or "return".

    Returns
    -------
    One gradient for a variable; a list for a list or the values of a dict; a tuple for a tuple.

    Raises
    ------
    TypeError
        The cost is no scalar; ``wrt`` is a set, or has something that is no variable.
    DisconnectedInputError
        The cost does not depend on a variable (a ``ValueError``).
    NullTypeGradError
        A gradient is not defined (a ``TypeError``).
    AssertionError
        Neither a cost nor known gradients.
    """
    if cost is None and known_grads is None:
        raise _NothingToSendBackError("grad: cost and known_grads are both None; give one of them.")
    variables = variables_of("grad", wrt)
    constants = list(consider_constant or [])
    settings: dict[str, Any] = {
        "add_names": add_names,
        "known_grads": None if known_grads is None else dict(known_grads),
        "return_disconnected": return_disconnected.lower(),
        "null_gradients": null_gradients,
    }
    with shallow_static_shapes():
        gradients = _gradients(cost, variables, constants, disconnected_inputs, settings)
    return shaped_like(wrt, gradients)


class _NothingToSendBackError(CostError, AssertionError):
    """:func:`grad` was given neither a cost nor known gradients."""


def _gradients(
    cost: Any,
    variables: list[Variable],
    constants: list[Variable],
    disconnected_inputs: str,
    settings: dict[str, Any],
) -> list[Any]:
    """Of the dtypes that Theano gives them."""
    gradients = _grad(
        cost,
        variables,
        consider_constant=constants,
        disconnected_inputs=disconnected_inputs,
        **settings,
    )
    if any(_is_wider(g, v) for g, v in zip(gradients, variables, strict=True)):
        ends = [cost, *(settings["known_grads"] or {})]
        narrower = _grad(
            cost,
            variables,
            consider_constant=constants + _discrete_results(ends, variables),
            disconnected_inputs="ignore",
            **{**settings, "return_disconnected": "none"},
        )
        gradients = [
            _narrowed(g, narrow, v)
            for g, narrow, v in zip(gradients, narrower, variables, strict=True)
        ]
    return gradients


def _is_wider(gradient: Any, variable: Any) -> bool:
    """Whether a gradient is float64 and its variable float32, say."""
    own, given = (getattr(x and x.type, "dtype", "") for x in (variable, gradient))
    return own.startswith("float") and given.startswith("float") and given > own


def _discrete_results(ends: Sequence[Any], variables: Sequence[Variable]) -> list[Variable]:
    """What is computed in integers or booleans, through which every gradient is zero.

    PyTensor gives these zeros the dtype of ``floatX``, and Theano that of what they are the
    gradient of, which matters to a sum.
    """
    return [
        v
        for v in ancestors([end for end in ends if end is not None])
        if v.owner is not None
        and getattr(v.type, "dtype", "float") in discrete_dtypes
        and v not in variables
    ]


def _narrowed(gradient: Any, narrower: Any, variable: Any) -> Any:
    if not _is_wider(gradient, variable):
        return gradient
    if narrower is None:
        return pt.zeros_like(variable)
    return narrower


def Lop(  # Theano's name
    f: Any,
    wrt: Any,
    eval_points: Any,
    consider_constant: Sequence[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """Vectors times Jacobians: ``sum_i eval_points[i] (d f[i] / d wrt[j])`` for each j.

    Parameters
    ----------
    f, wrt
        Variables, or lists or tuples of them.
    eval_points
        As many as ``f``, each of its shape.
    consider_constant, disconnected_inputs
        As for :func:`grad`.

    Returns
    -------
    One variable, a list or a tuple, as ``wrt``.
    """
    outputs, points = listed(f), listed(eval_points)
    check_same_number("Lop", "f", outputs, points)
    known = {y: pt.as_tensor_variable(v) for y, v in zip(outputs, points, strict=True)}
    return grad(
        None,
        wrt,
        consider_constant=consider_constant,
        disconnected_inputs=disconnected_inputs,
        known_grads=known,
    )
