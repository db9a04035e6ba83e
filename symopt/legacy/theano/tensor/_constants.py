"""Values as variables, and variables as values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.basic import constant as constant
from pytensor.tensor.basic import get_underlying_scalar_constant_value
from pytensor.tensor.exceptions import NotScalarConstantError as NotScalarConstantError
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from symopt.errors import SymoptError


class AsTensorError(SymoptError, TypeError, NotImplementedError):
    """Something cannot be made a tensor variable; Theano's TypeError, and PyTensor's error."""


class EmptyConstantError(NotScalarConstantError):
    """A scalar was asked for, of an array without elements."""


class ShapeError(Exception):
    """A shape cannot be computed."""


def as_tensor_variable(x: Any, name: str | None = None, ndim: int | None = None) -> TensorVariable:
    """``x`` as a tensor variable.

    Parameters
    ----------
    x
        A tensor variable (returned as it is), a scalar variable, a node with one output, an array,
        a number, or a list of any of these.
    name
        Name of the constant, if one is made.
    ndim
        How many dimensions it shall have; axes of length 1 are put or taken away in front.

    Raises
    ------
    AsTensorError
        ``x`` is a Python bool, or no tensor can be made of it.
    ValueError
        It has more dimensions than ``ndim``.
    """
    if isinstance(x, bool):
        raise AsTensorError(
            f"as_tensor_variable: {x} is a Python bool, which == between variables gives: it "
            "compares them as objects. Write eq(a, b) for the elementwise comparison, or "
            f"numpy.array({x}) for a constant."
        )
    if hasattr(x, "_as_TensorVariable"):
        return x._as_TensorVariable()
    try:
        return pt.as_tensor_variable(x, name=name, ndim=ndim)
    except (TypeError, NotImplementedError) as error:
        raise AsTensorError(
            f"as_tensor_variable: no tensor can be made of {x!r} ({type(x).__name__}). {error}"
        ) from error


def get_scalar_constant_value(
    v: Any, elemwise: bool = True, only_process_constants: bool = False, max_recur: int = 10
) -> NDArray:
    """The value of a variable that is the same number everywhere, found without computing it.

    Parameters
    ----------
    v
        A variable, or a number.
    elemwise, only_process_constants, max_recur
        Whether to look through elementwise operations; at constants only; how deep.

    Returns
    -------
    A 0-d array.

    Raises
    ------
    EmptyConstantError, NotScalarConstantError
        ``v`` is an array without elements; it is no such constant.
    """
    if v is None:
        raise NotScalarConstantError("None is no constant")
    data = v.data if isinstance(v, Constant) else v
    if isinstance(data, np.ndarray) and data.size == 0:
        raise EmptyConstantError(f"an array of shape {data.shape} has no element")
    try:
        value = get_underlying_scalar_constant_value(
            v,
            elemwise=elemwise,
            only_process_constants=only_process_constants,
            max_recur=max_recur,
        )
    except NotImplementedError as error:  # what PyTensor says of a numpy array of several values
        raise NotScalarConstantError(v) from error
    value = np.asarray(value)
    if value.ndim:
        raise NotScalarConstantError(v)
    return value.copy()


def extract_constant(x: Any, elemwise: bool = True, only_process_constants: bool = False) -> Any:
    """:func:`get_scalar_constant_value`, or ``x`` itself where there is no such value."""
    try:
        return get_scalar_constant_value(x, elemwise, only_process_constants)
    except NotScalarConstantError:
        return x if isinstance(getattr(x, "type", None), TensorType) else _as_tensor_or_same(x)


def _as_tensor_or_same(x: Any) -> Any:
    return pt.as_tensor_variable(x) if isinstance(x, Variable) and hasattr(x, "dtype") else x


def get_vector_length(v: Any) -> int:
    """The length of a symbolic vector, where it is known.

    Raises
    ------
    TypeError
        ``v`` is no vector.
    ValueError
        Its length is not known.
    """
    vector = as_tensor_variable(v)
    if vector.ndim != 1:
        raise TypeError(f"get_vector_length: {vector} has {vector.ndim} dimensions; expected 1.")
    return int(pt.get_vector_length(vector))


def numpy_scalar(data: Any) -> Any:
    """The only element of an array, as a 0-d array; EmptyConstantError without one."""
    array = np.asarray(data)
    if array.size == 0:
        raise EmptyConstantError(f"an array of shape {array.shape} has no element")
    if array.ndim:
        raise NotScalarConstantError(data)
    return array


def check_equal_numpy(x: Any, y: Any) -> Any:
    """Whether two values are equal: arrays of one dtype and shape within 1e-10."""
    if isinstance(x, np.ndarray) and isinstance(y, np.ndarray):
        return x.dtype == y.dtype and x.shape == y.shape and bool(np.all(abs(x - y) < 1e-10))
    if isinstance(x, np.random.RandomState) and isinstance(y, np.random.RandomState):
        pairs = zip(x.get_state(legacy=True), y.get_state(legacy=True), strict=True)
        return all(np.all(a == b) for a, b in pairs)
    return x == y
