"""Softmax and its logarithm, over the rows of a matrix as in Theano, or over any axis.

``log(softmax(x))`` and its gradient are computed stably wherever :mod:`symopt.nnet.stability`
recognises them.
"""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.special import log_softmax as _log_softmax
from pytensor.tensor.special import softmax as _softmax
from pytensor.tensor.variable import TensorVariable

import symopt.nnet.stability  # noqa: F401  # registers its rewrites
from symopt.errors import DTypeError, ShapeError


def softmax(c: Any, axis: int | None = None) -> TensorVariable:
    r"""Exponentials divided by their sum.

    .. math:: y_{ij} = e^{c_{ij}} / \sum_k e^{c_{ik}}

    computed from :math:`c - \max_k c_{ik}`, so it does not overflow.

    Parameters
    ----------
    c
        A matrix of floats, whose rows are the distributions, or a vector.
    axis
        An axis of ``c``, which may then have any number of dimensions. Default: Theano's
        behaviour, rows of a matrix.

    Returns
    -------
    A tensor of the shape of ``c``. As in Theano, a vector gives a (1, n) matrix unless ``axis`` is
    given.

    Raises
    ------
    DTypeError
        ``c`` is not of a float dtype.
    ShapeError
        ``c`` is neither vector nor matrix and no axis is given, or it has no such axis.
    """
    c, axis = _checked("softmax", c, axis)
    return _softmax(c, axis=axis)


def logsoftmax(c: Any, axis: int | None = None) -> TensorVariable:
    r"""The logarithm of :func:`softmax`, finite for all finite ``c``.

    .. math:: y_{ij} = c_{ij} - \log \sum_k e^{c_{ik}}

    Parameters, what is returned and the errors are those of :func:`softmax`.
    """
    c, axis = _checked("logsoftmax", c, axis)
    return _log_softmax(c, axis=axis)


def softmax_with_bias(x: Any, b: Any) -> TensorVariable:
    r"""``softmax(x + b)`` of a matrix and a vector.

    .. math:: y_{ij} = e^{x_{ij} + b_j} / \sum_k e^{x_{ik} + b_k}

    Parameters
    ----------
    x
        A matrix of floats, (batch, classes).
    b
        A vector of floats, (classes,).

    Returns
    -------
    A (batch, classes) matrix.

    Raises
    ------
    DTypeError
        ``x`` or ``b`` is not of a float dtype.
    ShapeError
        ``x`` is no matrix or ``b`` no vector.
    """
    return softmax(biased("softmax_with_bias", x, b), axis=1)


def biased(owner: str, x: Any, b: Any) -> TensorVariable:
    """``x + b`` of a matrix and a vector of floats; errors name ``owner``."""
    x = matrix_of_floats(owner, "x", x)
    b = pt.as_tensor_variable(b)
    _check_float(owner, "b", b)
    if b.ndim != 1:
        raise ShapeError(
            f"{owner}: b has {b.ndim} dimensions; expected a vector with one entry for each class."
        )
    return x + b


def matrix_of_floats(owner: str, name: str, x: Any) -> TensorVariable:
    """``x`` as a tensor variable, or an error that names it."""
    x = pt.as_tensor_variable(x)
    _check_float(owner, name, x)
    if x.ndim != 2:
        raise ShapeError(
            f"{owner}: {name} has {x.ndim} dimensions; expected a matrix (batch, classes). "
            f"Flatten the others: {name}.reshape((-1, {name}.shape[-1]))."
        )
    return x


def _checked(owner: str, c: Any, axis: int | None) -> tuple[TensorVariable, int]:
    c = pt.as_tensor_variable(c)
    _check_float(owner, "c", c)
    if axis is not None:
        if not -c.ndim <= axis < c.ndim:
            raise ShapeError(f"{owner}: axis={axis} but c has {c.ndim} dimensions.")
        return c, axis % c.ndim
    if c.ndim not in (1, 2):
        raise ShapeError(
            f"{owner}: c has {c.ndim} dimensions; expected a vector or a matrix, as in Theano. "
            "Give the axis (axis=-1 for the last one), or reshape c to a matrix."
        )
    return (c.dimshuffle("x", 0) if c.ndim == 1 else c), 1


def _check_float(owner: str, name: str, x: TensorVariable) -> None:
    if not x.dtype.startswith("float"):
        raise DTypeError(
            f"{owner}: {name} is {x.dtype}; expected floats. Cast it: "
            f'{name}.astype("float32") or {name}.astype("float64").'
        )
