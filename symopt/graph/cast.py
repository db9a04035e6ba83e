"""The cast pass: every value written becomes exactly of its target's type."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.type import TensorType

from symopt.errors import DTypeError
from symopt.graph.validate import REAL_FLOATS, check_shape


def conform(
    what: str, value: Any, target: SharedVariable, check_when_run: bool
) -> tuple[Variable, str]:
    """``value`` as an expression of the dtype and shape of ``target``, and what was done to it.

    A real float of another dtype is cast.

    Parameters
    ----------
    what
        How errors call the value: "gradient of 'W'".
    check_when_run
        Have the graph check dimensions that are not known statically.

    Raises
    ------
    DTypeError
        The value is not a real float where the target is one, or of another dtype where it is not.
    ShapeError
        The number of dimensions, or a dimension known statically, differs.
    """
    if not isinstance(target.type, TensorType):  # a random stream, say
        if not isinstance(value, Variable) or not target.type.is_super(value.type):
            raise DTypeError(
                f"The {what} is of type {getattr(value, 'type', type(value))}; "
                f"expected {target.type}."
            )
        return value, ""
    if not isinstance(value, Variable):
        value = _constant(what, value, target.type.dtype)
    if not isinstance(value.type, TensorType):
        raise DTypeError(f"The {what} is of type {value.type}; expected {target.type}.")
    note = ""
    given, expected = value.type.dtype, target.type.dtype
    if given != expected:
        if given not in REAL_FLOATS or expected not in REAL_FLOATS:
            raise DTypeError(
                f"The {what} is of dtype {given}; expected {expected}. Only real floats are cast "
                "by themselves; cast it in the graph if that is what you mean."
            )
        value = pt.cast(value, expected)
        note = f"cast from {given}"
    shape = target.get_value(borrow=True).shape
    check_shape(f"The {what}", value.type.shape, shape)
    if check_when_run and value.type.shape != shape:
        value = pt.specify_shape(value, shape)
        value.name = what  # by which a failed check is explained
    return _with_open_ones(value, target), note


def _with_open_ones(value: Any, target: Any) -> Variable:
    """``value`` without static ones where ``target`` leaves the dimension open.

    PyTensor takes such types for different ones (one broadcasts) and refuses the update.
    """
    pairs = zip(value.type.shape, target.type.shape, strict=True)
    if not any(given == 1 and held != 1 for given, held in pairs):
        return value
    if target.type.ndim == 1:  # of one element, and PyTensor sees that through a reshape
        return pt.fill(target, value)
    return value.reshape(target.shape, ndim=target.type.ndim)  # a view


def _constant(what: str, value: Any, dtype: str) -> Variable:
    array = np.asarray(value)
    if array.dtype.kind not in "biuf" or not np.can_cast(array.dtype, dtype, casting="same_kind"):
        raise DTypeError(
            f"The {what} is {value!r}; expected an expression or number of dtype {dtype}."
        )
    return pt.constant(array.astype(dtype))
