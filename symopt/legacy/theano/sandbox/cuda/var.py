"""``theano.sandbox.cuda.var``: classes of GPU variables, which no variable is of here."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable

from symopt.legacy.theano.gpuarray._names import INSTEAD, gpu_names
from symopt.legacy.theano.tensor.sharedvar import tensor_constructor
from symopt.legacy.unavailable import unavailable_class

CudaNdarrayVariable: Any = unavailable_class(
    "theano.sandbox.cuda.var.CudaNdarrayVariable", INSTEAD, (Variable,)
)
CudaNdarrayConstant: Any = unavailable_class(
    "theano.sandbox.cuda.var.CudaNdarrayConstant", INSTEAD, (Constant,)
)
CudaNdarraySharedVariable: Any = unavailable_class(
    "theano.sandbox.cuda.var.CudaNdarraySharedVariable", INSTEAD, (SharedVariable,)
)

__getattr__ = gpu_names(__name__)


def float32_shared_constructor(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    broadcastable: Any = None,
    target: Any = None,
) -> Any:
    """A shared tensor of float32, on the host."""
    array = np.asarray(value, "float32")
    return tensor_constructor(array, name, strict, allow_downcast, borrow, broadcastable)
