"""The shape of draws from a ``RandomState``, of a size and of parameters."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.basic import get_vector_length
from pytensor.tensor.type import integer_dtypes

from symopt.errors import DTypeError, ShapeError

Static = tuple[int | None, ...]


def draw_shape(owner: str, ndim: int | None, size: Any, *parameters: Any) -> tuple[Any, Static]:
    """The shape as an int64 vector, and what is known of it.

    Raises
    ------
    ShapeError
        The size does not fit ``ndim`` or the parameters.
    DTypeError
        The size is not made of integers, or missing where there are no parameters.
    """
    if isinstance(size, Integral):
        size = (int(size),)
    if isinstance(size, tuple | list):
        lengths = [_length(owner, size, axis, parameters) for axis in range(len(size))]
        if ndim is not None and ndim != len(size):
            raise ShapeError(f"{owner}: size={size} has {len(size)} elements, and ndim={ndim}.")
        static: Static = tuple(n if isinstance(n, int) else None for n in lengths)
        vector = pt.stack([pt.cast(n, "int64") for n in lengths]) if lengths else _empty()
    elif size is None:
        if not parameters:
            raise DTypeError(
                f"{owner}: size is None and no parameter has a shape; give size, the shape of the "
                "draws."
            )
        most = max(parameter.type.ndim for parameter in parameters)
        # Which lengths fit, NumPy says when it draws.
        return draw_shape(owner, None, (-1,) * most, *parameters)
    else:
        vector = pt.as_tensor_variable(size)
        if vector.type.ndim != 1 or vector.type.dtype not in integer_dtypes:
            raise DTypeError(
                f"{owner}: size={size} is of type {vector.type}; expected a vector of integers."
            )
        static = (None,) * (get_vector_length(vector) if ndim is None else ndim)
    most = max((parameter.type.ndim for parameter in parameters), default=0)
    if most > len(static):
        raise ShapeError(
            f"{owner}: a parameter has {most} dimensions, and the draws {len(static)}; expected "
            "at most as many."
        )
    return pt.cast(vector, "int64"), static


def _length(owner: str, size: Any, axis: int, parameters: Any) -> Any:
    """One element of a size: an int or a symbolic scalar."""
    if isinstance(size[axis], Variable):
        return size[axis]
    length = int(size[axis]) if isinstance(size[axis], Integral) else None
    if length is None or length < -1:
        raise ShapeError(
            f"{owner}: size={size}; expected integers of at least 0, -1, or symbolic integers."
        )
    if length >= 0:
        return length
    covering = [(p, axis + p.type.ndim - len(size)) for p in parameters]
    covering = [(p, own) for p, own in covering if own >= 0]
    if not covering:
        raise ShapeError(f"{owner}: size={size} has -1 where no parameter has a length.")
    for parameter, own in covering:
        if parameter.type.shape[own] != 1:
            return parameter.shape[own]
    return 1


def _empty() -> Any:
    return pt.constant(np.empty(0, "int64"))
