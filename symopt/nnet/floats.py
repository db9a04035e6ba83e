"""Tensors of a float dtype, and constants that keep it, for formulas written whatever floatX is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable


def as_float(x: Any) -> TensorVariable:
    """``x`` as a tensor variable; integers and booleans are cast to floatX."""
    x = pt.as_tensor_variable(x)
    return x if x.dtype.startswith(("float", "complex")) else x.astype(pytensor.config.floatX)


def number(value: float, x: TensorVariable) -> NDArray:
    """A constant of the dtype of ``x``: a Python float next to float32 may give float64."""
    return np.asarray(value, x.dtype)


def as_float_like(value: Any, x: TensorVariable) -> TensorVariable:
    """``value`` as a tensor variable: integers, and plain numbers, take the dtype of ``x``.

    A variable or array of floats keeps its dtype, so that float64 next to float32 is float64.
    """
    if not isinstance(value, Variable) and np.ndim(value) == 0:
        value = number(value, x)
    value = pt.as_tensor_variable(value)
    return value.astype(x.dtype) if value.dtype.startswith(("int", "uint", "bool")) else value
