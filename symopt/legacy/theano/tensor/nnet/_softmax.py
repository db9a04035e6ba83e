"""Softmax with the errors of Theano's: ValueError for what is no matrix or vector of floats."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError
from symopt.nnet import softmax as _softmax_of_floats
from symopt.nnet.softmax import logsoftmax as _logsoftmax_of_floats


def softmax(c: Any) -> TensorVariable:
    """The softmax of the rows of a matrix; a vector gives a (1, n) matrix.

    Raises
    ------
    ValueError
        ``c`` is neither, or not of floats.
    """
    return _softmax_of_floats(_checked("softmax", c))


def logsoftmax(c: Any) -> TensorVariable:
    """The logarithm of :func:`softmax`, finite for all finite ``c``."""
    return _logsoftmax_of_floats(_checked("logsoftmax", c))


def _checked(owner: str, c: Any) -> TensorVariable:
    c = pt.as_tensor_variable(c)
    if c.ndim not in (1, 2) or not c.dtype.startswith("float"):
        raise ShapeError(
            f"{owner}: c is {c.type}; expected a vector or a matrix of floats. Cast it "
            f'(c.astype("float32")), reshape it, or write symopt.nnet.{owner}(c, axis=-1).'
        )
    return c
