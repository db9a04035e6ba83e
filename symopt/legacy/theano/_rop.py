"""``theano.Rop``."""

from __future__ import annotations

import warnings
from typing import Any

import pytensor.gradient as engine
import pytensor.tensor as pt
from pytensor.gradient import DisconnectedInputError, DisconnectedType, disconnected_type
from pytensor.graph.basic import Variable
from pytensor.graph.utils import get_variable_trace_string

from symopt.errors import HyperparameterError, ShapeError
from symopt.legacy.theano._wrt import check_same_number, listed, shaped_like, variables_of
from symopt.pytensor_internals import shallow_static_shapes


def Rop(  # Theano's name
    f: Any,
    wrt: Any,
    eval_points: Any,
    disconnected_outputs: str = "raise",
    return_disconnected: str = "zero",
) -> Any:
    """Jacobians times vectors: ``sum_j (d f[i] / d wrt[j]) eval_points[j]`` for each i.

    Parameters
    ----------
    f, wrt
        Variables, or lists or tuples of them.
    eval_points
        As many as ``wrt``, each of its number of dimensions.
    disconnected_outputs
        What to do about an output that depends on none of ``wrt``: "raise", "warn" or "ignore".
    return_disconnected
        What to return for such an output: "zero", "None" or "Disconnected".

    Returns
    -------
    One variable, a list or a tuple, as ``f``.

    Raises
    ------
    DisconnectedInputError
        An output depends on none of ``wrt`` (a ``ValueError``).
    ValueError
        A point has another number of dimensions than its variable; an unknown choice.

    Notes
    -----
    It asks each operation (its ``R_op``, which PyTensor names ``pushforward``) as Theano does.
    Where one has none it is made of gradients instead, which Theano refuses.
    """
    outputs, points = listed(f), [pt.as_tensor_variable(v) for v in listed(eval_points)]
    variables = variables_of("Rop", wrt)
    check_same_number("Rop", "wrt", variables, points)
    for i, (variable, point) in enumerate(zip(variables, points, strict=True)):
        if getattr(variable.type, "ndim", None) != point.type.ndim:
            raise ShapeError(
                f"Rop: eval_points[{i}] has {point.type.ndim} dimensions and its variable "
                f"{variable} has {variable.type.ndim}; expected the same."
            )
    points = [pt.cast(p, v.type.dtype) for p, v in zip(points, variables, strict=True)]
    with shallow_static_shapes():
        try:
            results: Any = engine.pushforward(
                outputs,
                variables,
                points,
                disconnected_outputs="ignore",
                return_disconnected="disconnected",
                use_op_pushforward=True,
            )
        except NotImplementedError:
            results = _by_two_pullbacks(outputs, variables, points)
    for i, (output, result) in enumerate(zip(outputs, results, strict=True)):
        if output in variables:
            results[i] = points[variables.index(output)]
        elif isinstance(result.type, DisconnectedType):
            _report_disconnected(output, disconnected_outputs)
            results[i] = _instead(output, return_disconnected)
    return shaped_like(f, results)


def _by_two_pullbacks(outputs: list[Any], variables: list[Any], points: list[Any]) -> Any:
    """:func:`Rop` from gradients alone.

    With u as large as f, ``v(u) = u J`` is linear in u, and its Jacobian by u times the points is
    ``J points``.
    """
    # An output may be computed from another: of copies, each takes its own cotangent.
    outputs = [pt.tensor_copy(y) for y in outputs]
    cotangents = [engine._float_zeros_like(y) for y in outputs]
    sent_back: Any = engine.pullback(
        outputs, variables, cotangents, disconnected_inputs="ignore", return_disconnected="zero"
    )
    return engine.pullback(
        sent_back,
        cotangents,
        points,
        disconnected_inputs="ignore",
        return_disconnected="disconnected",
    )


def _report_disconnected(output: Variable, choice: str) -> None:
    message = f"Rop: {output} depends on none of wrt, or not in a way that can be differentiated."
    if choice == "raise":
        raise DisconnectedInputError(message + get_variable_trace_string(output))
    if choice == "warn":
        warnings.warn(message, stacklevel=3)
    elif choice != "ignore":
        raise HyperparameterError(
            f"Rop: disconnected_outputs={choice!r}; expected 'raise', 'warn' or 'ignore'."
        )


def _instead(output: Any, choice: str) -> Any:
    if choice.lower() == "zero":
        return pt.zeros_like(output)
    if choice.lower() == "none":
        return None
    if choice.lower() == "disconnected":
        return disconnected_type()
    raise HyperparameterError(
        f"Rop: return_disconnected={choice!r}; expected 'zero', 'None' or 'Disconnected'."
    )
