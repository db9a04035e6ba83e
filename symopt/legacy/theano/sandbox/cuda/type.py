"""``theano.sandbox.cuda.type``: the type of GPU arrays, which no variable has here."""

from typing import Any

from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.unavailable import unavailable_class

CudaNdarrayType: Any = unavailable_class(
    "theano.sandbox.cuda.type.CudaNdarrayType",
    "Use theano.tensor.TensorType(dtype, broadcastable).",
)

__getattr__ = gpu_names(__name__)
