"""Theano 1.0.5's ``theano.tensor.extra_ops``."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor import extra_ops as _extra_ops
from pytensor.tensor.extra_ops import Bartlett as Bartlett
from pytensor.tensor.extra_ops import CpuContiguous as CpuContiguous
from pytensor.tensor.extra_ops import CumOp as _CumOp
from pytensor.tensor.extra_ops import FillDiagonal as FillDiagonal
from pytensor.tensor.extra_ops import FillDiagonalOffset as FillDiagonalOffset
from pytensor.tensor.extra_ops import RavelMultiIndex as RavelMultiIndex
from pytensor.tensor.extra_ops import SearchsortedOp as SearchsortedOp
from pytensor.tensor.extra_ops import bartlett as bartlett
from pytensor.tensor.extra_ops import cpu_contiguous as cpu_contiguous
from pytensor.tensor.extra_ops import fill_diagonal as fill_diagonal
from pytensor.tensor.extra_ops import fill_diagonal_offset as fill_diagonal_offset
from pytensor.tensor.extra_ops import searchsorted as searchsorted
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.legacy.theano.tensor._replaced_ops import Unique as Unique
from symopt.legacy.theano.tensor._replaced_ops import UnravelIndex as UnravelIndex

__getattr__ = fallback(__name__, "pytensor.tensor.extra_ops", "symopt.legacy.theano.tensor.basic")


def cumsum(x: Any, axis: int | None = None) -> TensorVariable:
    """Running sums along ``axis``; by default of all elements, in order."""
    return _extra_ops.cumsum(_with_axis("cumsum", x, axis), axis)


def cumprod(x: Any, axis: int | None = None) -> TensorVariable:
    """Running products along ``axis``; by default of all elements, in order."""
    return _extra_ops.cumprod(_with_axis("cumprod", x, axis), axis)


def _with_axis(owner: str, x: Any, axis: int | None) -> TensorVariable:
    x = as_tensor_variable(x)
    if axis is not None and not -x.ndim <= axis < x.ndim:
        raise ValueError(f"{owner}: axis={axis} of a tensor of {x.ndim} dimensions.")
    return x


def diff(x: Any, n: int = 1, axis: int = -1) -> TensorVariable:
    """Differences of neighbours along ``axis``, ``n`` times over."""
    return _extra_ops.diff(as_tensor_variable(x), n, axis)


def bincount(
    x: Any, weights: Any = None, minlength: Any = None, assert_nonneg: bool = False
) -> TensorVariable:
    """How often each integer from 0 on occurs in a vector.

    Parameters
    ----------
    x
        A vector of integers of at least 0.
    weights
        What each occurrence counts; the result has its dtype, else that of ``x``.
    minlength
        The least length of the result.
    assert_nonneg
        Whether negative numbers are an error when it runs.

    Raises
    ------
    TypeError
        ``x`` is no vector.
    """
    x = as_tensor_variable(x)
    weights = None if weights is None else as_tensor_variable(weights)
    return _extra_ops.bincount(x, weights, minlength, assert_nonneg)


def squeeze(x: Any, axis: Any = None) -> TensorVariable:
    """``x`` without the axes that are known to have length 1 (``axis``: without these)."""
    return _extra_ops.squeeze(as_tensor_variable(x), axis)


def compress(condition: Any, x: Any, axis: int | None = None) -> TensorVariable:
    """The slices of ``x`` along ``axis`` where the vector ``condition`` is true."""
    return _extra_ops.compress(as_tensor_variable(condition), x, axis)


def repeat(x: Any, repeats: Any, axis: int | None = None) -> TensorVariable:
    """Each element of ``x`` several times.

    Parameters
    ----------
    x
        A tensor.
    repeats
        How often: an integer, or a vector of one for each element along ``axis``.
    axis
        Along which axis; by default ``x`` is flattened.

    Raises
    ------
    ValueError
        ``repeats`` has more than one dimension, or there is no such axis.
    TypeError
        ``repeats`` is not of integers.
    """
    x, repeats = as_tensor_variable(x), as_tensor_variable(repeats)
    if repeats.ndim > 1:
        raise ValueError(f"repeat: repeats has {repeats.ndim} dimensions; expected 0 or 1.")
    if not repeats.dtype.startswith(("int", "uint")):
        raise TypeError(f"repeat: repeats is {repeats.dtype}; expected integers.")
    if axis is not None and not -x.ndim <= axis < x.ndim:
        raise ValueError(f"repeat: axis={axis} of a tensor of {x.ndim} dimensions.")
    return _extra_ops.repeat(x, repeats, axis)


def to_one_hot(y: Any, nb_class: Any, dtype: str | None = None) -> TensorVariable:
    """A matrix with a row for each of the integers ``y``: 1 in that column, else 0.

    ``dtype`` is floatX by default.
    """
    return _extra_ops.to_one_hot(as_tensor_variable(y), nb_class, dtype)


def unravel_index(
    indices: Any, dims: Any, order: str = "C", ndim: int | None = None
) -> tuple[TensorVariable, ...]:
    """Indices into an array of shape ``dims``, an array for each axis, from those into it flat.

    Parameters
    ----------
    indices
        Integers.
    dims
        The shape; ``ndim`` says how long it is, if that is not known.
    order
        "C" (rows first) or "F".
    """
    dims = as_tensor_variable(dims)
    try:
        length = pt.get_vector_length(dims)
    except ValueError:
        if ndim is None:
            raise ValueError(
                f"unravel_index: the length of dims={dims} is not known. Give ndim."
            ) from None
        length = ndim
        dims = pt.specify_shape(dims, (ndim,))
    if ndim is not None and ndim != length:
        raise ValueError(f"unravel_index: ndim={ndim}, but dims has {length} entries.")
    found = _extra_ops.unravel_index(as_tensor_variable(indices), dims, order=order)
    return tuple(found) if isinstance(found, list | tuple) else (found,)


def ravel_multi_index(
    multi_index: Any, dims: Any, mode: str = "raise", order: str = "C"
) -> TensorVariable:
    """Indices into a flattened array of shape ``dims`` from a tuple of those for each axis."""
    return _extra_ops.ravel_multi_index(multi_index, dims, mode, order)


class CumOp(ReplacedOp):
    """``CumOp(axis, mode)(x)``: :func:`cumsum` ("add") or :func:`cumprod` ("mul")."""

    stands_for = (_CumOp,)

    def __init__(self, axis: int | None = None, mode: str = "add") -> None:
        if mode not in ("add", "mul"):
            raise ValueError(f'CumOp: mode={mode!r}; expected "add" or "mul".')
        self.axis, self.mode = axis, mode

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return (cumsum if self.mode == "add" else cumprod)(inputs[0], self.axis)


class CumsumOp(CumOp):
    """``CumsumOp(axis)(x)``: :func:`cumsum`."""

    def __init__(self, axis: int | None = None) -> None:
        super().__init__(axis, "add")


class CumprodOp(CumOp):
    """``CumprodOp(axis)(x)``: :func:`cumprod`."""

    def __init__(self, axis: int | None = None) -> None:
        super().__init__(axis, "mul")


class DiffOp(ReplacedOp):
    """``DiffOp(n, axis)(x)``: :func:`diff`."""

    def __init__(self, n: int = 1, axis: int = -1) -> None:
        self.n, self.axis = n, axis

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return diff(inputs[0], self.n, self.axis)


class RepeatOp(ReplacedOp):
    """``RepeatOp(axis)(x, repeats)``: :func:`repeat`."""

    stands_for = (_extra_ops.Repeat,)

    def __init__(self, axis: int | None = None) -> None:
        self.axis = axis

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, repeats = inputs
        return repeat(x, repeats, self.axis)


def broadcast_shape(*arrays: Any, **kwargs: Any) -> Any:
    """The shape that arrays broadcast to, a tuple of scalars."""
    return _extra_ops.broadcast_shape(*arrays, **kwargs)
