"""Theano 1.0.5's ``theano.tensor.subtensor``: indexing."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor import subtensor as _subtensor
from pytensor.tensor.subtensor import IncSubtensor as IncSubtensor
from pytensor.tensor.subtensor import Subtensor as Subtensor
from pytensor.tensor.subtensor import SubtensorPrinter as SubtensorPrinter
from pytensor.tensor.subtensor import advanced_inc_subtensor as advanced_inc_subtensor
from pytensor.tensor.subtensor import advanced_set_subtensor as advanced_set_subtensor
from pytensor.tensor.subtensor import advanced_subtensor as advanced_subtensor
from pytensor.tensor.subtensor import get_canonical_form_slice as get_canonical_form_slice
from pytensor.tensor.subtensor import get_idx_list as get_idx_list
from pytensor.tensor.type_other import NoneConst as NoneConst
from pytensor.tensor.type_other import NoneTypeT as NoneTypeT
from pytensor.tensor.type_other import SliceType as SliceType
from pytensor.tensor.type_other import make_slice as make_slice
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import AdvancedIncSubtensor as AdvancedIncSubtensor
from symopt.legacy.theano.tensor._replaced_ops import AdvancedSubtensor as AdvancedSubtensor
from symopt.legacy.theano.tensor._row_indexing import AdvancedIncSubtensor1 as AdvancedIncSubtensor1
from symopt.legacy.theano.tensor._row_indexing import AdvancedSubtensor1 as AdvancedSubtensor1
from symopt.legacy.theano.tensor._row_indexing import (
    advanced_inc_subtensor1 as advanced_inc_subtensor1,
)
from symopt.legacy.theano.tensor._row_indexing import (
    advanced_set_subtensor1 as advanced_set_subtensor1,
)
from symopt.legacy.theano.tensor._row_indexing import advanced_subtensor1 as advanced_subtensor1

BaseAdvancedSubtensor = AdvancedBooleanSubtensor = AdvancedSubtensor
BaseAdvancedIncSubtensor = AdvancedBooleanIncSubtensor = AdvancedIncSubtensor
advanced_boolean_subtensor = advanced_subtensor
advanced_boolean_inc_subtensor = advanced_inc_subtensor
advanced_boolean_set_subtensor = advanced_set_subtensor

__getattr__ = fallback(__name__, "pytensor.tensor.subtensor", "symopt.legacy.theano.tensor.basic")


class AdvancedIndexingError(TypeError):
    """Indices need advanced indexing where only slices and integers are possible."""


class AdvancedBooleanIndexingError(TypeError):
    """Indices hold a boolean mask where there can be none."""


def set_subtensor(
    x: Any, y: Any, inplace: bool = False, tolerate_inplace_aliasing: bool = False
) -> TensorVariable:
    """A tensor like that which ``x`` indexes, with ``y`` at that place.

    Parameters
    ----------
    x
        Something indexed: ``a[indices]``.
    y
        What is put there; it broadcasts.
    inplace
        Whether ``a`` may be written over; the compiler finds out by itself where it may.
    tolerate_inplace_aliasing
        Without effect.
    """
    return _subtensor.set_subtensor(x, y, inplace=inplace)


def inc_subtensor(
    x: Any,
    y: Any,
    inplace: bool = False,
    set_instead_of_inc: bool = False,
    tolerate_inplace_aliasing: bool = False,
) -> TensorVariable:
    """A tensor like that which ``x`` indexes, with ``y`` added at that place.

    Elements that are indexed twice get both. The arguments are those of :func:`set_subtensor`;
    ``set_instead_of_inc`` makes it that.
    """
    return _subtensor.inc_subtensor(x, y, inplace=inplace, set_instead_of_inc=set_instead_of_inc)


def take(a: Any, indices: Any, axis: int | None = None, mode: str = "raise") -> TensorVariable:
    """The slices of ``a`` along ``axis`` that ``indices`` name.

    Parameters
    ----------
    a
        A tensor.
    indices
        Integers, of any shape, which takes the place of the axis.
    axis
        An axis; by default ``a`` is flattened.
    mode
        "raise", "wrap" or "clip": what becomes of indices out of range.
    """
    return _subtensor.take(as_tensor_variable(a), as_tensor_variable(indices), axis, mode)


def as_index_variable(idx: Any) -> Any:
    """Indices as a tensor variable; None and slices as theirs.

    Raises
    ------
    TypeError
        They are neither integers nor a boolean mask.
    """
    if idx is None:
        return NoneConst.clone()
    if isinstance(idx, slice):
        return make_slice(idx)
    if hasattr(idx, "type") and isinstance(idx.type, SliceType | NoneTypeT):
        return idx
    index = pt.as_tensor_variable(idx)
    if not index.dtype.startswith(("int", "uint", "bool")):
        raise TypeError(f"index {index} is {index.dtype}; expected integers or a boolean mask.")
    return index


__all__ = [
    "AdvancedBooleanIncSubtensor",
    "AdvancedBooleanIndexingError",
    "AdvancedBooleanSubtensor",
    "AdvancedIncSubtensor",
    "AdvancedIncSubtensor1",
    "AdvancedIndexingError",
    "AdvancedSubtensor",
    "AdvancedSubtensor1",
    "BaseAdvancedIncSubtensor",
    "BaseAdvancedSubtensor",
    "IncSubtensor",
    "NoneConst",
    "NoneTypeT",
    "SliceType",
    "Subtensor",
    "SubtensorPrinter",
    "advanced_boolean_inc_subtensor",
    "advanced_boolean_set_subtensor",
    "advanced_boolean_subtensor",
    "advanced_inc_subtensor",
    "advanced_inc_subtensor1",
    "advanced_set_subtensor",
    "advanced_set_subtensor1",
    "advanced_subtensor",
    "advanced_subtensor1",
    "as_index_variable",
    "get_canonical_form_slice",
    "get_idx_list",
    "inc_subtensor",
    "make_slice",
    "set_subtensor",
    "take",
]
