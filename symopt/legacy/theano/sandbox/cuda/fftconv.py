"""``theano.sandbox.cuda.fftconv``: convolutions by Fourier transforms, computed by the CPU's."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.nnet import conv


def conv2d_fft(
    input: Any,
    filters: Any,
    image_shape: Any = None,
    filter_shape: Any = None,
    border_mode: str = "valid",
    pad_last_dim: bool = False,
) -> TensorVariable:
    """The convolution of images; see :func:`theano.tensor.nnet.conv2d`."""
    return conv.conv2d(input, filters, image_shape, filter_shape, border_mode)


def conv3d_fft(
    input: Any,
    filters: Any,
    image_shape: Any = None,
    filter_shape: Any = None,
    border_mode: str = "valid",
    pad_last_dim: bool = False,
) -> TensorVariable:
    """The convolution of volumes; see :func:`theano.tensor.nnet.conv3d`."""
    return conv.conv3d(input, filters, image_shape, filter_shape, border_mode)
