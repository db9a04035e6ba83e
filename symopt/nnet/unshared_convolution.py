"""Convolutions with filters of their own at each place (locally connected layers)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Constant
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError
from symopt.hyperparameters import check_integer
from symopt.nnet.convolution_shapes import border_pairs, output_lengths, padding, per_axis


def unshared_conv2d(
    input: Any,
    filters: Any,
    input_shape: Sequence[Any] | None = None,
    filter_shape: Sequence[Any] | None = None,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    filter_flip: bool = True,
    filter_dilation: Any = (1, 1),
    num_groups: int = 1,
) -> TensorVariable:
    """Convolve images with filters that differ from place to place.

    With strides s, dilations d and zeros of padding ``before``, for filters that are not flipped::

        y[n, o, i, j] = sum_{c, a, b} filters[o, i, j, c, a, b]
                                      * input[n, c, s i + d a - before, s j + d b - before]

    It is a matrix product for each place (i, j), over patches that are copied out of the images.

    Parameters
    ----------
    input
        (batch, channels, rows, columns), of a float dtype.
    filters
        (results, result rows, result columns, channels / num_groups, rows, columns). Its last two
        lengths have to be known when the graph is built, from its type or from ``filter_shape``.
    input_shape, filter_shape
        What is known of the shapes: integers, and None where it is not known.
    border_mode, subsample, filter_flip, filter_dilation, num_groups
        As for :func:`~symopt.nnet.conv2d`.

    Returns
    -------
    (batch, results, result rows, result columns).

    Raises
    ------
    ShapeError
        The numbers of dimensions are others, or the filters' rows and columns are not known. When
        it runs, a ValueError or an AssertionError of PyTensor if the shapes do not fit.
    HyperparameterError
        A setting is none of those named.
    """
    owner = "unshared_conv2d"
    x, w = pt.as_tensor_variable(input), pt.as_tensor_variable(filters)
    for name, tensor, ndim in (("input", x, 4), ("filters", w, 6)):
        if tensor.ndim != ndim:
            raise ShapeError(f"{owner}: {name} has {tensor.ndim} dimensions; expected {ndim}.")
    groups = check_integer(owner, "num_groups", num_groups, low=1)
    strides = per_axis(owner, "subsample", subsample, 2)
    dilation = per_axis(owner, "filter_dilation", filter_dilation, 2)
    kernel = [_known(w, filter_shape, axis) for axis in (4, 5)]
    mode = border_pairs(owner, border_mode, 2)
    pads = padding(mode, kernel, dilation)
    image = [_length(x, input_shape, axis) for axis in (2, 3)]
    rows, columns = output_lengths(image, kernel, mode, strides, dilation)

    padded = pt.zeros(
        (
            x.shape[0],
            x.shape[1],
            *(n + before + after for n, (before, after) in zip(image, pads, strict=True)),
        ),
        dtype=x.dtype,
    )
    inside = tuple(slice(before, before + n) for n, (before, _) in zip(image, pads, strict=True))
    padded = pt.set_subtensor(padded[(slice(None), slice(None), *inside)], x)
    patches = pt.stack(
        [
            padded[
                :,
                :,
                a * dilation[0] : a * dilation[0] + (rows - 1) * strides[0] + 1 : strides[0],
                b * dilation[1] : b * dilation[1] + (columns - 1) * strides[1] + 1 : strides[1],
            ]
            for a in range(kernel[0])
            for b in range(kernel[1])
        ],
        axis=2,
    )  # (batch, channels, taps, rows, columns)
    if filter_flip:
        w = w[:, :, :, :, ::-1, ::-1]
    taps, batch, results = kernel[0] * kernel[1], x.shape[0], w.shape[0]
    taken = x.shape[1] // groups
    left = patches.reshape((batch, groups, taken * taps, rows, columns)).dimshuffle(1, 3, 4, 0, 2)
    right = w.reshape((groups, results // groups, rows, columns, taken * taps))
    product = pt.matmul(left, right.dimshuffle(0, 2, 3, 4, 1))  # (groups, rows, columns, batch, .)
    return product.dimshuffle(3, 0, 4, 1, 2).reshape((batch, results, rows, columns))


def _length(x: TensorVariable, given: Sequence[Any] | None, axis: int) -> Any:
    known = x.type.shape[axis]
    if known is None and given is not None and given[axis] is not None:
        known = given[axis].data.item() if isinstance(given[axis], Constant) else int(given[axis])
    return x.shape[axis] if known is None else known


def _known(w: TensorVariable, given: Sequence[Any] | None, axis: int) -> int:
    length = _length(w, given, axis)
    if not isinstance(length, int):
        raise ShapeError(
            f"unshared_conv2d: the length of the filters along axis {axis} is not known; give "
            "filter_shape, whose last two numbers are needed."
        )
    return length
