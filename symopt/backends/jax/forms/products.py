"""Products of matrices and vectors."""

from __future__ import annotations

from typing import Any

import jax.numpy as jnp
import numpy as np
from pytensor.graph.basic import Apply
from pytensor.tensor.blas import BatchedDot
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.math import Dot

from symopt.backends.jax.flags import pytensor_forms
from symopt.backends.jax.trace import Trace, lower


@lower.register(Dot)
def _dot(op: Dot, node: Apply, trace: Trace, x: Any, y: Any) -> Any:
    x, y = operands(node, trace, x, y)
    if x.shape[-1] != y.shape[0]:
        raise ValueError(f"dot: shapes {x.shape} and {y.shape} do not fit together.")
    return jnp.dot(x, y, preferred_element_type=_result(node))


@lower.register(BatchedDot)
def _batched_dot(op: BatchedDot, node: Apply, trace: Trace, x: Any, y: Any) -> Any:
    if x.shape[0] != y.shape[0]:
        raise TypeError(
            f"batched_dot: the batches have {x.shape[0]} and {y.shape[0]} elements; "
            "expected as many."
        )
    x, y = operands(node, trace, x, y)
    _check_inner_lengths(x, y)
    return jnp.matmul(x, y, preferred_element_type=_result(node))


@lower.register(Blockwise)
def _blockwise(op: Blockwise, node: Apply, trace: Trace, *inputs: Any) -> Any:
    if isinstance(op.core_op, Dot) and all(v.type.ndim > 1 for v in node.inputs):
        x, y = operands(node, trace, *inputs)
        op._check_runtime_broadcast(node, (x, y))
        _check_inner_lengths(x, y)
        return jnp.matmul(x, y, preferred_element_type=_result(node))
    return pytensor_forms()(op, node=node)(*map(jnp.asarray, inputs))


def _check_inner_lengths(x: Any, y: Any) -> None:
    if x.shape[-1] != y.shape[-2]:
        raise ValueError(f"matmul: shapes {x.shape} and {y.shape} do not fit together.")


def operands(node: Apply, trace: Trace, *inputs: Any) -> tuple[Any, ...]:
    """The operands of a product in the dtype in which it is computed."""
    dtype: Any = np.dtype(node.outputs[0].type.dtype)
    if dtype == np.float32 and trace.options.compute_dtype is not None:
        dtype = jnp.dtype(trace.options.compute_dtype)
    return tuple(jnp.asarray(x).astype(dtype) for x in inputs)


def _result(node: Apply) -> Any:
    return np.dtype(node.outputs[0].type.dtype)
