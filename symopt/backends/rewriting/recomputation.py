"""What it costs to compute values again, and which of them to keep instead.

Costs are counted in additions. The numbers say what is a product, what is a transcendental
function and what is next to nothing, which is all that the choice needs; where static shapes are
known they also tell large from small. Elementwise arithmetic is free: it runs along with what
reads it, at the price of reading the value from memory.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

import numpy as np
import pytensor.scalar as ps
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.basic import (
    Alloc,
    AllocEmpty,
    Join,
    MakeVector,
    ScalarFromTensor,
    Split,
    TensorFromScalar,
    get_underlying_scalar_constant_value,
)
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import CAReduce, Elemwise
from pytensor.tensor.math import Dot
from pytensor.tensor.shape import Shape, Shape_i
from pytensor.tensor.subtensor import BaseSubtensor

UNKNOWN_LENGTH = 64
"""Stands for each dimension that is not known: arrays of equal ndim count as equal."""

TRANSCENDENTAL = 20
"""An exp or tanh, in additions; a value is kept if that saves as much for each element of it."""

_CHEAP = (
    *(ps.Add, ps.Sub, ps.Mul, ps.TrueDiv, ps.Neg, ps.Reciprocal, ps.Sqr, ps.Sqrt, ps.Abs, ps.Sign),
    *(ps.Maximum, ps.Minimum, ps.Clip, ps.Switch, ps.Second, ps.Identity, ps.Cast),
    *(ps.LogicalComparison, ps.FixedLogicalComparison, ps.UnaryBitOp, ps.BinaryBitOp),
    *(ps.Ceil, ps.Floor, ps.Trunc, ps.RoundHalfToEven, ps.RoundHalfAwayFromZero),
)
_MOVES = (
    *(Alloc, AllocEmpty, Join, Split, MakeVector, ScalarFromTensor, TensorFromScalar),
    *(BaseSubtensor, Shape, Shape_i),
)
"""Reading a value that was kept moves as much memory as these do."""


def size(variable: Variable) -> int:
    """Number of elements, estimated."""
    shape = getattr(variable.type, "shape", ())
    return prod(UNKNOWN_LENGTH if n is None else n for n in shape)


def n_bytes(variable: Variable) -> int:
    """Memory of one time step of a value, estimated."""
    return size(variable) * np.dtype(variable.type.dtype).itemsize


def values_read(node: Apply) -> list[Variable]:
    """The inputs of a node, without those of which it only reads the shape.

    The gradient of ``z[:, :n]`` fills an array of the shape of z with zeros: it needs no z, and
    PyTensor computes none in the end.
    """
    if isinstance(node.op, Shape | Shape_i):
        return []
    if isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, ps.Second):
        return list(node.inputs[1:])
    return list(node.inputs)


def cost(node: Apply) -> float:
    """What a node costs. What is not known to be cheap counts as a product."""
    op = node.op.core_op if isinstance(node.op, Blockwise) else node.op
    n = sum(size(output) for output in node.outputs)
    if op.view_map or isinstance(op, _MOVES):
        return 0
    if isinstance(op, Elemwise):
        return 0 if _is_cheap(op.scalar_op, node) else n * TRANSCENDENTAL
    if isinstance(op, CAReduce):
        return size(node.inputs[0])
    length = UNKNOWN_LENGTH
    if isinstance(op, Dot):
        length = node.inputs[0].type.shape[-1] or UNKNOWN_LENGTH
    return n * max(2 * length, TRANSCENDENTAL)


def _is_cheap(op: ps.ScalarOp, node: Apply) -> bool:
    if isinstance(op, ps.Pow):  # x ** 2 and the like become products and roots
        exponent = get_underlying_scalar_constant_value(node.inputs[1], raise_not_constant=False)
        return not isinstance(exponent, Variable) and abs(exponent) <= 4 and exponent * 2 % 1 == 0
    return isinstance(op, _CHEAP)


@dataclass
class Recomputation:
    """The part of a loop's body that its gradient computes again.

    reads: what might have to be computed, in topological order, and what each value reads.
    wanted: what the rest of the gradient reads.
    at_hand: what need not be computed.
    storable: what may be kept.
    """

    reads: dict[Variable, list[Variable]]
    wanted: set[Variable]
    at_hand: set[Variable]
    storable: set[Variable]

    def choose(self, limit: float) -> list[Variable]:
        """The values to keep in ``limit`` bytes a step.

        One by one, the value that saves the most operations for its memory, as long as that is
        TRANSCENDENTAL for each of its elements; values that nothing reads any more, because
        what was computed from them is kept as well, are dropped. That is done without the limit
        first: if what is left fits, it is the answer.
        """
        kept = self._choose(float("inf"))
        if sum(map(n_bytes, kept)) <= limit:
            return kept
        return self._choose(limit)

    def _choose(self, limit: float) -> list[Variable]:
        kept: list[Variable] = []
        position = {value: i for i, value in enumerate(self.reads)}
        while True:
            free = limit - sum(map(n_bytes, kept))
            saved = self.savings(kept)
            worthy = [
                value
                for value, saving in saved.items()
                if value in self.storable
                and saving >= TRANSCENDENTAL * size(value)
                and 0 < n_bytes(value) <= free
            ]
            if not worthy:
                return kept
            # of equal ones the last, which is a view of the others
            kept.append(max(worthy, key=lambda v: (saved[v] / n_bytes(v), position[v])))
            read = self.readers(kept)
            kept = [value for value in kept if value in read]

    def readers(self, kept: Iterable[Variable]) -> Mapping[Variable, list[Variable | None]]:
        """What is computed or read in the end, and from where; None is the gradient itself."""
        stop = self.at_hand | set(kept)
        found: dict[Variable, list[Variable | None]] = {value: [None] for value in self.wanted}
        for value in reversed(self.reads):
            if value in found and value not in stop:
                for read in self.reads[value]:
                    found.setdefault(read, []).append(value)
        return found

    def savings(self, kept: Iterable[Variable]) -> dict[Variable, float]:
        """For each value that is computed, the operations that keeping it as well would save.

        They are its own and those of all values that it dominates: those that nothing reads but
        through it.
        """
        stop = self.at_hand | set(kept)
        readers = self.readers(kept)
        dominator: dict[Variable, Variable | None] = {}
        depth: dict[Variable | None, int] = {None: 0}
        computed = [value for value in self.reads if value in readers and value not in stop]
        for value in reversed(computed):
            a, *others = readers[value]
            for b in others:
                while a is not b:
                    if depth[a] < depth[b]:
                        a, b = b, a
                    assert a is not None  # the root is the common dominator of all
                    a = dominator[a]
            dominator[value], depth[value] = a, depth[a] + 1
        saved = dict.fromkeys(computed, 0.0)
        for value in computed:
            saved[value] += cost(value.owner) / len(value.owner.outputs)
            above = dominator[value]
            if above is not None:
                saved[above] += saved[value]
        return saved
