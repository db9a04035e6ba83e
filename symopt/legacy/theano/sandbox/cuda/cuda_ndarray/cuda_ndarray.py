"""``theano.sandbox.cuda.cuda_ndarray.cuda_ndarray``: arrays on a GPU, of which there are none."""

from __future__ import annotations

from typing import Any

from symopt.legacy.unavailable import unavailable_class, unavailable_function

_NAME = "theano.sandbox.cuda.cuda_ndarray.cuda_ndarray"
CudaNdarray: Any = unavailable_class(f"{_NAME}.CudaNdarray", "Use numpy.ndarray.")
mem_info: Any = unavailable_function(f"{_NAME}.mem_info", "Ask the tools of the GPU's maker.")
device_properties: Any = unavailable_function(
    f"{_NAME}.device_properties", "Ask the tools of the GPU's maker."
)
dimshuffle: Any = unavailable_function(f"{_NAME}.dimshuffle", "Use numpy.transpose.")
