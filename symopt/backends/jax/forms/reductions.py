"""Sums, products, extrema and their kin along axes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import numpy as np
from pytensor.graph.basic import Apply
from pytensor.scalar import basic as scalars
from pytensor.tensor.elemwise import CAReduce

from symopt.backends.jax.flags import pytensor_forms
from symopt.backends.jax.forms.rows import Rows
from symopt.backends.jax.trace import Trace, lower

_WITH_DTYPE: dict[type, Callable] = {scalars.Add: jnp.sum, scalars.Mul: jnp.prod}
_PLAIN: dict[type, Callable] = {
    scalars.Maximum: jnp.max,
    scalars.Minimum: jnp.min,
    scalars.AND: jnp.bitwise_and.reduce,
    scalars.OR: jnp.bitwise_or.reduce,
    scalars.XOR: jnp.bitwise_xor.reduce,
}


@lower.register(CAReduce)
def _reduce(op: CAReduce, node: Apply, trace: Trace, x: Any) -> Any:
    """Sums of float32 accumulate in float32 here, pairwise, where PyTensor's C takes float64."""
    kind, dtype = type(op.scalar_op), np.dtype(node.outputs[0].type.dtype)
    axis = tuple(range(node.inputs[0].type.ndim)) if op.axis is None else tuple(op.axis)
    if isinstance(x, Rows):
        if 0 not in axis or kind not in _WITH_DTYPE:
            raise NotImplementedError("it reduces rows of a loop that stops early")
        x = x.filled(op.scalar_op.identity)
    x = jnp.asarray(x)
    if kind in _WITH_DTYPE:
        return _WITH_DTYPE[kind](x, axis=axis, dtype=dtype)
    if kind not in _PLAIN:
        return pytensor_forms()(op, node=node)(x)
    if kind in (scalars.Maximum, scalars.Minimum):
        if 0 in (x.shape[a] for a in axis):
            raise ValueError(
                f"zero-size array to reduction operation {op.scalar_op} which has no identity"
            )
        return _PLAIN[kind](x, axis=axis)
    if dtype.kind == "b":
        x = x.astype(bool)
    for a in sorted(axis, reverse=True):
        x = _PLAIN[kind](x, axis=a)
    return x
