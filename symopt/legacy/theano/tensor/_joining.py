"""Tensors put together and cut apart."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.basic import MakeVector
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor._constants import (
    NotScalarConstantError,
    as_tensor_variable,
    get_scalar_constant_value,
)
from symopt.legacy.theano.tensor._shaping import shape_padaxis


def join(axis: Any, *tensors_list: Any) -> TensorVariable:
    """Tensors one after the other along ``axis``, which comes first here.

    Parameters
    ----------
    axis
        An axis that the tensors have, a constant.
    *tensors_list
        Tensors of one number of dimensions, equally long along the other axes.

    Raises
    ------
    ValueError
        There is no tensor.
    TypeError
        They have no dimension, or not as many.
    """
    if not tensors_list:
        raise ValueError("join: there is no tensor to join.")
    if len(tensors_list) == 1:
        return tensors_list[0]
    tensors = [as_tensor_variable(t) for t in tensors_list]
    dims = {t.ndim for t in tensors}
    if dims == {0}:
        raise TypeError("join: scalars have no axis to be joined along. Use stack.")
    if len(dims) > 1:
        raise TypeError(
            f"join: tensors of {sorted(dims)} dimensions; expected as many of each. Put axes of "
            "length 1 where they miss (dimshuffle)."
        )
    return pt.join(_known(axis), *tensors)


def _known(axis: Any) -> Any:
    """An axis as an integer, if it is one."""
    if not isinstance(axis, Variable):
        return axis
    try:
        return int(get_scalar_constant_value(axis))
    except NotScalarConstantError:
        return axis


def concatenate(tensor_list: Any, axis: Any = 0) -> TensorVariable:
    """:func:`join` of a list or tuple.

    Raises
    ------
    TypeError
        ``tensor_list`` is neither.
    """
    if not isinstance(tensor_list, tuple | list):
        raise TypeError(
            f"concatenate: {tensor_list} is a {type(tensor_list).__name__}; expected a list or "
            "tuple of tensors. Are there brackets around them?"
        )
    return join(axis, *tensor_list)


def stack(*tensors: Any, **kwargs: Any) -> TensorVariable:
    """Tensors of one shape side by side, along a new axis.

    Parameters
    ----------
    tensors
        A list or tuple of tensors. Theano's older form, ``stack(a, b, c)``, is understood too.
    axis
        Where the new axis is put. Default 0.
    """
    unknown = set(kwargs) - {"tensors", "axis"}
    if unknown:
        raise TypeError(f"stack: unexpected keyword {sorted(unknown)}; it takes tensors and axis.")
    axis = kwargs.get("axis", 0)
    if "tensors" in kwargs:
        if tensors:
            axis = tensors[0]
        each = kwargs["tensors"]
    elif not tensors:
        raise ValueError("stack: there is no tensor to stack.")
    elif not kwargs and not isinstance(tensors[0], list | tuple):
        warnings.warn(
            "stack(a, b, ...) is Theano's old form; write stack([a, b, ...], axis=0).",
            DeprecationWarning,
            stacklevel=2,
        )
        each = tensors
    else:
        each = tensors[0]
        axis = tensors[1] if len(tensors) == 2 else axis
    if len(each) == 0:
        raise ValueError("stack: there is no tensor to stack.")
    if all(_is_scalar(t) for t in each):
        scalars = [as_tensor_variable(t) for t in each]
        vector: Any = MakeVector(pt.stack(scalars).dtype)(*scalars)
        return vector
    return join(axis, *[shape_padaxis(t, axis) for t in each])


def _is_scalar(t: Any) -> bool:
    if isinstance(t, Variable):
        return isinstance(t.type, TensorType) and t.type.ndim == 0
    return isinstance(t, np.number | float | int | complex)


def stacklists(arg: Any) -> Any:
    """Lists of lists of tensors as one tensor, an axis for each level."""
    return stack([stacklists(a) for a in arg]) if isinstance(arg, tuple | list) else arg


def horizontal_stack(*args: Any) -> TensorVariable:
    """Two or more matrices side by side."""
    return concatenate(_matrices("horizontal_stack", args), axis=1)


def vertical_stack(*args: Any) -> TensorVariable:
    """Two or more matrices one below the other."""
    return concatenate(_matrices("vertical_stack", args), axis=0)


def _matrices(owner: str, args: Any) -> list[TensorVariable]:
    matrices = [as_tensor_variable(arg) for arg in args]
    if len(matrices) < 2 or any(m.ndim != 2 for m in matrices):
        raise AssertionError(f"{owner}: expected two or more matrices.")  # as Theano's assert
    return matrices


def split(x: Any, splits_size: Any, n_splits: int, axis: Any = 0) -> Any:
    """``x`` cut along ``axis``.

    Parameters
    ----------
    x
        A tensor.
    splits_size
        A vector of the lengths of the pieces, which add up to that of ``x``.
    n_splits
        How many pieces there are.
    axis
        Along which axis. Default 0.

    Returns
    -------
    A list of tensors; the tensor itself if there is one.
    """
    pieces = pt.split(
        as_tensor_variable(x), as_tensor_variable(splits_size), n_splits=n_splits, axis=_known(axis)
    )
    return pieces[0] if isinstance(pieces, list | tuple) and len(pieces) == 1 else pieces


def roll(x: Any, shift: Any, axis: int | None = None) -> TensorVariable:
    """``x`` moved on along ``axis`` by ``shift``; what falls off comes in at the other end."""
    return pt.roll(as_tensor_variable(x), shift, axis)
