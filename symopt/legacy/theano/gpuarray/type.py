"""Theano 1.0.5's ``theano.gpuarray.type``: types of GPU arrays, which no variable has here."""

from __future__ import annotations

from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable

from symopt.errors import SymoptError
from symopt.legacy.theano.gpuarray._names import INSTEAD, gpu_names
from symopt.legacy.theano.tensor.sharedvar import tensor_constructor
from symopt.legacy.unavailable import unavailable_class

GpuArrayType: Any = unavailable_class("theano.gpuarray.type.GpuArrayType", INSTEAD)
GpuArrayVariable: Any = unavailable_class(
    "theano.gpuarray.type.GpuArrayVariable", INSTEAD, (Variable,)
)
GpuArrayConstant: Any = unavailable_class(
    "theano.gpuarray.type.GpuArrayConstant", INSTEAD, (Constant,)
)
GpuArraySharedVariable: Any = unavailable_class(
    "theano.gpuarray.type.GpuArraySharedVariable", INSTEAD, (SharedVariable,)
)
GpuContextType: Any = unavailable_class("theano.gpuarray.type.GpuContextType", INSTEAD)
gpu_context_type = None

__getattr__ = gpu_names(__name__)


class ContextNotDefined(SymoptError, ValueError):
    """There is no GPU context of that name."""


def get_context(name: str | None) -> Any:
    """Raises ContextNotDefined: there are no contexts."""
    raise ContextNotDefined(f"get_context({name!r}): there are no GPU contexts here. {INSTEAD}")


def list_contexts() -> list[str]:
    """No names."""
    return []


def reg_context(name: str, ctx: Any) -> None:
    """Does nothing."""


def gpu_supported(data: Any) -> bool:
    """False."""
    return False


def move_to_gpu(data: Any) -> bool:
    """False."""
    return False


def gpuarray_shared_constructor(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    broadcastable: Any = None,
    target: Any = None,
) -> Any:
    """A shared tensor, on the host."""
    return tensor_constructor(value, name, strict, allow_downcast, borrow, broadcastable)
