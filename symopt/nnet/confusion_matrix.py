"""How often each class was taken for which."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError


def confusion_matrix(actual: Any, pred: Any) -> list[TensorVariable]:
    """Count the pairs of actual and predicted class.

    Parameters
    ----------
    actual, pred
        Vectors of one length: the classes, and those predicted.

    Returns
    -------
    The matrix of counts (int64), rows by actual and columns by predicted class, and the classes in
    that order: all that occur in either vector, sorted.

    Raises
    ------
    ShapeError
        ``actual`` or ``pred`` is no vector.

    Notes
    -----
    The shape depends on the values, so JAX cannot compile it.
    """
    actual, pred = pt.as_tensor_variable(actual), pt.as_tensor_variable(pred)
    for name, vector in (("actual", actual), ("pred", pred)):
        if vector.ndim != 1:
            raise ShapeError(
                f"confusion_matrix: {name} has {vector.ndim} dimensions; expected a vector."
            )
    order = pt.unique(pt.concatenate([actual, pred]))
    # float64 counts exactly up to 2**53, and BLAS multiplies it.
    rows = pt.eq(actual[:, None], order).astype("float64")
    columns = pt.eq(pred[:, None], order).astype("float64")
    return [pt.dot(rows.T, columns).astype("int64"), order]
