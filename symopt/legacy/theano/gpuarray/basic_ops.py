"""Theano 1.0.5's ``theano.gpuarray.basic_ops``: transfers, which are identities here."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.gpuarray._names import INSTEAD, gpu_names
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.legacy.unavailable import unavailable_class

GpuKernelBase: Any = unavailable_class("theano.gpuarray.basic_ops.GpuKernelBase", INSTEAD)
CGpuKernelBase: Any = unavailable_class("theano.gpuarray.basic_ops.CGpuKernelBase", INSTEAD)
Kernel: Any = unavailable_class("theano.gpuarray.basic_ops.Kernel", INSTEAD)

__getattr__ = gpu_names(__name__)


class HideC:
    """Base of operations without C code; nothing."""


class _Identity(ReplacedOp):
    """``op(x)`` is ``x``: everything is on the host, in C order where it has to be."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        pass

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return as_tensor_variable(inputs[0])


class HostFromGpu(_Identity):
    """``HostFromGpu()(x)``: ``x``."""


class GpuFromHost(_Identity):
    """``GpuFromHost(context)(x)``: ``x``."""


class GpuToGpu(_Identity):
    """``GpuToGpu(context)(x)``: ``x``."""


class GpuContiguous(_Identity):
    """``GpuContiguous()(x)``: ``x``."""


host_from_gpu = HostFromGpu()
gpu_from_host = GpuFromHost
gpu_contiguous = GpuContiguous()


class GpuAlloc(ReplacedOp):
    """``GpuAlloc(context, memset_0)(value, *shape)``: :func:`theano.tensor.alloc`."""

    def __init__(self, context_name: Any = None, memset_0: bool = False) -> None:
        self.context_name, self.memset_0 = context_name, memset_0

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return pt.alloc(*inputs)


class GpuAllocEmpty(ReplacedOp):
    """``GpuAllocEmpty(dtype, context)(*shape)``: an array of this shape, of zeros."""

    def __init__(self, dtype: str = "float32", context_name: Any = None) -> None:
        self.dtype, self.context_name = dtype, context_name

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return pt.zeros(inputs, dtype=self.dtype)


def gpu_alloc(ctx: Any, memset_0: bool = False) -> GpuAlloc:
    """The operation that allocates."""
    return GpuAlloc(ctx, memset_0)


def gpu_alloc_empty(ctx: Any, dtype: str) -> GpuAllocEmpty:
    """The operation that allocates arrays of ``dtype``."""
    return GpuAllocEmpty(dtype, ctx)


def as_gpuarray_variable(x: Any, context_name: Any = None) -> TensorVariable:
    """``x`` as a tensor variable."""
    return as_tensor_variable(x)


def infer_context_name(*vars: Any) -> None:
    """None: there are no contexts."""


def gpuarray_helper_inc_dir() -> str:
    """Where there would be C headers: nowhere."""
    return ""
