"""Convolution with JAX: ``lax.conv_general_dilated``, and its transposes for the gradients."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from pytensor.graph.basic import Apply, Constant
from pytensor.link.jax.dispatch import jax_funcify

from symopt.nnet.convolution_ops import (
    Convolution,
    ConvolutionGradInputs,
    ConvolutionGradWeights,
)
from symopt.nnet.convolution_shapes import padding


@jax_funcify.register(Convolution)
def _convolution(op: Convolution, node: Apply, **kwargs: Any) -> Callable:
    def convolution(images: Any, filters: Any) -> Any:
        op.check(images.shape, filters.shape)
        return _convolve(op, images, filters)

    return convolution


@jax_funcify.register(ConvolutionGradInputs)
def _gradient_by_inputs(op: ConvolutionGradInputs, node: Apply, **kwargs: Any) -> Callable:
    known = _known(node)

    def gradient_by_inputs(filters: Any, above: Any, shape: Any) -> Any:
        channels = filters.shape[1] * op.num_groups
        image = (above.shape[0], channels, *_lengths(known, shape))
        op.check(image, filters.shape, above.shape)
        like = jax.ShapeDtypeStruct(image, above.dtype)
        return jax.linear_transpose(lambda x: _convolve(op, x, filters), like)(above)[0]

    return gradient_by_inputs


@jax_funcify.register(ConvolutionGradWeights)
def _gradient_by_weights(op: ConvolutionGradWeights, node: Apply, **kwargs: Any) -> Callable:
    known = _known(node)

    def gradient_by_weights(images: Any, above: Any, shape: Any) -> Any:
        taken = images.shape[1] // op.num_groups
        kernel = (above.shape[1], taken, *_lengths(known, shape))
        op.check(images.shape, kernel, above.shape)
        like = jax.ShapeDtypeStruct(kernel, images.dtype)
        return jax.linear_transpose(lambda w: _convolve(op, images, w), like)(above)[0]

    return gradient_by_weights


def _convolve(op: Any, images: Any, filters: Any) -> Any:
    """XLA correlates, so kernels are flipped first."""
    spatial = "DHW"[3 - op.ndim :]
    if op.filter_flip:
        filters = jnp.flip(filters, range(2, 2 + op.ndim))
    return lax.conv_general_dilated(
        images,
        filters,
        op.subsample,
        padding(op.border_mode, filters.shape[2:], op.filter_dilation),
        rhs_dilation=op.filter_dilation,
        dimension_numbers=(f"NC{spatial}", f"OI{spatial}", f"NC{spatial}"),
        feature_group_count=op.num_groups,
        precision=lax.Precision.HIGHEST,
    )


def _known(node: Apply) -> tuple[int, ...] | None:
    """The spatial shape of a gradient if the graph knows it."""
    shape = node.inputs[2]
    lengths = shape.data if isinstance(shape, Constant) else node.outputs[0].type.shape[2:]
    return None if None in tuple(lengths) else tuple(int(n) for n in lengths)


def _lengths(known: tuple[int, ...] | None, shape: Any) -> tuple[int, ...]:
    if known is not None:
        return known
    try:
        return tuple(int(n) for n in np.asarray(shape))
    except jax.errors.TracerArrayConversionError:
        raise NotImplementedError(
            "JAX compiles the gradient of a convolution for one shape, which it cannot know here. "
            "Give input and filters static shapes: pytensor.tensor.tensor4('x', shape=(...))."
        ) from None
