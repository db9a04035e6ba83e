"""Theano 1.0.5's ``theano.gpuarray.dnn``: cuDNN's functions, computed by the CPU's operations.

``dnn_available()`` and ``dnn_present()`` say no, so that programs that ask take another way; those
that do not ask get the same numbers as from cuDNN, within rounding.
"""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.gpuarray._dnn_ops import GpuDnnConv as GpuDnnConv
from symopt.legacy.theano.gpuarray._dnn_ops import GpuDnnConvDesc as GpuDnnConvDesc
from symopt.legacy.theano.gpuarray._dnn_ops import GpuDnnConvGradI as GpuDnnConvGradI
from symopt.legacy.theano.gpuarray._dnn_ops import GpuDnnConvGradW as GpuDnnConvGradW
from symopt.legacy.theano.gpuarray._dnn_ops import GpuDnnPool as GpuDnnPool
from symopt.legacy.theano.gpuarray._dnn_ops import GpuDnnPoolDesc as GpuDnnPoolDesc
from symopt.legacy.theano.gpuarray._dnn_ops import GpuDnnSoftmax as GpuDnnSoftmax
from symopt.legacy.theano.gpuarray._dnn_ops import flips
from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.unavailable import unavailable_class, unavailable_function
from symopt.nnet import bn, conv, pool

RNNBlock: Any = unavailable_class(
    "theano.gpuarray.dnn.RNNBlock", "Write the recurrence with theano.scan."
)
dropout: Any = unavailable_function(
    "theano.gpuarray.dnn.dropout", "Multiply by a mask of MRG_RandomStreams().binomial."
)

__getattr__ = gpu_names(__name__)


def dnn_available(context_name: Any = None) -> bool:
    """False; ``dnn_available.msg`` says why."""
    return False


def dnn_present() -> bool:
    """False; ``dnn_present.msg`` says why."""
    return False


dnn_available.msg = dnn_present.msg = "There is no cuDNN here."  # type: ignore[attr-defined]
dnn_present.avail = False  # type: ignore[attr-defined]


def version(raises: bool = True) -> int:
    """-1; RuntimeError if ``raises``."""
    if raises:
        raise RuntimeError(f"theano.gpuarray.dnn.version: {dnn_present.msg}")  # type: ignore[attr-defined]
    return -1


def dnn_conv(
    img: Any,
    kerns: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    dilation: Any = (1, 1),
    conv_mode: str = "conv",
    direction_hint: Any = None,
    workmem: Any = None,
    algo: Any = None,
    precision: Any = None,
    num_groups: int = 1,
) -> TensorVariable:
    """The convolution of images.

    Parameters
    ----------
    img, kerns
        (batch, channels, rows, columns) and (results, channels / num_groups, rows, columns).
    border_mode, subsample, dilation, num_groups
        As :func:`theano.tensor.nnet.conv2d`.
    conv_mode
        "conv" flips the filters, "cross" does not.
    direction_hint, workmem, algo, precision
        cuDNN's choices; without effect.
    """
    return conv.conv2d(
        img,
        kerns,
        border_mode=border_mode,
        subsample=subsample,
        filter_flip=flips(conv_mode),
        filter_dilation=dilation,
        num_groups=num_groups,
    )


def dnn_conv3d(
    img: Any,
    kerns: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    dilation: Any = (1, 1, 1),
    conv_mode: str = "conv",
    direction_hint: Any = None,
    algo: Any = None,
    precision: Any = None,
    num_groups: int = 1,
) -> TensorVariable:
    """The convolution of volumes; see :func:`dnn_conv`."""
    return conv.conv3d(
        img,
        kerns,
        border_mode=border_mode,
        subsample=subsample,
        filter_flip=flips(conv_mode),
        filter_dilation=dilation,
        num_groups=num_groups,
    )


def _adjoint(
    function: Any,
    one: Any,
    other: Any,
    shape: Any,
    border_mode: Any,
    subsample: Any,
    dilation: Any,
    conv_mode: str,
    num_groups: int,
) -> TensorVariable:
    """A gradient of a convolution, by its filters or by its input, of the given shape."""
    return function(
        one,
        other,
        _entries(shape, as_tensor_variable(one).ndim),
        border_mode=border_mode,
        subsample=subsample,
        filter_flip=flips(conv_mode),
        filter_dilation=dilation,
        num_groups=num_groups,
    )


def dnn_gradweight(
    img: Any,
    topgrad: Any,
    kerns_shp: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    dilation: Any = (1, 1),
    conv_mode: str = "conv",
    precision: Any = None,
    algo: Any = None,
    num_groups: int = 1,
) -> TensorVariable:
    """The gradient of :func:`dnn_conv` by filters of shape ``kerns_shp``."""
    settings = (border_mode, subsample, dilation, conv_mode, num_groups)
    return _adjoint(conv.conv2d_grad_wrt_weights, img, topgrad, kerns_shp, *settings)


def dnn_gradweight3d(
    img: Any,
    topgrad: Any,
    kerns_shp: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    dilation: Any = (1, 1, 1),
    conv_mode: str = "conv",
    precision: Any = None,
    algo: Any = None,
    num_groups: int = 1,
) -> TensorVariable:
    """The gradient of :func:`dnn_conv3d` by filters of shape ``kerns_shp``."""
    settings = (border_mode, subsample, dilation, conv_mode, num_groups)
    return _adjoint(conv.conv3d_grad_wrt_weights, img, topgrad, kerns_shp, *settings)


