"""Sums of float32 stay float32.

PyTensor declares that a sum of float32 accumulates in float64 and is float32. Its JAX form leaves
the accumulator's dtype, so that whatever comes after a sum, a mean or a softmax's gradient, is
float64, and scattering it into float32 an error of JAX to come.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.link.jax.dispatch import jax_funcify
from pytensor.tensor.elemwise import CAReduce

_pytensors_form = jax_funcify.dispatch(CAReduce)


@jax_funcify.register(CAReduce)
def jax_funcify_reduction(op: CAReduce, node: Apply | None = None, **kwargs: Any) -> Callable:
    reduce = _pytensors_form(op, node=node, **kwargs)
    if node is None:
        return reduce
    dtype = node.outputs[0].type.dtype
    return lambda x: reduce(x).astype(dtype)
