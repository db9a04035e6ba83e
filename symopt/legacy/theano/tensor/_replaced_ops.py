"""Operations of Theano's that are other operations, or several, in PyTensor.

A class here stands where legacy code names Theano's: ``Rebroadcast((0, True))(x)`` builds the
graph, and ``isinstance(node.op, Rebroadcast)`` knows what stands in for it.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytensor.tensor as pt
from pytensor.tensor import basic, elemwise, extra_ops, math, subtensor
from pytensor.tensor.math import Argmax, Max
from pytensor.tensor.shape import Reshape, SpecifyShape
from pytensor.tensor.sort import ArgSortOp as _ArgSortOp
from pytensor.tensor.sort import SortOp as _SortOp
from pytensor.tensor.sort import argsort as _argsort
from pytensor.tensor.sort import sort as _sort

from symopt.legacy.theano.tensor import _allocation, _joining, _reductions, _shaping
from symopt.nnet.unbroadcast import ForgetShape


class _KnowsStandIns(type):
    """Instances of a class's ``stands_for`` pass as its own."""

    def __instancecheck__(cls, instance: Any) -> bool:
        return type.__instancecheck__(cls, instance) or isinstance(
            instance, cls.__dict__.get("stands_for", ())
        )


class ReplacedOp(metaclass=_KnowsStandIns):
    """Base of the classes here: called with variables, an instance gives the graph's outputs."""

    stands_for: ClassVar[tuple[Any, ...]] = ()

    def __call__(self, *inputs: Any, return_list: bool = False, **kwargs: Any) -> Any:
        outputs = self.build(*inputs, **kwargs)
        if isinstance(outputs, tuple):
            outputs = list(outputs)
        return [outputs] if return_list and not isinstance(outputs, list) else outputs

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        """The output, or several, of the graph."""
        raise NotImplementedError(f"{type(self).__name__} builds no graph.")

    def make_node(self, *inputs: Any) -> Any:
        """The node that computes the first output."""
        return self(*inputs, return_list=True)[0].owner


class Rebroadcast(ReplacedOp):
    """``Rebroadcast((axis, flag), ...)(x)``: see :func:`addbroadcast` and :func:`unbroadcast`."""

    stands_for = (ForgetShape, SpecifyShape)

    def __init__(self, *axis: tuple[int, bool]) -> None:
        self.axis = {int(a): bool(flag) for a, flag in axis}

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        cleared = [a for a, flag in self.axis.items() if not flag]
        known = [a for a, flag in self.axis.items() if flag]
        return _shaping.addbroadcast(_shaping.unbroadcast(inputs[0], *cleared), *known)


class MaxAndArgmax(ReplacedOp):
    """``MaxAndArgmax(axes)(x)``: the maximum and where it is."""

    stands_for = (Max, Argmax)

    def __init__(self, axis: Any) -> None:
        self.axis = tuple(axis)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return _reductions.max_and_argmax(inputs[0], self.axis)


class Mean(ReplacedOp):
    """``Mean(axis)(x)``: the mean, in float64."""

    def __init__(self, axis: Any = None) -> None:
        self.axis = axis

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return _reductions.mean(inputs[0], self.axis, op=True)


class Tri(ReplacedOp):
    """``Tri(dtype)(n, m, k)``: see :func:`tri`."""

    def __init__(self, dtype: str | None = None) -> None:
        self.dtype = dtype

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        n, m, k = inputs
        return _allocation.tri(n, m, k, self.dtype)


class Flatten(ReplacedOp):
    """``Flatten(ndim)(x)``: see :func:`flatten`."""

    stands_for = (Reshape,)

    def __init__(self, outdim: int = 1) -> None:
        self.outdim = int(outdim)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return _shaping.flatten(inputs[0], self.outdim)


class Tile(ReplacedOp):
    """``Tile(ndim)(x, reps)``: see :func:`tile`."""

    def __init__(self, ndim: int) -> None:
        self.ndim = ndim

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, reps = inputs
        return _shaping.tile(x, reps, self.ndim)


class Default(ReplacedOp):
    """``Default()(x, default)``: ``x``, or ``default`` if it is None."""

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, default = inputs
        return default if x is None else pt.as_tensor_variable(x)


class DimShuffle(metaclass=_KnowsStandIns):
    """``DimShuffle(input_broadcastable, new_order)(x)``: PyTensor's, made with Theano's arguments.

    Parameters
    ----------
    input_broadcastable
        A flag for each axis of the input; only how many there are counts.
    new_order
        The axes, in their new order, with "x" where an axis of length 1 is put.
    inplace
        Without effect: it is a view.
    """

    stands_for = (elemwise.DimShuffle,)

    def __new__(  # type: ignore[misc]
        cls,
        input_broadcastable: Any = None,
        new_order: Any = None,
        inplace: bool = True,
        *,
        input_ndim: int | None = None,
    ) -> elemwise.DimShuffle:
        ndim = len(input_broadcastable) if input_ndim is None else input_ndim
        return elemwise.DimShuffle(input_ndim=ndim, new_order=new_order)


