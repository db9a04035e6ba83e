"""Theano 1.0.5's ``theano.tensor.signal.conv``: images of one channel and filters."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor.nnet.conv import ConvOp


def conv2d(
    input: Any,
    filters: Any,
    image_shape: Any = None,
    filter_shape: Any = None,
    border_mode: str = "valid",
    subsample: Any = (1, 1),
    **kargs: Any,
) -> TensorVariable:
    """Convolve one image or several, of one channel, with one filter or several, flipped.

    Parameters
    ----------
    input
        (rows, columns), or (batch, rows, columns).
    filters
        (rows, columns), or (results, rows, columns).
    image_shape, filter_shape
        What is known of the shapes.
    border_mode, subsample
        "valid" or "full"; strides.

    Returns
    -------
    (batch, results, rows, columns), without the axes that input and filters have not.

    Raises
    ------
    AssertionError
        ``input`` or ``filters`` has another number of dimensions.
    """
    images, kernels = as_tensor_variable(input), as_tensor_variable(filters)
    for name, tensor in (("input", images), ("filters", kernels)):
        if tensor.ndim not in (2, 3):
            raise AssertionError(f"conv2d: {name} has {tensor.ndim} dimensions; expected 2 or 3.")
    op = ConvOp(
        output_mode=border_mode,
        dx=subsample[0],
        dy=subsample[1],
        imshp=None if image_shape is None else (1, *tuple(image_shape)[-2:]),
        kshp=None if filter_shape is None else tuple(filter_shape)[-2:],
        **kargs,
    )
    result = op(
        images.dimshuffle(0, "x", 1, 2) if images.ndim == 3 else images.dimshuffle("x", "x", 0, 1),
        kernels.dimshuffle(0, "x", 1, 2)
        if kernels.ndim == 3
        else kernels.dimshuffle("x", "x", 0, 1),
    )
    if kernels.ndim == 2:
        result = result[:, 0]
    return result if images.ndim == 3 else result[0]
