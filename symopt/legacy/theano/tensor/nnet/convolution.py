"""``theano.tensor.nnet.conv2d`` and ``conv2d_transpose`` as the package itself has them."""

from __future__ import annotations

import warnings
from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor.nnet import abstract_conv


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Any = None,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    image_shape: Any = None,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
    **kwargs: Any,
) -> TensorVariable:
    """Convolve a batch of images with filters; see :func:`symopt.nnet.conv2d`.

    Parameters
    ----------
    input, filters
        (batch, channels, rows, columns) and (results, channels / num_groups, rows, columns). If
        ``unshared``: (results, result rows, result columns, channels / num_groups, rows, columns).
    input_shape, filter_shape
        What is known of the shapes; ``image_shape`` is an old name of ``input_shape``.
    border_mode, subsample, filter_flip, filter_dilation, num_groups
        Padding, strides, whether the filters are flipped (True), their dilation, the groups.
    unshared
        Whether each place has filters of its own.
    **kwargs
        Ignored with a warning, as in Theano.

    Raises
    ------
    ValueError
        Both names of ``input_shape`` are given, or ``imshp_logical`` or ``kshp_logical`` is.
    """
    if "imshp_logical" in kwargs or "kshp_logical" in kwargs:
        raise ValueError(
            "conv2d: imshp_logical and kshp_logical, for upsampling, are not supported. Write "
            "conv2d_transpose with input_dilation."
        )
    if kwargs:
        warnings.warn(f"conv2d ignores {', '.join(sorted(kwargs))}.", stacklevel=2)
    if image_shape is not None:
        if input_shape is not None:
            raise ValueError("conv2d: image_shape is an old name of input_shape; give one of them.")
        input_shape = image_shape
    return abstract_conv.conv2d(
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


def conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Any,
    filter_shape: Any = None,
    border_mode: Any = "valid",
    input_dilation: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> TensorVariable:
    """The transposed convolution: :func:`conv2d_grad_wrt_inputs` of ``input``.

    ``filters`` are (channels of ``input``, channels of the result, rows, columns),
    ``output_shape`` is the shape of the result and ``input_dilation`` the stride.
    """
    return abstract_conv.conv2d_grad_wrt_inputs(
        input,
        filters,
        output_shape,
        filter_shape,
        border_mode,
        input_dilation,
        filter_flip,
        filter_dilation,
        num_groups,
        unshared,
    )


__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