class Dot(ReplacedOp):
    """``Dot()(a, b)``: see :func:`dot`, of vectors and matrices."""

    stands_for = (math.Dot,)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        if len(inputs) != 2:
            raise TypeError(f"Dot: {len(inputs)} arguments; expected 2.")
        a, b = map(pt.as_tensor_variable, inputs)
        if a.ndim not in (1, 2) or b.ndim not in (1, 2):
            raise TypeError(
                f"Dot: tensors of {a.ndim} and {b.ndim} dimensions; expected vectors or matrices. "
                "Use dot."
            )
        return pt.dot(a, b)


class Join(ReplacedOp):
    """``Join()(axis, *tensors)``: see :func:`join`; ``view`` has no effect."""

    stands_for = (basic.Join,)

    def __init__(self, view: int = -1) -> None:
        self.view = view

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return _joining.join(*inputs)


class Split(ReplacedOp):
    """``Split(n)(x, axis, lengths)``: see :func:`split`."""

    stands_for = (basic.Split,)

    def __init__(self, len_splits: int) -> None:
        self.len_splits = int(len_splits)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, axis, lengths = inputs
        return _joining.split(x, lengths, self.len_splits, axis)


class SortOp(ReplacedOp):
    """``SortOp(kind, order)(a, axis)``: see :func:`sort`."""

    stands_for: ClassVar[tuple[Any, ...]] = (_SortOp,)
    _function = staticmethod(_sort)

    def __init__(self, kind: Any, order: None = None) -> None:
        self.kind, self.order = kind, order

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        axis = inputs[1] if len(inputs) > 1 else kwargs.get("axis", -1)
        return type(self)._function(inputs[0], axis, self.kind, self.order)


class ArgSortOp(SortOp):
    """``ArgSortOp(kind, order)(a, axis)``: see :func:`argsort`."""

    stands_for = (_ArgSortOp,)
    _function = staticmethod(_argsort)


class Unique(ReplacedOp):
    """``Unique(return_index, return_inverse, return_counts, axis)(x)``: as ``numpy.unique``."""

    stands_for = (extra_ops.Unique,)

    def __init__(
        self,
        return_index: bool = False,
        return_inverse: bool = False,
        return_counts: bool = False,
        axis: int | None = None,
    ) -> None:
        self.return_index, self.return_inverse = return_index, return_inverse
        self.return_counts, self.axis = return_counts, axis

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x = pt.as_tensor_variable(inputs[0])
        if self.axis is not None and not -x.ndim <= self.axis < x.ndim:
            raise RuntimeError(f"Unique: axis={self.axis} of a tensor of {x.ndim} dimensions.")
        return extra_ops.unique(
            x, self.return_index, self.return_inverse, self.return_counts, self.axis
        )


class UnravelIndex(ReplacedOp):
    """``UnravelIndex(ndim, order)(indices, dims)``: as ``numpy.unravel_index``."""

    stands_for = (extra_ops.UnravelIndex,)

    def __init__(self, ndim: int, order: str = "C") -> None:
        if not isinstance(ndim, int) or ndim < 1:
            raise ValueError(f"UnravelIndex: ndim={ndim!r}; expected an integer of at least 1.")
        if order not in ("C", "F"):
            raise AssertionError(f'UnravelIndex: order={order!r}; expected "C" or "F".')
        self.ndim, self.order = ndim, order

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        indices, dims = map(pt.as_tensor_variable, inputs)
        return extra_ops.unravel_index(
            indices, pt.specify_shape(dims, (self.ndim,)), order=self.order
        )


class AdvancedSubtensor(ReplacedOp):
    """``AdvancedSubtensor()(x, *indices)``: ``x[indices]``."""

    stands_for = (subtensor.AdvancedSubtensor,)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return subtensor.advanced_subtensor(*inputs)


class AdvancedIncSubtensor(ReplacedOp):
    """``AdvancedIncSubtensor()(x, y, *indices)``: ``x`` with ``y`` added there, or put there."""

    stands_for = (subtensor.AdvancedIncSubtensor,)

    def __init__(self, inplace: bool = False, set_instead_of_inc: bool = False) -> None:
        self.inplace, self.set_instead_of_inc = inplace, set_instead_of_inc

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        if self.set_instead_of_inc:
            return subtensor.advanced_set_subtensor(*inputs)
        return subtensor.advanced_inc_subtensor(*inputs)
