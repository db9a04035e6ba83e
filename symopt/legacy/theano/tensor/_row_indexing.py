"""``x[indices]`` by a vector of integers, for which Theano had operations of its own.

In PyTensor the general indexing stands in. Tried with 3.0.7, which still has the classes, and
3.3.7, which has not.
"""

# ruff: noqa: N805  # Theano's names

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor import subtensor
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp, _KnowsStandIns


def advanced_subtensor1(x: Any, ilist: Any) -> TensorVariable:
    """The slices of ``x`` along its first axis that the vector ``ilist`` names."""
    return pt.as_tensor_variable(x)[pt.as_tensor_variable(ilist)]


def advanced_inc_subtensor1(x: Any, y: Any, ilist: Any) -> TensorVariable:
    """``x`` with ``y`` added to the slices that ``ilist`` names, as often as it names them."""
    return subtensor.inc_subtensor(advanced_subtensor1(x, ilist), y)


def advanced_set_subtensor1(x: Any, y: Any, ilist: Any) -> TensorVariable:
    """``x`` with ``y`` in place of the slices that ``ilist`` names."""
    return subtensor.set_subtensor(advanced_subtensor1(x, ilist), y)


def _both(name: str) -> tuple[Any, ...]:
    """The general operation, and that of a vector of indices where there is one."""
    found = (getattr(subtensor, each, None) for each in (name, f"{name}1"))
    return tuple(op for op in found if op is not None)


class _KnowsRowIndexing(_KnowsStandIns):
    """Instances of the general operation pass if they index the first axis only."""

    def __instancecheck__(cls, instance: Any) -> bool:
        if type.__instancecheck__(cls, instance):
            return True
        if not isinstance(instance, cls.__dict__.get("stands_for", ())):
            return False
        if type(instance).__name__ == cls.__name__:  # PyTensor 3.0's own
            return True
        indices: Any = getattr(instance, "idx_list", ())
        return len(indices) == 1 and not isinstance(indices[0], slice)


class AdvancedSubtensor1(ReplacedOp, metaclass=_KnowsRowIndexing):
    """``AdvancedSubtensor1()(x, indices)``: the slices of ``x`` along its first axis."""

    stands_for = _both("AdvancedSubtensor")

    def __init__(self, sparse_grad: bool = False) -> None:
        self.sparse_grad = sparse_grad

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, indices = inputs
        return advanced_subtensor1(x, indices)


class AdvancedIncSubtensor1(ReplacedOp, metaclass=_KnowsRowIndexing):
    """``AdvancedIncSubtensor1()(x, y, indices)``: ``x`` with ``y`` added there, or put there."""

    stands_for = _both("AdvancedIncSubtensor")

    def __init__(self, inplace: bool = False, set_instead_of_inc: bool = False) -> None:
        self.inplace, self.set_instead_of_inc = inplace, set_instead_of_inc

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, y, indices = inputs
        if self.set_instead_of_inc:
            return advanced_set_subtensor1(x, y, indices)
        return advanced_inc_subtensor1(x, y, indices)
