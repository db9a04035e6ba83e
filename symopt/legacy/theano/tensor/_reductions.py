"""Reductions, with Theano's arguments."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.type_other import NoneTypeT
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor._constants import as_tensor_variable


def check_and_normalize_axes(x: Any, axis: Any) -> list[int]:
    """Axes as sorted integers from 0 on; none stands for all of them.

    Raises
    ------
    TypeError
        They are not constant integers.
    ValueError
        ``x`` has no such axis.
    """
    x = as_tensor_variable(x)
    if isinstance(axis, Variable):
        if isinstance(axis.type, NoneTypeT):
            axis = None
        elif isinstance(axis, Constant):
            axis = axis.data
        else:
            raise TypeError(f"axis={axis} is symbolic; expected integers.")
    if axis is None:
        return []
    if not isinstance(axis, int | np.integer | np.ndarray | tuple | list):
        raise TypeError(f"axis={axis!r}; expected an integer or several.")
    axes = [int(a) for a in np.atleast_1d(axis)]
    for a in axes:
        if not -x.ndim <= a < x.ndim:
            raise ValueError(
                f"axis={a} of a tensor of {x.ndim} dimensions; expected {-x.ndim} to {x.ndim - 1}."
            )
    return sorted({a % x.ndim for a in axes})


def _axes(x: TensorVariable, axis: Any) -> Any:
    return None if axis is None else tuple(check_and_normalize_axes(x, axis)) or None


def makeKeepDims(x: Any, y: Any, axis: Any) -> TensorVariable:  # Theano's name
    """``y``, a reduction of ``x`` along ``axis``, with these axes put back as length 1."""
    x, y = as_tensor_variable(x), as_tensor_variable(y)
    axes = check_and_normalize_axes(x, axis) or list(range(x.ndim))
    kept = iter(range(y.ndim))
    return y.dimshuffle(["x" if d in axes else next(kept) for d in range(x.ndim)])


def max_and_argmax(a: Any, axis: Any = None, keepdims: bool = False) -> list[TensorVariable]:
    """The maximum along axes, and where it is (the first of several; int64)."""
    a = as_tensor_variable(a)
    axes = _axes(a, axis)
    return [pt.max(a, axes, keepdims=keepdims), pt.argmax(a, axes, keepdims=keepdims)]


def max(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """The maximum along axes; all elements that tie for it get the gradient."""
    x = as_tensor_variable(x)
    return pt.max(x, _axes(x, axis), keepdims=keepdims)


def min(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """The minimum along axes; all elements that tie for it get the gradient."""
    x = as_tensor_variable(x)
    return pt.min(x, _axes(x, axis), keepdims=keepdims)


def argmax(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """Where the maximum along axes is: the first of several, int64."""
    x = as_tensor_variable(x)
    return pt.argmax(x, _axes(x, axis), keepdims=keepdims)


def argmin(x: Any, axis: Any = None, keepdims: bool = False) -> TensorVariable:
    """Where the minimum along axes is: the first of several, int64."""
    x = as_tensor_variable(x)
    if x.dtype == "bool":
        return pt.argmax(~x, _axes(x, axis), keepdims=keepdims)
    return pt.argmin(x, _axes(x, axis), keepdims=keepdims)


def ptp(a: Any, axis: Any = None) -> TensorVariable:
    """The maximum less the minimum, along axes."""
    return max(a, axis) - min(a, axis)


def mean(
    input: Any,
    axis: Any = None,
    dtype: str | None = None,
    op: bool = False,
    keepdims: bool = False,
    acc_dtype: str | None = None,
) -> TensorVariable:
    """The mean along axes.

    Parameters
    ----------
    input
        A tensor; means of integers are float64.
    axis
        An axis, several, or None: all.
    dtype, acc_dtype
        Of the result, and of the sum while it is added up.
    op
        Theano's old operation, whose sum is float64 always.
    keepdims
        Whether the axes stay, with length 1.

    Raises
    ------
    NotImplementedError
        ``op`` with another dtype than float64.
    """
    input = as_tensor_variable(input)
    if op:
        if dtype not in (None, "float64") or acc_dtype not in (None, "float64"):
            raise NotImplementedError(
                f"mean: op=True with dtype={dtype} and acc_dtype={acc_dtype}; it is float64 only. "
                "Leave op away."
            )
        dtype = "float64"
    return pt.mean(input, axis=axis, dtype=dtype, keepdims=keepdims, acc_dtype=acc_dtype)


def var(
    input: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> TensorVariable:
    r"""The variance along axes, :math:`\sum (x - \bar x)^2 / (n - d)`.

    As in Theano, several axes with ``ddof`` divide by :math:`n - d` of each of them.

    Parameters
    ----------
    input
        A tensor.
    axis
        An axis, several, or None: all.
    ddof
        :math:`d`. Default 0.
    keepdims
        Whether the axes stay, with length 1.
    corrected
        Whether to take off what rounding of the mean has added.
    """
    if isinstance(ddof, bool):
        raise ValueError(f"var: ddof={ddof}; the order is input, axis, ddof, keepdims, corrected.")
    x = as_tensor_variable(input)
    axes = check_and_normalize_axes(x, axis) or list(range(x.ndim))
    centred = x - pt.mean(x, axes, keepdims=True)
    if ddof == 0:
        variance = pt.mean(pt.sqr(centred), axes, keepdims=keepdims)
    else:
        variance = pt.sum(pt.sqr(centred), axes, keepdims=keepdims)
        for axis in axes:
            variance = variance / (x.shape[axis] - ddof)
    if corrected:
        if ddof == 0:
            rounding = pt.sqr(pt.mean(centred, axes, keepdims=keepdims))
        else:
            rounding = pt.sqr(pt.sum(centred, axes, keepdims=keepdims))
            for axis in axes:
                rounding = rounding / ((x.shape[axis] - ddof) * x.shape[axis])
        variance = variance - rounding
    variance.name = "var"
    return variance


def std(
    input: Any, axis: Any = None, ddof: int = 0, keepdims: bool = False, corrected: bool = False
) -> TensorVariable:
    """The square root of :func:`var`."""
    deviation = pt.sqrt(var(input, axis, ddof, keepdims, corrected))
    deviation.name = "std"
    return deviation
