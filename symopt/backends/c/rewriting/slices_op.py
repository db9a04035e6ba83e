"""An operation that puts several values at their slices of an otherwise zero array."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.scalar import as_scalar
from pytensor.tensor import as_tensor_variable
from pytensor.tensor.type import TensorType


@dataclass(frozen=True)
class Given:
    """A bound that is known at run time only: number ``position`` among the node's bounds."""

    position: int


Bound: TypeAlias = int | Given | None
Interval: TypeAlias = tuple[Bound, Bound]
Index: TypeAlias = tuple[Interval, ...]


class AssembleSlices(Op):
    r"""Zeros of a shape, to which each value is added at its slice.

    .. math:: y = 0, \qquad y[s_k] \mathrel{+}= x_k \quad (k = 1, 2, \ldots)

    The inputs are the shape (one integer scalar an axis), then the values, then the bounds of
    slices that are not constant. Indexing is NumPy's: negative bounds count from the end, bounds
    out of range are clipped, and an axis of length one of a value is broadcast, whether its type
    says so or it turns out so at run time. Every value has as many axes as the result.

    Attributes
    ----------
    dtype : str
        Of the result and of all values.
    indices : tuple
        For each value, for each axis, the pair ``(start, stop)``; a bound is an int, None for the
        end of the axis, or ``Given``. Variables that are the same have the same ``Given``, so
        ``x[:, :n]`` and ``x[:, n:]`` are seen to be neighbours whatever n is.
    disjoint : bool
        Whether no two slices overlap, for any shape and any values of the bounds. Each value may
        then be written once, without adding; the only difference is that -0.0 stays -0.0. False
        means not known: bounds that are ``Given`` may turn out disjoint at run time.
    """

    __props__ = ("dtype", "indices")

    def __init__(self, dtype: str, indices: Sequence[Index]) -> None:
        self.dtype = dtype
        self.indices = tuple(indices)
        self.ndim = len(self.indices[0])
        self.disjoint = all(
            apart(a, b) for k, a in enumerate(self.indices) for b in self.indices[:k]
        )

    def __str__(self) -> str:
        slices = ("".join(f"{_text(a)}:{_text(b)}, " for a, b in i)[:-2] for i in self.indices)
        return f"AssembleSlices{{{'; '.join(slices)}}}"

    def shape(self, node: Apply) -> list[Variable]:
        """The lengths of the result's axes, integer scalars of any tensor dtype."""
        return list(node.inputs[: self.ndim])

    def parts(
        self, node: Apply
    ) -> list[tuple[Variable, list[tuple[Variable | int | None, Variable | int | None]]]]:
        """Each value with the ``(start, stop)`` of its slice, per axis.

        A bound that is a variable is an integer of PyTensor's scalar type, as IncSubtensor's are.
        """
        values, given = self._split(node.inputs)
        return [
            (value, [(_lookup(a, given), _lookup(b, given)) for a, b in index])
            for value, index in zip(values, self.indices, strict=True)
        ]

    def make_node(self, *inputs: Any) -> Apply:
        shape = [as_tensor_variable(n) for n in inputs[: self.ndim]]
        values, given = self._split(inputs)
        values = [as_tensor_variable(value) for value in values]
        for value in values:
            if value.type.dtype != self.dtype or value.type.ndim != self.ndim:
                raise TypeError(
                    f"AssembleSlices got a value of type {value.type}; it takes values of dtype "
                    f"{self.dtype} with {self.ndim} axes. Cast or dimshuffle the value."
                )
        static = [int(n.data) if isinstance(n, Constant) else None for n in shape]
        return Apply(
            self,
            [*shape, *values, *map(as_scalar, given)],
            [TensorType(self.dtype, shape=tuple(static))()],
        )

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: Any) -> None:
        shape = tuple(int(n) for n in inputs[: self.ndim])
        result = output_storage[0][0]
        if result is not None and result.shape == shape:
            result[...] = 0
        else:
            result = output_storage[0][0] = np.zeros(shape, self.dtype)
        values, given = self._split(inputs)
        for value, index in zip(values, self.indices, strict=True):
            bounds = ((_lookup(a, given), _lookup(b, given)) for a, b in index)
            result[tuple(slice(a, b) for a, b in bounds)] += value

    def infer_shape(self, *arguments: Any) -> list[tuple[Variable, ...]]:
        node = arguments[-2]  # PyTensor 3.0 passes the graph before it, 3.3 does not
        return [tuple(self.shape(node))]

    def _split(self, inputs: Sequence[Any]) -> tuple[Sequence[Any], Sequence[Any]]:
        """The values, and the bounds that are inputs."""
        end = self.ndim + len(self.indices)
        return inputs[self.ndim : end], inputs[end:]


def apart(first: Index, second: Index) -> bool:
    """Whether two slices of one array have no element in common, whatever its shape."""
    return any(
        _not_after(a[1], b[0]) or _not_after(b[1], a[0]) for a, b in zip(first, second, strict=True)
    )


def _not_after(stop: Bound, start: Bound) -> bool:
    """Whether a slice up to ``stop`` surely ends where one from ``start`` begins, or before.

    Clipping to an axis keeps the order of bounds that count from the same end.
    """
    if isinstance(stop, int) and isinstance(start, int):
        return (stop < 0) == (start < 0) and stop <= start
    return stop is not None and stop == start


def _lookup(bound: Bound, given: Sequence[Any]) -> Any:
    return given[bound.position] if isinstance(bound, Given) else bound


def _text(bound: Bound) -> str:
    return "" if bound is None else f"n{bound.position}" if isinstance(bound, Given) else str(bound)
