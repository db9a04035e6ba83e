"""``theano.gradient.jacobian`` and ``hessian``: gradients of each element of a vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable

from symopt.legacy.theano._grad import grad
from symopt.legacy.theano._wrt import UnfitArgumentError, shaped_like, variables_of


def jacobian(
    expression: Any,
    wrt: Any,
    consider_constant: Sequence[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """``d expression[i] / d wrt`` for each i, along a first axis.

    Parameters
    ----------
    expression
        A vector, or a scalar (whose gradient this is then).
    wrt, consider_constant, disconnected_inputs
        As for :func:`grad`.

    Returns
    -------
    One variable, a list or a tuple, as ``wrt``.

    Raises
    ------
    AssertionError
        ``expression`` is no variable or has more dimensions (flatten it).
    """
    if not isinstance(expression, Variable) or expression.type.ndim > 1:
        raise UnfitArgumentError(
            f"jacobian: {expression!r} as expression; expected a vector (flatten a matrix) or a "
            "scalar."
        )
    variables = variables_of("jacobian", wrt)
    if expression.type.ndim == 0:
        return grad(expression, wrt, consider_constant, disconnected_inputs)
    results, _ = _loop(
        lambda i, y, *xs: grad(y[i], list(xs), consider_constant, disconnected_inputs),
        expression,
        variables,
    )
    return shaped_like(wrt, results)


def hessian(
    cost: Any,
    wrt: Any,
    consider_constant: Sequence[Variable] | None = None,
    disconnected_inputs: str = "raise",
) -> Any:
    """The matrix of second derivatives of a scalar by each vector of ``wrt``.

    Parameters
    ----------
    cost
        A scalar.
    wrt
        A vector, or a list or tuple of vectors.
    consider_constant, disconnected_inputs
        As for :func:`grad`.

    Returns
    -------
    One matrix, a list or a tuple, as ``wrt``.

    Raises
    ------
    AssertionError
        ``cost`` is no scalar, or ``wrt`` has something that is no vector.
    """
    if not isinstance(cost, Variable) or cost.type.ndim != 0:
        raise UnfitArgumentError(f"hessian: {cost!r} as cost; expected a scalar.")
    variables = variables_of("hessian", wrt)
    results = []
    for variable in variables:
        if variable.type.ndim != 1:
            raise UnfitArgumentError(
                f"hessian: wrt has {variable} with {variable.type.ndim} dimensions; expected "
                "vectors."
            )
        gradient = grad(cost, variable, consider_constant, disconnected_inputs)
        # A cost that is linear in a variable has a gradient that does not depend on it.
        rows, _ = _loop(
            lambda i, y, x: grad(y[i], x, consider_constant, disconnected_inputs="ignore"),
            gradient,
            [variable],
        )
        results.extend(rows)
    return shaped_like(wrt, results)


def _loop(row: Any, vector: Any, variables: list[Variable]) -> tuple[list[Any], Any]:
    """``row(i, vector, *variables)`` for each element of a vector."""
    from symopt.legacy.theano.scan_module.scan import scan  # it imports this package

    return scan(
        row,
        sequences=pt.arange(vector.shape[0]),
        non_sequences=[vector, *variables],
        return_list=True,
    )
