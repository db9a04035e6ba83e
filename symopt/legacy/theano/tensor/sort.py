"""Theano 1.0.5's ``theano.tensor.sort``: sorting, and the k largest elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.sort import argsort as _argsort
from pytensor.tensor.sort import sort as _sort
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor._dtypes import integer_dtypes
from symopt.legacy.theano.tensor._replaced_ops import ArgSortOp as ArgSortOp
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.legacy.theano.tensor._replaced_ops import SortOp as SortOp


def sort(a: Any, axis: Any = -1, kind: Any = "quicksort", order: None = None) -> TensorVariable:
    """The elements along ``axis`` in ascending order.

    Parameters
    ----------
    a
        A tensor.
    axis
        An axis, by default the last; None flattens ``a``.
    kind
        "quicksort", "mergesort", "heapsort" or "stable".
    order
        Only None.
    """
    return _sort(as_tensor_variable(a), axis, kind, order)


def argsort(a: Any, axis: Any = -1, kind: Any = "quicksort", order: None = None) -> TensorVariable:
    """The indices (int64) that put the elements along ``axis`` in ascending order.

    The arguments are those of :func:`sort`.
    """
    return _argsort(as_tensor_variable(a), axis, kind, order)


def topk(
    x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: str = "int64"
) -> TensorVariable:
    """The ``kth`` largest elements along an axis, or for a negative one the smallest.

    Parameters
    ----------
    x
        A tensor.
    kth
        How many, an integer or a symbolic one, not 0; its sign says which.
    axis
        An axis, by default the last; None flattens ``x``.
    sorted
        Theano's is not sorted whatever this says (it refuses True); here the elements are in
        ascending order.
    idx_dtype
        Dtype of the indices that :func:`argtopk` returns.

    Raises
    ------
    ValueError
        ``kth`` is known to be 0, or ``x`` is a scalar.
    """
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[0]


def argtopk(
    x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: str = "int64"
) -> TensorVariable:
    """Where the elements of :func:`topk` are along the axis."""
    return topk_and_argtopk(x, kth, axis, sorted, idx_dtype)[1]


def topk_and_argtopk(
    x: Any, kth: Any, axis: int | None = -1, sorted: bool = True, idx_dtype: str = "int64"
) -> list[TensorVariable]:
    """The elements of :func:`topk`, and where they are."""
    x = as_tensor_variable(x)
    if x.ndim == 0:
        raise ValueError("topk: x is a scalar; expected a tensor with dimensions.")
    if axis is None:
        x, axis = x.flatten(), 0
    if not isinstance(axis, int):
        raise TypeError(f"topk: axis={axis!r}; expected an integer.")
    if not -x.ndim <= axis < x.ndim:
        raise IndexError(f"topk: axis={axis} of a tensor of {x.ndim} dimensions.")
    if idx_dtype not in integer_dtypes:
        raise TypeError(f"topk: idx_dtype={idx_dtype!r}; expected an integer dtype.")
    axis %= x.ndim
    chosen = _ends(pt.argsort(x, axis=axis), kth, axis)
    places = [
        chosen
        if d == axis
        else pt.arange(x.shape[d]).dimshuffle(*["x"] * d, 0, *["x"] * (x.ndim - d - 1))
        for d in range(x.ndim)
    ]
    return [x[tuple(places)], pt.cast(chosen, idx_dtype)]


def _ends(order: TensorVariable, kth: Any, axis: int) -> TensorVariable:
    """The last ``kth`` along ``axis``, or the first ``-kth``."""
    if isinstance(kth, int | np.integer):
        if kth == 0:
            raise ValueError("topk: kth is 0; expected how many elements to take.")
        wanted = slice(-int(kth), None) if kth > 0 else slice(None, -int(kth))
    else:
        kth = as_tensor_variable(kth)
        if kth.ndim or not kth.dtype.startswith(("int", "uint")):
            raise TypeError(f"topk: kth={kth} is {kth.type}; expected an integer scalar.")
        kth = pt.cast(kth, "int64")
        length = order.shape[axis]
        positive = pt.gt(kth, 0)
        wanted = slice(pt.switch(positive, length - kth, 0), pt.switch(positive, length, -kth))
    return order[(slice(None),) * axis + (wanted,)]


class TopKOp(ReplacedOp):
    """``TopKOp(axis, ...)(x, kth)``: the values, the indices, or both; see :func:`topk`."""

    def __init__(
        self,
        axis: int = -1,
        sorted: bool = True,
        idx_dtype: str = "int64",
        return_values: bool = True,
        return_indices: bool = True,
    ) -> None:
        if not (return_values or return_indices):
            raise ValueError("TopKOp: one of return_values and return_indices has to be True.")
        self.axis, self.sorted, self.idx_dtype = axis, sorted, idx_dtype
        self.return_values, self.return_indices = return_values, return_indices

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, kth = inputs
        both = topk_and_argtopk(x, kth, self.axis, self.sorted, self.idx_dtype)
        if self.return_values and self.return_indices:
            return both
        return both[0] if self.return_values else both[1]


__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