def dnn_gradinput(
    kerns: Any,
    topgrad: Any,
    img_shp: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    dilation: Any = (1, 1),
    conv_mode: str = "conv",
    precision: Any = None,
    algo: Any = None,
    num_groups: int = 1,
) -> TensorVariable:
    """The gradient of :func:`dnn_conv` by images of shape ``img_shp``."""
    settings = (border_mode, subsample, dilation, conv_mode, num_groups)
    return _adjoint(conv.conv2d_grad_wrt_inputs, topgrad, kerns, img_shp, *settings)


def dnn_gradinput3d(
    kerns: Any,
    topgrad: Any,
    img_shp: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    dilation: Any = (1, 1, 1),
    conv_mode: str = "conv",
    precision: Any = None,
    algo: Any = None,
    num_groups: int = 1,
) -> TensorVariable:
    """The gradient of :func:`dnn_conv3d` by volumes of shape ``img_shp``."""
    settings = (border_mode, subsample, dilation, conv_mode, num_groups)
    return _adjoint(conv.conv3d_grad_wrt_inputs, topgrad, kerns, img_shp, *settings)


def _entries(shape: Any, ndim: int) -> Any:
    """A full shape as a list, of a list or a symbolic vector."""
    return [shape[d] for d in range(ndim)]


def dnn_pool(
    img: Any, ws: Any, stride: Any = None, mode: str = "max", pad: Any = None
) -> TensorVariable:
    """Pooling of the last two or three axes; windows over the border are left out.

    Parameters
    ----------
    img
        (batch, channels, rows, columns), or with depth before rows.
    ws, stride, pad
        Size of a window, distance between windows (1 by default, unlike ``pool_2d``), zeros at
        the borders: two or three integers each.
    mode
        "max", "sum", "average_inc_pad" or "average_exc_pad".
    """
    axes = len(ws)
    pooling = pool.pool_2d if axes == 2 else pool.pool_3d
    return pooling(
        img,
        ws,
        True,
        (1,) * axes if stride is None else stride,
        (0,) * axes if pad is None else pad,
        mode,
    )


def dnn_batch_normalization_train(
    inputs: Any,
    gamma: Any,
    beta: Any,
    mode: str = "per-activation",
    epsilon: float = 1e-4,
    running_average_factor: Any = 0.1,
    running_mean: Any = None,
    running_var: Any = None,
) -> tuple[TensorVariable, ...]:
    """:func:`theano.tensor.nnet.bn.batch_normalization_train`, with ``mode`` for its ``axes``."""
    return bn.batch_normalization_train(
        inputs, gamma, beta, mode, epsilon, running_average_factor, running_mean, running_var
    )


def dnn_batch_normalization_test(
    inputs: Any,
    gamma: Any,
    beta: Any,
    mean: Any,
    var: Any,
    mode: str = "per-activation",
    epsilon: float = 1e-4,
) -> TensorVariable:
    """:func:`theano.tensor.nnet.bn.batch_normalization_test`, with ``mode`` for its ``axes``."""
    return bn.batch_normalization_test(inputs, gamma, beta, mean, var, mode, epsilon)


def dnn_spatialtf(
    img: Any, theta: Any, scale_width: Any = 1, scale_height: Any = 1
) -> TensorVariable:
    """Images transformed affinely and sampled with bilinear interpolation; zeros outside.

    Parameters
    ----------
    img
        (batch, channels, rows, columns).
    theta
        (batch, 2, 3): takes coordinates of the result, from -1 to 1 along columns and rows, and 1,
        to those of the image.
    scale_width, scale_height
        Columns and rows of the result, over those of the image.

    References
    ----------
    - M. Jaderberg, K. Simonyan, A. Zisserman, K. Kavukcuoglu, Spatial transformer networks, 2015,
      https://arxiv.org/abs/1506.02025
    """
    x, theta = as_tensor_variable(img), as_tensor_variable(theta)
    batch, rows, columns = x.shape[0], x.shape[2], x.shape[3]
    height = pt.cast(pt.ceil(rows * scale_height), "int64")
    width = pt.cast(pt.ceil(columns * scale_width), "int64")
    across = _from_minus_one_to_one(width, x.dtype)
    down = _from_minus_one_to_one(height, x.dtype)
    grid = pt.stack(
        [
            pt.tile(across[None, :], (height, 1)).flatten(),
            pt.tile(down[:, None], (1, width)).flatten(),
            pt.ones((height * width,), dtype=x.dtype),
        ]
    )
    places = pt.dot(theta, grid)  # (batch, 2, height * width)
    half = pt.constant(0.5, dtype=x.dtype)
    across = (places[:, 0] + 1) * half * pt.cast(columns - 1, x.dtype)
    down = (places[:, 1] + 1) * half * pt.cast(rows - 1, x.dtype)
    left, top = pt.floor(across), pt.floor(down)
    each = pt.arange(batch)[:, None]
    sampled: Any = 0
    for column in (left, left + 1):
        for row in (top, top + 1):
            inside = (row >= 0) & (row <= rows - 1) & (column >= 0) & (column <= columns - 1)
            weight = (1 - abs(across - column)) * (1 - abs(down - row))
            weight = pt.switch(inside, weight, pt.zeros((), dtype=x.dtype))
            i = pt.cast(pt.clip(row, 0, rows - 1), "int64")
            j = pt.cast(pt.clip(column, 0, columns - 1), "int64")
            sampled = sampled + weight[:, :, None] * x.dimshuffle(0, 2, 3, 1)[each, i, j]
    return sampled.dimshuffle(0, 2, 1).reshape((batch, x.shape[1], height, width))


def _from_minus_one_to_one(count: Any, dtype: str) -> TensorVariable:
    """``count`` numbers at equal distances, both ends included."""
    steps = pt.cast(pt.maximum(count - 1, 1), dtype)
    return pt.cast(pt.arange(count), dtype) * pt.constant(2, dtype=dtype) / steps - pt.constant(
        1, dtype=dtype
    )
