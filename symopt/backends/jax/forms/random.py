"""Draws of PyTensor's random variables.

On the device a generator is a key of JAX. The host makes it from the NumPy generator in the shared
variable, which it moves on by one draw in each call: so a seed gives the same numbers again, the
shared variable holds its state, and other backends take over from there (with NumPy's numbers).
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
from pytensor.graph.basic import Apply
from pytensor.tensor.random.op import RandomVariable
from pytensor.tensor.type_other import NoneTypeT

from symopt.backends.jax.flags import pytensor_forms
from symopt.backends.jax.trace import Trace, lower


@lower.register(RandomVariable)
def _draw(
    op: RandomVariable, node: Apply, trace: Trace, key: Any, size: Any, *parameters: Any
) -> Any:
    pytensor_forms()
    from pytensor.link.jax.dispatch.random import jax_sample_fn

    if isinstance(node.inputs[1].type, NoneTypeT):
        shape = _batch_shape(op, node, parameters)
    else:
        shape = tuple(int(n) for n in trace.known(node.inputs[1], node, "size"))
    after, now = jax.random.split(key)
    dtype = node.outputs[1].type.dtype
    given = [jnp.asarray(parameter) for parameter in parameters]
    return [after, jax_sample_fn(op, node=node)(now, shape, dtype, *given)]


def _batch_shape(op: RandomVariable, node: Apply, parameters: tuple[Any, ...]) -> tuple[int, ...]:
    """The shape of the parameters together, without what each draw takes of them."""
    shapes = [
        jnp.shape(parameter)[: jnp.ndim(parameter) - ndim]
        for parameter, ndim in zip(parameters, op.ndims_params, strict=True)
    ]
    return jnp.broadcast_shapes(*shapes)
