"""Sorting along an axis, and positions of numbers in sorted ones."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
from pytensor.graph.basic import Apply
from pytensor.tensor.sort import ArgSortOp, SortOp
from pytensor.tensor.type_other import NoneTypeT

from symopt.backends.jax.trace import Trace, lower


@lower.register(SortOp)
def _sort(op: SortOp, node: Apply, trace: Trace, x: Any, *_: Any) -> Any:
    return jnp.sort(jnp.asarray(x), axis=_axis(node, trace))


@lower.register(ArgSortOp)
def _argsort(op: ArgSortOp, node: Apply, trace: Trace, x: Any, *_: Any) -> Any:
    """Stable, whatever ``kind`` asks for."""
    return jnp.argsort(jnp.asarray(x), axis=_axis(node, trace), stable=True)


def _axis(node: Apply, trace: Trace) -> int | None:
    if len(node.inputs) == 1:  # PyTensor 3.3
        return node.op.axis
    variable = node.inputs[1]
    if isinstance(variable.type, NoneTypeT):
        return None
    return int(trace.known(variable, node, "axis"))
