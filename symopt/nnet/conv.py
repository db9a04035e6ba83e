"""Convolutions with Theano's names, arguments and semantics.

Images are (batch, channels, rows, columns) and filters (results, channels / num_groups, rows,
columns); in three dimensions depth comes before rows. Kernels are flipped, as mathematics has it,
unless ``filter_flip=False``. What the arguments have in common is said at :func:`conv2d`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Constant
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, ShapeError
from symopt.hyperparameters import check_choice, check_flag, check_integer
from symopt.nnet.convolution_ops import (
    ALGORITHMS,
    Convolution,
    ConvolutionGradInputs,
    ConvolutionGradWeights,
)
from symopt.nnet.convolution_shapes import border_pairs, output_lengths, per_axis

Shape = Sequence[Any] | None


def conv2d(
    input: Any,
    filters: Any,
    input_shape: Shape = None,
    filter_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    image_shape: Shape = None,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
    *,
    algorithm: str = "auto",
) -> TensorVariable:
    """Convolve a batch of images with a set of filters.

    With strides s, dilations d and zeros of padding ``before``, for filters that are not flipped::

        y[n, o, i, j] = sum_{c, a, b} filters[o, c, a, b]
                                      * input[n, c, s i + d a - before, s j + d b - before]

    and with ``filters[o, c, -1 - a, -1 - b]`` for those that are.

    Parameters
    ----------
    input
        (batch, channels, rows, columns), float32 or float64; integers are computed in floats.
    filters
        (results, channels / num_groups, rows, columns).
    input_shape, filter_shape
        What is known of the shapes: integers, and None where it is not known. All but the batch's
        size is checked when the function runs. ``image_shape`` is an old name of ``input_shape``.
    border_mode
        "valid": no padding. "half": half of the dilated filter, rounded down, on each side, so
        that odd filters keep the size. "full": the dilated filter less one. An integer, a tuple
        of two, or a tuple of two pairs (before, after): so many zeros.
    subsample
        Stride, two integers of at least 1.
    filter_flip
        Whether the filters are flipped. Default True.
    filter_dilation
        Distance between the taps of a filter, two integers of at least 1.
    num_groups
        Groups of channels that are convolved on their own; divides channels and results.
    unshared
        Of Theano's; only False.
    algorithm
        How the c backend computes it: "direct"; "im2col", a matrix product of copies; "fft";
        "winograd", F(2x2, 3x3), which takes filters of 3x3 without stride and dilation. What it
        cannot take goes to "direct". "auto", the default, takes the one that was fastest for the
        most similar convolution measured. They agree within rounding; a NaN or an infinity
        spreads further with "fft" and "winograd", over a tile.

    Returns
    -------
    (batch, results, rows, columns), with
    ``(rows + before + after - d (filter_rows - 1) - 1) // s + 1`` rows and columns likewise.

    Raises
    ------
    ShapeError
        Channels do not fit, the filters are larger than the padded images, or there are not four
        dimensions: here if the shapes are known, else when the function runs.
    HyperparameterError
        An argument is none of those named.
    DTypeError
        float16 or complex numbers.

    References
    ----------
    - Theano 1.0.5, ``theano.tensor.nnet.conv2d``
    - V. Dumoulin and F. Visin, A guide to convolution arithmetic for deep learning, 2016,
      https://arxiv.org/abs/1603.07285
    - A. Lavin and S. Gray, Fast algorithms for convolutional neural networks, 2015,
      https://arxiv.org/abs/1509.09308
    """
    if image_shape is not None and input_shape is not None:
        raise HyperparameterError(
            "conv2d: image_shape is another name of input_shape; give one of them."
        )
    op = _operation(
        "conv2d",
        2,
        border_mode,
        subsample,
        filter_dilation,
        num_groups,
        filter_flip,
        algorithm,
        unshared,
    )
    images = _known_shape("conv2d", "input_shape", input, input_shape or image_shape, 4)
    return op(images, _known_shape("conv2d", "filter_shape", filters, filter_shape, 4))


def conv3d(
    input: Any,
    filters: Any,
    input_shape: Shape = None,
    filter_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1, 1),
    num_groups: int = 1,
    *,
    algorithm: str = "auto",
) -> TensorVariable:
    """Convolve (batch, channels, depth, rows, columns) with a set of filters; see :func:`conv2d`.

    ``algorithm`` is "auto", "direct" or "im2col".
    """
    check_choice("conv3d", "algorithm", algorithm, ALGORITHMS[:3])
    op = _operation(
        "conv3d",
        3,
        border_mode,
        subsample,
        filter_dilation,
        num_groups,
        filter_flip,
        algorithm,
    )
    images = _known_shape("conv3d", "input_shape", input, input_shape, 5)
    return op(images, _known_shape("conv3d", "filter_shape", filters, filter_shape, 5))


def conv2d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Sequence[Any],
    filter_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
    *,
    algorithm: str = "auto",
) -> TensorVariable:
    """The gradient of :func:`conv2d` by its input, for a gradient by its output.

    Parameters
    ----------
    output_grad
        (batch, results, rows, columns): the shape of the convolution's result.
    filters, border_mode, subsample, filter_flip, filter_dilation, num_groups, algorithm
        As the convolution had them.
    input_shape
        Shape of the convolution's input, four numbers. The last two are needed, as integers or
        symbolic; the first two may be None.
    filter_shape
        What is known of the filters' shape.

    Returns
    -------
    (batch, channels, rows, columns), as ``input_shape`` says.

    Raises
    ------
    As :func:`conv2d`, and ShapeError if ``output_grad`` is not of the shape of the result.
    """
    return _gradient_by_inputs(
        "conv2d_grad_wrt_inputs",
        2,
        (output_grad, filters, input_shape, filter_shape),
        (
            border_mode,
            subsample,
            filter_dilation,
            num_groups,
            filter_flip,
            algorithm,
            unshared,
        ),
    )


def conv3d_grad_wrt_inputs(
    output_grad: Any,
    filters: Any,
    input_shape: Sequence[Any],
    filter_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1, 1),
    num_groups: int = 1,
    *,
    algorithm: str = "auto",
) -> TensorVariable:
    """The gradient of :func:`conv3d` by its input; see :func:`conv2d_grad_wrt_inputs`."""
    return _gradient_by_inputs(
        "conv3d_grad_wrt_inputs",
        3,
        (output_grad, filters, input_shape, filter_shape),
        (border_mode, subsample, filter_dilation, num_groups, filter_flip, algorithm),
    )


def conv2d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Sequence[Any],
    input_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
    *,
    algorithm: str = "auto",
) -> TensorVariable:
    """The gradient of :func:`conv2d` by its filters, for a gradient by its output.

    ``filter_shape`` is the filters' shape, whose last two numbers are needed. The rest is as for
    :func:`conv2d_grad_wrt_inputs`.
    """
    return _gradient_by_weights(
        "conv2d_grad_wrt_weights",
        2,
        (input, output_grad, filter_shape, input_shape),
        (
            border_mode,
            subsample,
            filter_dilation,
            num_groups,
            filter_flip,
            algorithm,
            unshared,
        ),
    )


def conv3d_grad_wrt_weights(
    input: Any,
    output_grad: Any,
    filter_shape: Sequence[Any],
    input_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1, 1),
    num_groups: int = 1,
    *,
    algorithm: str = "auto",
) -> TensorVariable:
    """The gradient of :func:`conv3d` by its filters; see :func:`conv2d_grad_wrt_weights`."""
    return _gradient_by_weights(
        "conv3d_grad_wrt_weights",
        3,
        (input, output_grad, filter_shape, input_shape),
        (border_mode, subsample, filter_dilation, num_groups, filter_flip, algorithm),
    )


def conv2d_transpose(
    input: Any,
    filters: Any,
    output_shape: Sequence[Any],
    filter_shape: Shape = None,
    border_mode: Any = "valid",
    input_dilation: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
    *,
    algorithm: str = "auto",
) -> TensorVariable:
    """A transposed convolution, which takes the shape of a convolution's result back to its input.

    It is :func:`conv2d_grad_wrt_inputs` with ``subsample=input_dilation``: ``input`` is (batch,
    results, rows, columns), ``filters`` (results, channels / num_groups, rows, columns) and
    ``output_shape`` the shape of what is returned, (batch, channels, rows, columns).
    """
    return conv2d_grad_wrt_inputs(
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
        algorithm=algorithm,
    )


def separable_conv2d(
    input: Any,
    depthwise_filters: Any,
    pointwise_filters: Any,
    num_channels: int,
    input_shape: Shape = None,
    depthwise_filter_shape: Shape = None,
    pointwise_filter_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
) -> TensorVariable:
    """A convolution of each channel on its own, then one by 1x1 filters over all of them.

    Parameters
    ----------
    input
        (batch, num_channels, rows, columns).
    depthwise_filters
        (num_channels * multiplier, 1, rows, columns).
    pointwise_filters
        (results, num_channels * multiplier, 1, 1).
    num_channels
        Number of channels, an integer.
    input_shape, depthwise_filter_shape, pointwise_filter_shape
        What is known of the shapes.
    border_mode, subsample, filter_flip, filter_dilation
        Of the first convolution; see :func:`conv2d`.

    References
    ----------
    - F. Chollet, Xception: deep learning with depthwise separable convolutions, 2016,
      https://arxiv.org/abs/1610.02357
    """
    each = conv2d(
        input,
        depthwise_filters,
        input_shape,
        depthwise_filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation=filter_dilation,
        num_groups=check_integer("separable_conv2d", "num_channels", num_channels, low=1),
    )
    return conv2d(each, pointwise_filters, None, pointwise_filter_shape)


def separable_conv3d(
    input: Any,
    depthwise_filters: Any,
    pointwise_filters: Any,
    num_channels: int,
    input_shape: Shape = None,
    depthwise_filter_shape: Shape = None,
    pointwise_filter_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1, 1),
) -> TensorVariable:
    """:func:`separable_conv2d` in three dimensions."""
    each = conv3d(
        input,
        depthwise_filters,
        input_shape,
        depthwise_filter_shape,
        border_mode,
        subsample,
        filter_flip,
        filter_dilation,
        check_integer("separable_conv3d", "num_channels", num_channels, low=1),
    )
    return conv3d(each, pointwise_filters, None, pointwise_filter_shape)


def conv1d(
    input: Any,
    filters: Any,
    input_shape: Shape = None,
    filter_shape: Shape = None,
    border_mode: Any = "valid",
    subsample: int = 1,
    filter_flip: bool = True,
    filter_dilation: int = 1,
    num_groups: int = 1,
    *,
    algorithm: str = "auto",
) -> TensorVariable:
    """Convolve (batch, channels, length) with (results, channels / num_groups, length) filters.

    It is :func:`conv2d` of one row. ``border_mode`` is a name, an integer, or a pair (before,
    after); ``subsample`` and ``filter_dilation`` are integers. (Theano has no conv1d.)
    """
    sides = border_mode if isinstance(border_mode, str) else (border_mode,)
    pairs = border_pairs("conv1d", sides, 1)
    image = _as_row(_known_shape("conv1d", "input_shape", input, input_shape, 3))
    kernel = _as_row(_known_shape("conv1d", "filter_shape", filters, filter_shape, 3))
    result = conv2d(
        image,
        kernel,
        border_mode=pairs if isinstance(pairs, str) else ((0, 0), *pairs),
        subsample=(1, *per_axis("conv1d", "subsample", subsample, 1)),
        filter_flip=filter_flip,
        filter_dilation=(1, *per_axis("conv1d", "filter_dilation", filter_dilation, 1)),
        num_groups=num_groups,
        algorithm=algorithm,
    )
    return result[:, :, 0]


def causal_conv1d(
    input: Any,
    filters: Any,
    filter_shape: Sequence[Any],
    input_shape: Shape = None,
    subsample: int = 1,
    filter_flip: bool = True,
    filter_dilation: int = 1,
    num_groups: int = 1,
    unshared: bool = False,
) -> TensorVariable:
    """:func:`conv1d` in which a result sees no element after its own.

    It is padded in front by ``filter_dilation * (length - 1)``; ``filter_shape`` has to say how
    long the filters are.
    """
    if unshared:
        raise HyperparameterError("causal_conv1d: unshared=True is not supported.")
    length = check_integer("causal_conv1d", "filter_shape[2]", filter_shape[2], low=1)
    (dilation,) = per_axis("causal_conv1d", "filter_dilation", filter_dilation, 1)
    return conv1d(
        input,
        filters,
        input_shape,
        filter_shape,
        (dilation * (length - 1), 0),
        subsample,
        filter_flip,
        dilation,
        num_groups,
    )


def get_conv_output_shape(
    image_shape: Sequence[Any],
    kernel_shape: Sequence[Any],
    border_mode: Any,
    subsample: Sequence[int],
    filter_dilation: Sequence[int] | None = None,
) -> tuple[Any, ...]:
    """The shape of a convolution's result, with None where it is not known.

    ``image_shape`` and ``kernel_shape`` are full shapes (batch, channels, rows, columns) and
    (results, channels, rows, columns), or of three spatial dimensions; numbers, symbolic ones and
    None.
    """
    ndim = len(image_shape) - 2
    owner = "get_conv_output_shape"
    lengths = output_lengths(
        image_shape[2:],
        kernel_shape[2:],
        border_pairs(owner, border_mode, ndim),
        per_axis(owner, "subsample", subsample, ndim),
        per_axis(owner, "filter_dilation", filter_dilation or (1,) * ndim, ndim),
    )
    return (image_shape[0], kernel_shape[0], *lengths)


def _operation(
    owner: str,
    ndim: int,
    border_mode: Any,
    subsample: Any,
    filter_dilation: Any,
    num_groups: int,
    filter_flip: bool,
    algorithm: str,
    unshared: bool = False,
) -> Any:
    """The operation of these settings, checked."""
    if unshared:
        raise HyperparameterError(f"{owner}: unshared=True is not supported; filters are shared.")
    return Convolution(
        ndim,
        border_pairs(owner, border_mode, ndim),
        per_axis(owner, "subsample", subsample, ndim),
        per_axis(owner, "filter_dilation", filter_dilation, ndim),
        check_integer(owner, "num_groups", num_groups, low=1),
        check_flag(owner, "filter_flip", bool(filter_flip)),
        check_choice(owner, "algorithm", algorithm, ALGORITHMS),
    )


def _gradient_by_inputs(
    owner: str, ndim: int, tensors: tuple[Any, ...], settings: tuple[Any, ...]
) -> TensorVariable:
    output_grad, filters, input_shape, filter_shape = tensors
    op = _operation(owner, ndim, *settings).sibling(ConvolutionGradInputs)
    filters = _known_shape(owner, "filter_shape", filters, filter_shape, ndim + 2)
    spatial = _spatial(owner, "input_shape", input_shape, ndim)
    return op(filters, output_grad, spatial)


def _gradient_by_weights(
    owner: str, ndim: int, tensors: tuple[Any, ...], settings: tuple[Any, ...]
) -> TensorVariable:
    images, output_grad, filter_shape, input_shape = tensors
    op = _operation(owner, ndim, *settings).sibling(ConvolutionGradWeights)
    images = _known_shape(owner, "input_shape", images, input_shape, ndim + 2)
    spatial = _spatial(owner, "filter_shape", filter_shape, ndim)
    return op(images, output_grad, spatial)


def _spatial(owner: str, name: str, shape: Any, ndim: int) -> Any:
    """The spatial part of a shape that has to be given: a list, or a symbolic vector of it all."""
    if isinstance(shape, TensorVariable):
        return shape[2:]
    if shape is None or len(shape) != ndim + 2 or any(n is None for n in shape[2:]):
        raise ShapeError(
            f"{owner}: {name}={shape!r}; expected {ndim + 2} numbers, of which the last {ndim} are "
            "known or symbolic: the shape of what is computed cannot be told from the rest."
        )
    return pt.stack([pt.cast(pt.as_tensor_variable(n), "int64") for n in shape[2:]])


def _known_shape(owner: str, name: str, tensor: Any, shape: Shape, ndim: int) -> TensorVariable:
    """``tensor`` with what ``shape`` says of it, but for the first dimension of an input.

    Theano never looked at the batch's size, and programs give that of a full batch to the last one.
    """
    tensor = pt.as_tensor_variable(tensor)
    if shape is None or isinstance(shape, TensorVariable):
        return tensor
    if len(shape) != ndim:
        raise ShapeError(f"{owner}: {name}={tuple(shape)!r}; expected {ndim} numbers.")
    known = [int(n.data) if isinstance(n, Constant) else n for n in shape]
    known = [n if isinstance(n, int | None) or hasattr(n, "__index__") else None for n in known]
    if name == "input_shape":
        known[0] = None
    if tensor.ndim != ndim or all(n is None for n in known):
        return tensor
    clash = [
        (a, b)
        for a, b in zip(known, tensor.type.shape, strict=True)
        if a is not None and b is not None and a != b
    ]
    if clash:
        raise ShapeError(f"{owner}: {name}={tuple(shape)!r}, but the shape is {tensor.type.shape}.")
    return pt.specify_shape(tensor, known)


def _as_row(tensor: TensorVariable) -> TensorVariable:
    return tensor.dimshuffle(0, 1, "x", 2)
