"""``theano.sandbox.cuda``, the GPU backend before Theano 1.0: there is none here.

Its flags say no. ``dnn`` and what else has a counterpart on the CPU computes it.
"""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano.gpuarray import use as _use
from symopt.legacy.theano.gpuarray._names import INSTEAD, gpu_names
from symopt.legacy.theano.sandbox.cuda.basic_ops import gpu_from_host as gpu_from_host
from symopt.legacy.theano.sandbox.cuda.basic_ops import host_from_gpu as host_from_gpu
from symopt.legacy.theano.sandbox.cuda.cuda_ndarray.cuda_ndarray import CudaNdarray as CudaNdarray
from symopt.legacy.theano.sandbox.cuda.cuda_ndarray.cuda_ndarray import mem_info as mem_info
from symopt.legacy.theano.sandbox.cuda.type import CudaNdarrayType as CudaNdarrayType
from symopt.legacy.theano.sandbox.cuda.var import CudaNdarrayConstant as CudaNdarrayConstant
from symopt.legacy.theano.sandbox.cuda.var import (
    CudaNdarraySharedVariable as CudaNdarraySharedVariable,
)
from symopt.legacy.theano.sandbox.cuda.var import CudaNdarrayVariable as CudaNdarrayVariable
from symopt.legacy.theano.sandbox.cuda.var import (
    float32_shared_constructor as float32_shared_constructor,
)
from symopt.legacy.unavailable import unavailable_class

cuda_available = False
cuda_enabled = False
pygpu_activated = False
cuda_initialization_error_message = "There is no CUDA here."
GpuOp: Any = unavailable_class("theano.sandbox.cuda.GpuOp", INSTEAD)
shared_constructor = float32_shared_constructor

__getattr__ = gpu_names(__name__)


def use(device: str, *args: Any, **kwargs: Any) -> None:
    """See :func:`theano.gpuarray.use`: it warns, and has no effect."""
    _use(device)


def unuse() -> None:
    """Does nothing."""


def active_device_number() -> int:
    """-1: there is none."""
    return -1


def active_device_name() -> str:
    """The name of the CPU."""
    return "cpu"
