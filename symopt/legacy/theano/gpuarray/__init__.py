"""Theano 1.0.5's ``theano.gpuarray``: there is none here, and the modules say so.

``dnn`` and what else has a counterpart on the CPU computes it; arrays are NumPy's.
"""

from __future__ import annotations

import warnings
from typing import Any

from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.theano.gpuarray.type import ContextNotDefined as ContextNotDefined
from symopt.legacy.theano.gpuarray.type import GpuArrayConstant as GpuArrayConstant
from symopt.legacy.theano.gpuarray.type import GpuArraySharedVariable as GpuArraySharedVariable
from symopt.legacy.theano.gpuarray.type import GpuArrayType as GpuArrayType
from symopt.legacy.theano.gpuarray.type import GpuArrayVariable as GpuArrayVariable
from symopt.legacy.theano.gpuarray.type import get_context as get_context
from symopt.legacy.theano.gpuarray.type import (
    gpuarray_shared_constructor as gpuarray_shared_constructor,
)
from symopt.legacy.theano.gpuarray.type import reg_context as reg_context

pygpu_activated = False
cuda_enabled = False
cuda_available = False
theano_gpu_is_already_active = False

__getattr__ = gpu_names(__name__)


def use(device: str | None = None, *args: Any, **kwargs: Any) -> None:
    """Warns that ``device`` is not used: the backend decides where functions run."""
    warnings.warn(
        f"theano.gpuarray.use({device!r}) has no effect. On a machine with a GPU, backend jax "
        "(SYMOPT_BACKEND=jax) uses it.",
        stacklevel=2,
    )


def init_dev(dev: str, name: str | None = None, preallocate: float | None = None) -> None:
    """See :func:`use`."""
    use(dev)


def transfer(x: Any, target: str) -> Any:
    """``x`` for the target "cpu"; None, which is "not mine" in Theano, for others."""
    return x if target == "cpu" else None
