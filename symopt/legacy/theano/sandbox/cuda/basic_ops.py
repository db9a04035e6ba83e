"""``theano.sandbox.cuda.basic_ops``: transfers, which are identities here."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.theano.gpuarray.basic_ops import GpuAlloc as GpuAlloc
from symopt.legacy.theano.gpuarray.basic_ops import GpuAllocEmpty as GpuAllocEmpty
from symopt.legacy.theano.gpuarray.basic_ops import GpuContiguous as GpuContiguous
from symopt.legacy.theano.gpuarray.basic_ops import GpuFromHost as GpuFromHost
from symopt.legacy.theano.gpuarray.basic_ops import HostFromGpu as HostFromGpu
from symopt.legacy.theano.gpuarray.basic_ops import gpu_contiguous as gpu_contiguous
from symopt.legacy.theano.gpuarray.basic_ops import host_from_gpu as host_from_gpu
from symopt.legacy.theano.tensor._constants import as_tensor_variable

gpu_from_host = GpuFromHost()
gpu_alloc = GpuAlloc()
gpu_alloc_empty = GpuAllocEmpty()

__getattr__ = gpu_names(__name__)


def as_cuda_ndarray_variable(x: Any) -> TensorVariable:
    """``x`` as a tensor variable."""
    return as_tensor_variable(x)
