"""Tensors made of nothing but their shape, and pieces of others."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor import config
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor._constants import (
    NotScalarConstantError,
    as_tensor_variable,
    get_scalar_constant_value,
)


def zeros(shape: Any, dtype: str | None = None) -> TensorVariable:
    """Zeros: ``shape`` is an integer or several, symbolic or not; ``dtype`` is floatX if not given.

    A tensor of unknown length as ``shape`` does not do: its length is the number of dimensions.
    """
    return pt.zeros(_lengths(shape), dtype)


def ones(shape: Any, dtype: str | None = None) -> TensorVariable:
    """Ones; see :func:`zeros`."""
    return pt.ones(_lengths(shape), dtype)


def _lengths(shape: Any) -> Any:
    if isinstance(shape, Variable) and shape.type.ndim == 1:
        vector = pt.as_tensor_variable(shape)
        return tuple(vector[i] for i in range(pt.get_vector_length(vector)))
    return shape


def zeros_like(model: Any, dtype: str | None = None, opt: bool = False) -> TensorVariable:
    """Zeros in the shape of ``model``, of its dtype if ``dtype`` is not given."""
    return pt.zeros_like(model, dtype=dtype, opt=opt)


def ones_like(model: Any, dtype: str | None = None, opt: bool = False) -> TensorVariable:
    """Ones in the shape of ``model``, of its dtype if ``dtype`` is not given."""
    return pt.ones_like(model, dtype=dtype, opt=opt)


def tri(N: Any, M: Any = None, k: Any = 0, dtype: str | None = None) -> TensorVariable:
    """A matrix of ones on and below the diagonal ``k``, zeros above; dtype floatX if not given."""
    return pt.tri(N, M, k, dtype or config.floatX)


def tril(m: Any, k: Any = 0) -> TensorVariable:
    """The matrix ``m`` with zeros above the diagonal ``k``."""
    m = as_tensor_variable(m)
    return m * tri(m.shape[0], m.shape[1], k=k, dtype=m.dtype)


def triu(m: Any, k: Any = 0) -> TensorVariable:
    """The matrix ``m`` with zeros below the diagonal ``k``."""
    m = as_tensor_variable(m)
    below = tri(m.shape[0], m.shape[1], k=k - 1, dtype=m.dtype)
    return m * (np.ones((), m.dtype) - below)


def eye(n: Any, m: Any = None, k: Any = 0, dtype: str | None = None) -> TensorVariable:
    """A matrix of n x m with ones on the diagonal ``k``; square and of dtype floatX by default."""
    return pt.eye(n, m, k, dtype or config.floatX)


def identity_like(x: Any) -> TensorVariable:
    """:func:`eye` of the shape and dtype of a matrix."""
    return eye(x.shape[0], x.shape[1], k=0, dtype=x.dtype)


def alloc_validate_shape(shape: Any) -> tuple[list[TensorVariable], list[bool]]:
    """The lengths of a shape as scalar variables, and which are known to be 1.

    Raises
    ------
    TypeError
        One is no integer scalar.
    """
    lengths = [as_tensor_variable(s) for s in shape]
    known = []
    for i, s in enumerate(lengths):
        if not s.dtype.startswith(("int", "uint")) or s.ndim:
            raise TypeError(f"Length {i} of a shape, {s}, is {s.type}; expected an integer scalar.")
        try:
            known.append(bool(get_scalar_constant_value(s) == 1))
        except NotScalarConstantError:
            known.append(False)
    return lengths, known


def nonzero(a: Any, return_matrix: bool = False) -> Any:
    """Where ``a`` is not zero: a vector of indices for each axis, or a matrix, a row for each.

    Raises
    ------
    ValueError
        ``a`` is a scalar.
    """
    a = as_tensor_variable(a)
    if a.ndim == 0:
        raise ValueError("nonzero: a scalar has no axes; expected a tensor with dimensions.")
    found = pt.nonzero(a, return_matrix=return_matrix)
    return found if return_matrix else tuple(found)


def flatnonzero(a: Any) -> TensorVariable:
    """The indices into ``a.flatten()`` where it is not zero."""
    a = as_tensor_variable(a)
    if a.ndim == 0:
        raise ValueError("flatnonzero: a scalar has no axes; expected a tensor with dimensions.")
    return pt.flatnonzero(a)


def nonzero_values(a: Any) -> TensorVariable:
    """The elements that are not zero, a vector."""
    a = as_tensor_variable(a)
    return a.flatten()[flatnonzero(a)]


def diagonal(a: Any, offset: int = 0, axis1: int = 0, axis2: int = 1) -> TensorVariable:
    """The diagonal of two axes; it is the last axis of the result."""
    return pt.diagonal(as_tensor_variable(a), offset, axis1, axis2)


def diag(v: Any, k: int = 0) -> TensorVariable:
    """A matrix with the vector ``v`` on the diagonal ``k``; or the diagonal ``k`` of a matrix.

    Raises
    ------
    ValueError
        ``v`` is a scalar.
    """
    v = as_tensor_variable(v)
    if v.ndim == 0:
        raise ValueError("diag: v is a scalar; expected a vector or a matrix.")
    return pt.diag(v, k) if v.ndim <= 2 else diagonal(v, offset=k)


def choose(a: Any, choices: Any, out: None = None, mode: str = "raise") -> TensorVariable:
    """Each element out of the tensor of ``choices`` that ``a`` names there, as NumPy's.

    Parameters
    ----------
    a
        Integers.
    choices
        A tensor whose first axis is chosen from, or a list of tensors.
    out
        Only None.
    mode
        "raise", "wrap" or "clip": what becomes of numbers beyond the choices.
    """
    if out is not None:
        raise AssertionError("choose: out is not supported.")  # as Theano's assert
    if isinstance(choices, list | tuple):
        choices = pt.stack([as_tensor_variable(c) for c in choices])
    return pt.choose(as_tensor_variable(a), choices, mode=mode)
