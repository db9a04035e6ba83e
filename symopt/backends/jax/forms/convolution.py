"""Convolutions in the dtype that products are computed in."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply

from symopt.backends.jax.flags import pytensor_forms
from symopt.backends.jax.forms.products import operands
from symopt.backends.jax.trace import Trace, lower
from symopt.nnet.convolution_ops import (
    Convolution,
    ConvolutionGradInputs,
    ConvolutionGradWeights,
)


@lower.register(Convolution)
@lower.register(ConvolutionGradInputs)
@lower.register(ConvolutionGradWeights)
def _convolution(op: Any, node: Apply, trace: Trace, x: Any, y: Any, *shape: Any) -> Any:
    if shape:
        shape = (trace.known(node.inputs[2], node, "shape"),)
    x, y = operands(node, trace, x, y)
    return pytensor_forms()(op, node=node)(x, y, *shape).astype(node.outputs[0].type.dtype)
