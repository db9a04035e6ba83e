"""Activations with a slope or scale, of the dtype that Theano's formulas give."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.scalar import upcast
from pytensor.tensor.variable import TensorVariable

from symopt.nnet import activations


def relu(x: Any, alpha: Any = 0) -> TensorVariable:
    """The rectifier, with slope ``alpha`` for negative values; see :func:`symopt.nnet.relu`.

    A number like 0.1, which float32 does not hold exactly, is of dtype floatX, and so may be the
    result.
    """
    return activations.relu(_promoted(x), _as_in_expressions(alpha))


def elu(x: Any, alpha: Any = 1) -> TensorVariable:
    """The exponential linear unit; see :func:`symopt.nnet.elu`, and :func:`relu` for its dtype."""
    return activations.elu(_promoted(x), _as_in_expressions(alpha))


def selu(x: Any) -> TensorVariable:
    """The scaled exponential linear unit; see :func:`symopt.nnet.selu`, and :func:`relu`."""
    return pt.constant(activations.SELU_SCALE) * elu(x, activations.SELU_ALPHA)


def softsign(x: Any) -> TensorVariable:
    """``x / (1 + |x|)``; see :func:`symopt.nnet.softsign`."""
    return activations.softsign(_promoted(x))


def hard_sigmoid(x: Any) -> TensorVariable:
    """Three straight lines for the logistic function; see :func:`symopt.nnet.hard_sigmoid`."""
    return activations.hard_sigmoid(_promoted(x))


def _promoted(x: Any) -> TensorVariable:
    """Integers in the float dtype of their quotients: int32 and int64 are float64."""
    x = pt.as_tensor_variable(x)
    discrete = not x.dtype.startswith(("float", "complex"))
    return pt.cast(x, upcast(x.dtype, "float32")) if discrete else x


def _as_in_expressions(number: Any) -> Any:
    """A Python number as the constant that it is next to a variable."""
    if isinstance(number, Variable) or number == 0 or not isinstance(number, float):
        return number
    return pt.constant(number)
