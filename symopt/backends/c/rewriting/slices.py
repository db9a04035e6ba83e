"""Gradients of slices, assembled in one operation.

The gradient of ``i = z[:, :n]; f = z[:, n:2n]; ...`` comes out of PyTensor as a fresh zero array
to which each gate's gradient is added by an operation of its own, each of which reads and writes
its slice once more, and copies the whole array unless it can work in place::

    IncSubtensor{inc}(IncSubtensor{inc}(Alloc(0, m, 4n), di, :, :n), df, :, n:2n) ...

Here it becomes one ``AssembleSlices``, which knows whether the slices overlap. In the body of a
loop that is where the gradient of the gates' pre-activations comes from, at every step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter, copy_stack_trace
from pytensor.scalar import Add
from pytensor.tensor.basic import Alloc, cast, constant, expand_dims
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import add
from pytensor.tensor.subtensor import IncSubtensor, indices_from_subtensor

from symopt.backends.c.rewriting.slices_op import (
    AssembleSlices,
    Bound,
    Given,
    Index,
    apart,
)

POSITION = 2.5
"""After specialize (2.0), which still wants to see IncSubtensor; before fusion (48)."""


class GradientsOfSlices(GraphRewriter):
    """Replaces ``IncSubtensor``s into zeros by ``AssembleSlices``.

    Taken are increments, and assignments to a slice that nothing was added to before, where

    - the base is zeros (an Alloc or a constant) or what this rewriter made of one, with no other
      client, so that nothing is computed twice;
    - all indices are slices with step 1, of constant or symbolic bounds. An integer index stays:
      out of range it is an error, which a slice is not;
    - the value has the dtype of the base or one that it holds exactly; else the sum would be
      rounded in another place.

    A sum of such arrays becomes one, if they have the same shape.
    """

    def apply(self, fgraph: FunctionGraph, *args: Any, **kwargs: Any) -> None:
        for node in list(fgraph.toposort()):
            if node not in fgraph.apply_nodes:
                continue
            if isinstance(node.op, IncSubtensor):
                new = _increment(fgraph, node)
            elif isinstance(node.op, Elemwise) and isinstance(node.op.scalar_op, Add):
                new = _sum(fgraph, node)
            else:
                continue
            if new is not None:
                copy_stack_trace(node.outputs[0], new)
                fgraph.replace_validate(node.outputs[0], new, reason="symopt_slices")


class _Assembly:
    """Values and their slices, with bounds as variables, until they are put into an operation."""

    def __init__(self, shape: list[Variable], dtype: str) -> None:
        self.shape, self.dtype = shape, dtype
        self.values: list[Variable] = []
        self.indices: list[Index] = []
        self.given: list[Variable] = []

    def bound(self, value: Any) -> Bound:
        """``value`` as the operation has it: variables that are the same get the same name."""
        if value is None or isinstance(value, int):
            return value
        if isinstance(value, Constant):
            return int(value.data)
        if value not in self.given:
            self.given.append(value)
        return Given(self.given.index(value))

    def add(self, value: Variable, index: list[tuple[Any, Any]]) -> None:
        self.values.append(value)
        # a start of 0 and no start are one thing
        self.indices.append(tuple((self.bound(a) or None, self.bound(b)) for a, b in index))

    def add_all(self, node: Apply) -> None:
        for value, index in node.op.parts(node):
            self.add(value, index)

    def result(self) -> Variable:
        op = AssembleSlices(self.dtype, self.indices)
        return op(*self.shape, *self.values, *self.given)  # type: ignore[return-value]


def _increment(fgraph: FunctionGraph, node: Apply) -> Variable | None:
    """The node with its value at its slice, or None if it stays as it is."""
    base, value, *bounds = node.inputs
    assembly = _start(fgraph, base)
    if assembly is None or not np.can_cast(value.type.dtype, base.type.dtype, "safe"):
        return None
    index = []
    for entry in indices_from_subtensor(bounds, node.op.idx_list):
        if not isinstance(entry, slice) or not _is_one(entry.step):
            return None
        index.append((entry.start, entry.stop))
    index += [(None, None)] * (base.type.ndim - len(index))
    missing = base.type.ndim - value.type.ndim
    if missing:
        value = expand_dims(value, tuple(range(missing)))
    assembly.add(cast(value, base.type.dtype), index)
    *before, last = assembly.indices
    if node.op.set_instead_of_inc and not all(apart(last, other) for other in before):
        return None
    return assembly.result()


def _start(fgraph: FunctionGraph, base: Variable) -> _Assembly | None:
    """What is in ``base``, if that is zeros or an assembly without another client."""
    ndim = base.type.ndim
    if ndim == 0:
        return None
    if isinstance(base, Constant):
        if base.data.any():
            return None
        return _Assembly([_constant(n) for n in base.data.shape], base.type.dtype)
    if base.owner is None:
        return None
    if isinstance(base.owner.op, AssembleSlices) and len(fgraph.clients[base]) == 1:
        assembly = _Assembly(base.owner.op.shape(base.owner), base.type.dtype)
        assembly.add_all(base.owner)
        return assembly
    if isinstance(base.owner.op, Alloc):
        zero, *shape = base.owner.inputs
        if isinstance(zero, Constant) and zero.data.size == 1 and not zero.data.any():
            static = base.type.shape
            lengths = [s if n is None else _constant(n) for s, n in zip(shape, static, strict=True)]
            return _Assembly(lengths, base.type.dtype)
    return None


def _sum(fgraph: FunctionGraph, node: Apply) -> Variable | None:
    """A sum in which assemblies of one shape are joined, or None if there are no two of them."""
    groups: dict[tuple[Variable, ...], list[Variable]] = {}
    for term in node.inputs:
        if (
            term.owner is not None
            and isinstance(term.owner.op, AssembleSlices)
            and len(fgraph.clients[term]) == 1
            and term.type.dtype == node.outputs[0].type.dtype
        ):
            groups.setdefault(_same_shape(term.owner), []).append(term)
    joined = [terms for terms in groups.values() if len(terms) > 1]
    if not joined or node.op.inplace_pattern:
        return None
    rest = [term for term in node.inputs if all(term not in terms for terms in joined)]
    for terms in joined:
        assembly = _Assembly(terms[0].owner.op.shape(terms[0].owner), terms[0].type.dtype)
        for term in terms:
            assembly.add_all(term.owner)
        rest.append(assembly.result())
    return rest[0] if len(rest) == 1 else add(*rest)


def _same_shape(node: Apply) -> tuple[Any, ...]:
    """A key that two assemblies share only if their shapes are surely the same."""
    return tuple(int(n.data) if isinstance(n, Constant) else n for n in node.op.shape(node))


def _is_one(step: Any) -> bool:
    return step is None or (isinstance(step, Constant) and step.data == 1)


def _constant(length: int) -> Variable:
    return constant(np.int64(length))
