"""A column in front of a matrix, as for a bias among the weights."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError


def prepend_scalar_to_each_row(val: Any, mat: Any) -> TensorVariable:
    """A matrix with one more column, the first, full of a scalar.

    Parameters
    ----------
    val
        A number or symbolic scalar; it is cast to the dtype of ``mat``.
    mat
        A matrix, (rows, columns).

    Returns
    -------
    A (rows, columns + 1) matrix of the dtype of ``mat``.

    Raises
    ------
    ShapeError
        ``mat`` is no matrix or ``val`` no scalar.
    """
    val, mat = pt.as_tensor_variable(val), pt.as_tensor_variable(mat)
    for name, x, ndim, expected in (("val", val, 0, "scalar"), ("mat", mat, 2, "matrix")):
        if x.ndim != ndim:
            raise ShapeError(
                f"prepend_scalar_to_each_row: {name} has {x.ndim} dimensions; "
                f"expected a {expected}."
            )
    column = pt.alloc(val.astype(mat.dtype), mat.shape[0], 1)
    return pt.concatenate([column, mat], axis=1)


def prepend_0_to_each_row(mat: Any) -> TensorVariable:
    """:func:`prepend_scalar_to_each_row` with 0."""
    return prepend_scalar_to_each_row(0, mat)


def prepend_1_to_each_row(mat: Any) -> TensorVariable:
    """:func:`prepend_scalar_to_each_row` with 1."""
    return prepend_scalar_to_each_row(1, mat)
