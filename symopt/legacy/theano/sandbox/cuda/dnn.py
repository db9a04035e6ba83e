"""``theano.sandbox.cuda.dnn``: cuDNN's functions as they were before Theano 1.0, on the CPU."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.gpuarray import dnn as _dnn
from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.theano.gpuarray.dnn import GpuDnnConv as GpuDnnConv
from symopt.legacy.theano.gpuarray.dnn import GpuDnnConvDesc as GpuDnnConvDesc
from symopt.legacy.theano.gpuarray.dnn import GpuDnnConvGradI as GpuDnnConvGradI
from symopt.legacy.theano.gpuarray.dnn import GpuDnnConvGradW as GpuDnnConvGradW
from symopt.legacy.theano.gpuarray.dnn import GpuDnnPool as GpuDnnPool
from symopt.legacy.theano.gpuarray.dnn import GpuDnnPoolDesc as GpuDnnPoolDesc
from symopt.legacy.theano.gpuarray.dnn import GpuDnnSoftmax as GpuDnnSoftmax
from symopt.legacy.theano.gpuarray.dnn import (
    dnn_batch_normalization_test as dnn_batch_normalization_test,
)
from symopt.legacy.theano.gpuarray.dnn import (
    dnn_batch_normalization_train as dnn_batch_normalization_train,
)
from symopt.legacy.theano.gpuarray.dnn import dnn_pool as dnn_pool
from symopt.legacy.theano.gpuarray.dnn import dnn_present as dnn_present
from symopt.legacy.theano.gpuarray.dnn import version as version

__getattr__ = gpu_names(__name__)


def dnn_available() -> bool:
    """False; ``dnn_available.msg`` says why."""
    return False


dnn_available.avail = False  # type: ignore[attr-defined]
dnn_available.msg = _dnn.dnn_available.msg  # type: ignore[attr-defined]


def dnn_conv(
    img: Any,
    kerns: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    conv_mode: str = "conv",
    direction_hint: Any = None,
    workmem: Any = None,
    algo: Any = None,
    precision: Any = None,
) -> TensorVariable:
    """:func:`theano.gpuarray.dnn.dnn_conv`, with the arguments in the older order."""
    return _dnn.dnn_conv(img, kerns, border_mode, subsample, conv_mode=conv_mode)


def dnn_conv3d(
    img: Any,
    kerns: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1, 1),
    conv_mode: str = "conv",
    direction_hint: Any = None,
    workmem: Any = None,
    algo: Any = None,
    precision: Any = None,
) -> TensorVariable:
    """:func:`theano.gpuarray.dnn.dnn_conv3d`, with the arguments in the older order."""
    return _dnn.dnn_conv3d(img, kerns, border_mode, subsample, conv_mode=conv_mode)


def dnn_gradweight(
    img: Any,
    topgrad: Any,
    kerns_shp: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    conv_mode: str = "conv",
) -> TensorVariable:
    """:func:`theano.gpuarray.dnn.dnn_gradweight`, with the arguments in the older order."""
    return _dnn.dnn_gradweight(img, topgrad, kerns_shp, border_mode, subsample, conv_mode=conv_mode)


def dnn_gradinput(
    kerns: Any,
    topgrad: Any,
    img_shp: Any,
    border_mode: Any = "valid",
    subsample: Any = (1, 1),
    conv_mode: str = "conv",
) -> TensorVariable:
    """:func:`theano.gpuarray.dnn.dnn_gradinput`, with the arguments in the older order."""
    return _dnn.dnn_gradinput(kerns, topgrad, img_shp, border_mode, subsample, conv_mode=conv_mode)
