"""Theano 1.0.5's ``theano.tensor.nnet.abstract_conv``: convolutions."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError
from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor.nnet._conv_ops import AbstractConv as AbstractConv
from symopt.legacy.theano.tensor.nnet._conv_ops import AbstractConv2d as AbstractConv2d
from symopt.legacy.theano.tensor.nnet._conv_ops import (
    AbstractConv2d_gradInputs as AbstractConv2d_gradInputs,
)
from symopt.legacy.theano.tensor.nnet._conv_ops import (
    AbstractConv2d_gradWeights as AbstractConv2d_gradWeights,
)
from symopt.legacy.theano.tensor.nnet._conv_ops import AbstractConv3d as AbstractConv3d
from symopt.legacy.theano.tensor.nnet._conv_ops import (
    AbstractConv3d_gradInputs as AbstractConv3d_gradInputs,
)
from symopt.legacy.theano.tensor.nnet._conv_ops import (
    AbstractConv3d_gradWeights as AbstractConv3d_gradWeights,
)
from symopt.legacy.theano.tensor.nnet._conv_ops import (
    AbstractConv_gradInputs as AbstractConv_gradInputs,
)
from symopt.legacy.theano.tensor.nnet._conv_ops import (
    AbstractConv_gradWeights as AbstractConv_gradWeights,
)
from symopt.legacy.theano.tensor.nnet._conv_ops import BaseAbstractConv as BaseAbstractConv
from symopt.legacy.theano.tensor.nnet._conv_shapes import assert_conv_shape as assert_conv_shape
from symopt.legacy.theano.tensor.nnet._conv_shapes import assert_shape as assert_shape
from symopt.legacy.theano.tensor.nnet._conv_shapes import border_mode_to_pad as border_mode_to_pad
from symopt.legacy.theano.tensor.nnet._conv_shapes import (
    check_conv_gradinputs_shape as check_conv_gradinputs_shape,
)
from symopt.legacy.theano.tensor.nnet._conv_shapes import (
    get_conv_gradinputs_shape as get_conv_gradinputs_shape,
)
from symopt.legacy.theano.tensor.nnet._conv_shapes import (
    get_conv_gradinputs_shape_1axis as get_conv_gradinputs_shape_1axis,
)
from symopt.legacy.theano.tensor.nnet._conv_shapes import (
    get_conv_gradweights_shape as get_conv_gradweights_shape,
)
from symopt.legacy.theano.tensor.nnet._conv_shapes import (
    get_conv_gradweights_shape_1axis as get_conv_gradweights_shape_1axis,
)
from symopt.legacy.theano.tensor.nnet._conv_shapes import (
    get_conv_output_shape as get_conv_output_shape,
)
from symopt.legacy.theano.tensor.nnet._conv_shapes import (
    get_conv_shape_1axis as get_conv_shape_1axis,
)
from symopt.nnet import conv as _conv
from symopt.nnet.conv import conv3d as conv3d
from symopt.nnet.conv import conv3d_grad_wrt_inputs as conv3d_grad_wrt_inputs
from symopt.nnet.conv import conv3d_grad_wrt_weights as conv3d_grad_wrt_weights
from symopt.nnet.conv import separable_conv2d as separable_conv2d
from symopt.nnet.conv import separable_conv3d as separable_conv3d
from symopt.nnet.unshared_convolution import unshared_conv2d
from symopt.nnet.upsampling import bilinear_kernel_1D as bilinear_kernel_1D
from symopt.nnet.upsampling import bilinear_kernel_2D as bilinear_kernel_2D
from symopt.nnet.upsampling import bilinear_upsampling as bilinear_upsampling
from symopt.nnet.upsampling import frac_bilinear_upsampling as frac_bilinear_upsampling

imported_scipy_signal = True

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")


class ConvolutionError(ShapeError, TypeError):
    """An input of a convolution has another number of dimensions."""


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Any = None,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> TensorVariable:
    """Convolve a batch of images with filters; see :func:`theano.tensor.nnet.conv2d`.

    The result is of the dtype of ``input``, whatever that of ``filters``.

    Raises
    ------
    TypeError
        ``input`` or ``filters`` has another number of dimensions.
    """
    input, filters = as_tensor_variable(input), as_tensor_variable(filters)
    for name, tensor, ndim in (("input", input, 4), ("filters", filters, 6 if unshared else 4)):
        if tensor.ndim != ndim:
            raise ConvolutionError(f"conv2d: {name} has {tensor.ndim} dimensions; expected {ndim}.")
    if filters.dtype != input.dtype and filters.dtype == "float64" and input.dtype == "float32":
        input_dtype, input = input.dtype, pt.cast(input, "float64")
        wide = conv2d(
            input,
            filters,
            input_shape,
            filter_shape,
            border_mode,
            subsample,
            filter_flip,
            filter_dilation,
            num_groups,
            unshared,
        )
        return pt.cast(wide, input_dtype)
    if unshared:
        return unshared_conv2d(
            input,
            filters,
            input_shape,
            filter_shape,
            border_mode,
            subsample,
            filter_flip,
            filter_dilation,
            num_groups,
        )
    return _conv.conv2d(
        input,
        filters,
        input_shape,
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation=filter_dilation,
        num_groups=num_groups,
    )


def conv2d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Any,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Any:
    """The gradient of :func:`conv2d` by its input; see :func:`symopt.nnet.conv2d_grad_wrt_inputs`.

    ``input_shape`` is the shape of the result; its last two entries are numbers or symbolic.
    """
    if not unshared:
        return _conv.conv2d_grad_wrt_inputs(
            output_grad,
            filters,
            input_shape,
            filter_shape,
            border_mode,
            subsample,
            filter_flip,
            filter_dilation,
            num_groups,
        )
    above, filters = as_tensor_variable(output_grad), as_tensor_variable(filters)
    zeros = pt.zeros(
        (above.shape[0], filters.shape[3] * num_groups, *input_shape[-2:]), dtype=above.dtype
    )
    forward = conv2d(
        zeros,
        filters,
        None,
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
        True,
    )
    return pt.grad(None, zeros, known_grads={forward: above})


def conv2d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Any,
    input_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Any:
    """The gradient of :func:`conv2d` by its filters, as symopt.nnet.conv2d_grad_wrt_weights.

    ``filter_shape`` is the shape of the result; its last two entries are needed.
    """
    if not unshared:
        return _conv.conv2d_grad_wrt_weights(
            input,
            output_grad,
            filter_shape,
            input_shape,
            border_mode,
            subsample,
            filter_flip,
            filter_dilation,
            num_groups,
        )
    images, above = as_tensor_variable(input), as_tensor_variable(output_grad)
    zeros = pt.zeros(
        (
            above.shape[1],
            above.shape[2],
            above.shape[3],
            images.shape[1] // num_groups,
            *filter_shape[-2:],
        ),
        dtype=images.dtype,
    )
    forward = conv2d(
        images,
        zeros,
        input_shape,
        filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
        True,
    )
    return pt.grad(None, zeros, known_grads={forward: above})


def causal_conv1d(
    input: Any,
    filters: Any,
    filter_shape: Any,
    input_shape: Any = None,
    subsample: int = 1,
    filter_flip: bool = True,
    filter_dilation: int = 1,
    num_groups: int = 1,
    unshared: bool = False,
) -> TensorVariable:
    """A convolution along time in which a result sees nothing after it.

    Parameters
    ----------
    input, filters
        (batch, channels, time) and (results, channels / num_groups, length).
    filter_shape
        Shape of the filters; the length has to be a number.

    Raises
    ------
    ValueError
        ``input`` or ``filters`` has not three dimensions.
    """
    input, filters = as_tensor_variable(input), as_tensor_variable(filters)
    for name, tensor in (("input", input), ("filters", filters)):
        if tensor.ndim != 3 and not unshared:
            raise ValueError(f"causal_conv1d: {name} has {tensor.ndim} dimensions; expected 3.")
    return _conv.causal_conv1d(
        input,
        filters,
        filter_shape,
        input_shape,
        subsample,
        filter_flip,
        filter_dilation,
        num_groups,
        unshared,
    )
