"""The Hessian of a cost, whole or its diagonal, by products with vectors.

All parameters together are one vector here, in their order. A product of the Hessian with a
direction costs about as much as two gradients; nothing else is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytensor
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.flattening import Flattening
from symopt.state import Variables


def hessian(cost: TensorVariable, params: Variables) -> TensorVariable:
    """The Hessian of ``cost`` over all parameters, a symmetric (n, n) matrix."""
    layout = Flattening.of(params)
    product = _product(cost, params, layout)
    rows = _for_each(layout.size, lambda k: product(_unit(k, layout)))
    return pt.specify_shape(rows, (layout.size, layout.size))


def hessian_diagonal(cost: TensorVariable, params: Variables) -> dict[str, TensorVariable]:
    """The diagonal of the Hessian, by parameter: one product for each element."""
    layout = Flattening.of(params)
    product = _product(cost, params, layout)
    diagonal = _for_each(layout.size, lambda k: product(_unit(k, layout))[k])
    return layout.split(diagonal, params)


def hutchinson_diagonal(
    cost: TensorVariable, params: Variables, probes: TensorVariable
) -> dict[str, TensorVariable]:
    """An estimate of the diagonal, by parameter: the mean of ``z * (H z)``.

    Parameters
    ----------
    probes
        Matrix (number of probes, n) of independent +1 and -1, one vector ``z`` a row. Its number
        of rows is static.
    """
    layout = Flattening.of(params)
    product = _product(cost, params, layout)
    number = probes.type.shape[0]
    estimates = _for_each(number, lambda k: probes[k] * product(probes[k]))
    return layout.split(estimates.mean(axis=0), params)


def _product(
    cost: TensorVariable, params: Variables, layout: Flattening
) -> Callable[[TensorVariable], TensorVariable]:
    wrt = list(params.values())
    grads: Any = pytensor.grad(cost, wrt, disconnected_inputs="ignore")

    def product(direction: TensorVariable) -> TensorVariable:
        parts = layout.split(direction, params)
        slopes = [pt.sum(g * part) for g, part in zip(grads, parts.values(), strict=True)]
        slope: Any = sum(pt.cast(s, layout.dtype) for s in slopes)
        second: Any = pytensor.grad(slope, wrt, disconnected_inputs="ignore")
        return layout.flatten(dict(zip(params, second, strict=True)))

    return product


def _unit(k: TensorVariable, layout: Flattening) -> TensorVariable:
    return pt.cast(pt.eq(pt.arange(layout.size), k), layout.dtype)


def _for_each(
    number: int, expression: Callable[[TensorVariable], TensorVariable]
) -> TensorVariable:
    """The values of ``expression(0), expression(1)...``, stacked."""
    if number == 1:
        return pt.shape_padleft(expression(pt.constant(0, dtype="int64")))
    return pytensor.scan(
        lambda k: expression(k), sequences=[pt.arange(number)], return_updates=False
    )
