"""Sums over time that a loop's body forms step by step: what is added, and where it comes from.

The gradient of a weight that a loop uses at every step is a state of the gradient's loop::

    acc[t] = acc[t-1] + dot(a[t].T, b[t])               of a weight
    acc[t] = acc[t-1] + b[t].sum(0)                     of a bias
    acc[t] = acc[t-1] + x[t]                            of anything else

of which only the last value is used. Nothing else in the loop reads it, so it can be formed after
the loop, if what is added can be had there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.scalar import Add
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.math import Dot, Sum
from pytensor.tensor.shape import Reshape, SpecifyShape
from pytensor.tensor.subtensor import Subtensor
from pytensor.tensor.type import TensorType


@dataclass
class Accumulator:
    """A sit-sot state of which only the last value is used, with the terms of ``new - old``."""

    index: int
    """Among the loop's sit-sot states."""
    state: Variable
    terms: list[Variable]
    lasts: list[Variable]
    """The variables of the outer graph that are the last value."""


def find_accumulators(fgraph: FunctionGraph, loop: Apply) -> list[Accumulator]:
    """All accumulators of a ``Scan`` node of ``fgraph``."""
    op = loop.op
    uses = Counter(v for node in op.fgraph.toposort() for v in node.inputs)
    uses.update(op.inner_outputs)
    states = zip(
        op.inner_sitsot(op.inner_inputs),
        op.inner_sitsot_outs(op.inner_outputs),
        op.outer_sitsot_outs(loop.outputs),
        strict=True,
    )
    found = []
    for index, (state, new, trace) in enumerate(states):
        if op.info.sit_sot_in_slices[index] != (-1,) or uses[new] != 1 or uses[state] != 1:
            continue
        terms = _terms(new, uses)
        clients = fgraph.clients[trace]
        if state in terms and clients and all(_takes_last(client) for client, _ in clients):
            terms.remove(state)
            lasts = [client.outputs[0] for client, _ in clients]
            found.append(Accumulator(index, state, terms, lasts))
    return found


def linear_path(term: Variable) -> Iterator[tuple[Variable, tuple[Apply, ...]]]:
    """What a term is computed from by operations that may as well come after a sum over time.

    Yields variables from ``term`` inwards, each with the nodes that lead from it to the term, in
    the order in which they are computed.
    """
    moves: tuple[Apply, ...] = ()
    while True:
        yield term, moves
        node = term.owner
        if node is None or not _is_linear(node):
            return
        moves = (node, *moves)
        term = node.inputs[0]


def is_product(value: Variable) -> bool:
    """Whether it is a product of two matrices of its own dtype."""
    return (
        value.owner is not None
        and isinstance(value.owner.op, Dot)
        and all(v.type.ndim == 2 and v.type.dtype == value.type.dtype for v in value.owner.inputs)
    )


def axes(op: Any) -> dict[Variable, tuple[int, ...]]:
    """How many axes each axis of each value of a loop's body stands for.

    None for an axis of length one; more than one where a reshape has put axes together, as the
    product of a tensor of three axes with a matrix does: its rows are all examples at all places.
    """
    known: dict[Variable, tuple[int, ...]] = {v: _plain(v) for v in op.inner_inputs}
    for node in op.fgraph.toposort():
        inputs = [known.get(v) or _plain(v) for v in node.inputs]
        for output in node.outputs:
            known[output] = _axes_of_output(node, inputs, _plain(output))
    return known


def _axes_of_output(
    node: Apply, inputs: list[tuple[int, ...]], plain: tuple[int, ...]
) -> tuple[int, ...]:
    if isinstance(node.op, DimShuffle):
        return tuple(0 if o == "x" else inputs[0][o] for o in node.op.new_order)
    if isinstance(node.op, Reshape):
        rest = sum(inputs[0]) - sum(plain)
        return (plain[0] + rest, *plain[1:]) if plain and rest > 0 else plain
    if isinstance(node.op, Elemwise):
        return tuple(map(max, zip(plain, *inputs, strict=True)))
    if isinstance(node.op, Dot) and len(plain) == 2:
        return tuple(map(max, zip(plain, (inputs[0][0], inputs[1][-1]), strict=True)))
    if inputs and len(inputs[0]) == len(plain):  # slices, increments, ...
        return tuple(map(max, zip(plain, inputs[0], strict=True)))
    return plain


def _plain(value: Variable) -> tuple[int, ...]:
    return tuple(int(n != 1) for n in getattr(value.type, "shape", ()))


def _terms(total: Variable, uses: Counter[Variable]) -> list[Variable]:
    """The terms of a sum and of the sums in it that nothing else reads."""
    node = total.owner
    if (
        node is None
        or not isinstance(node.op, Elemwise)
        or not isinstance(node.op.scalar_op, Add)
        or uses[total] != 1
        or any(v.type.dtype != total.type.dtype for v in node.inputs)
    ):
        return [total]
    return [term for v in node.inputs for term in _terms(v, uses)]


def _takes_last(client: Any) -> bool:
    if not isinstance(client, Apply) or not isinstance(client.op, Subtensor):
        return False
    index = client.inputs[1:]
    return (
        client.op.idx_list == (0,) and isinstance(index[0], Constant) and int(index[0].data) == -1
    )


def _is_linear(node: Apply) -> bool:
    value, *parameters = node.inputs
    return (
        isinstance(node.op, DimShuffle | Sum | SpecifyShape)
        and isinstance(value.type, TensorType)
        and value.type.dtype == node.outputs[0].type.dtype
        and all(isinstance(v, Constant) for v in parameters)
    )
