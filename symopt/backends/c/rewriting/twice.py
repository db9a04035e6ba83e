"""What a reduction and something behind it both need is computed twice, and kept nowhere.

The gradients that an update scales by their norm may be expressions themselves: means over several
calls, say::

    mean = (sum + gradient) / k
    new = parameter - rate * mean * f((mean**2).sum())

The mean cannot be in one loop with what reads it, since the norm stands between. PyTensor computes
it in front and keeps it, an array of the parameter's size: two streams to memory where the sum and
the gradient are two streams from memory. Here the loop in front computes nothing but the squares
that are added up, and the loop behind computes the mean again. Whatever else the first loop writes
(the new sum) the second one writes, so that all new values come last.
"""

from __future__ import annotations

from collections.abc import Sequence

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph, Output
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.graph.traversal import ancestors
from pytensor.scalar.basic import Composite, ScalarOp, get_scalar_type
from pytensor.tensor.elemwise import CAReduce, Elemwise

from symopt.backends.c.operations.scalar_code import cost
from symopt.backends.c.program.order import root

_CHEAP = 4
"""The most expensive operation that is done twice: a division or a square root."""

_MOST_OPERANDS = 31
"""PyTensor's own limit for an elementwise operation."""


class ComputeTwice(GraphRewriter):
    """Moves elementwise values from in front of a reduction behind it. It runs behind fusion."""

    def apply(self, fgraph: FunctionGraph, *args: object, **kwargs: object) -> None:
        for node in list(fgraph.toposort()):
            if node not in fgraph.apply_nodes or not _can_move(fgraph, node):
                continue
            for reader in _readers_behind(fgraph, node):
                _move(fgraph, node, reader)


def _can_move(fgraph: FunctionGraph, node: Apply) -> bool:
    if not isinstance(node.op, Elemwise) or node.outputs[0].type.ndim == 0:
        return False
    return _is_cheap(node.op.scalar_op) and any(
        _is_reduction(client) for out in node.outputs for client, _ in fgraph.clients[out]
    )


def _is_cheap(op: ScalarOp) -> bool:
    if isinstance(op, Composite):
        return all(_is_cheap(inner.op) for inner in op.fgraph.apply_nodes)
    return cost(op) <= _CHEAP


def _is_reduction(client: Apply) -> bool:
    return isinstance(client.op, CAReduce)


def _readers_behind(fgraph: FunctionGraph, node: Apply) -> list[Apply]:
    """Elementwise nodes that read both this one's values and, at a distance, their reductions.

    Empty where one of these values has a reader of another kind, which needs it in memory anyway.
    """
    found: dict[Apply, None] = {}
    reductions: set[Apply] = set()
    for out in node.outputs:
        clients = [client for client, _ in fgraph.clients[out]]
        reductions |= {client for client in clients if _is_reduction(client)}
        others = [client for client in clients if not _is_reduction(client)]
        if all(isinstance(client.op, Output) for client in others):
            continue
        if not all(isinstance(client.op, Elemwise) for client in others):
            return []
        found |= dict.fromkeys(others)
    behind = [
        reader
        for reader in found
        if any(
            x.owner in reductions
            for x in ancestors([v for v in reader.inputs if v.owner is not node])
        )
    ]
    if len(behind) < len(found) or not all(_fits(fgraph, node, reader) for reader in behind):
        return []
    return behind


def _fits(fgraph: FunctionGraph, node: Apply, reader: Apply) -> bool:
    """Whether ``reader`` can compute ``node`` in its own loop, with no more arrays kept alive than
    before.
    """
    ones = [size == 1 for size in node.outputs[0].type.shape]
    if ones != [size == 1 for size in reader.outputs[0].type.shape]:
        return False
    read = [v for v in reader.inputs if v.owner is node]
    if any([size == 1 for size in v.type.shape] != ones for v in read):
        return False
    inputs = dict.fromkeys([*node.inputs, *(v for v in reader.inputs if v.owner is not node)])
    if len(inputs) + len(node.outputs) + len(reader.outputs) > _MOST_OPERANDS:
        return False
    kept = [v for v in dict.fromkeys(node.inputs) if _takes_memory(v) and v not in reader.inputs]
    return len(kept) <= len(dict.fromkeys(read))


def _takes_memory(variable: Variable) -> bool:
    if root(variable).owner is None:  # an input of the function, or a constant
        return False
    return not all(size == 1 for size in variable.type.shape)


def _move(fgraph: FunctionGraph, node: Apply, reader: Apply) -> None:
    """Let ``reader`` compute what it reads of ``node``, and write what ``node`` writes for the
    function.
    """
    moved = [
        out
        for out in node.outputs
        if fgraph.clients[out] and all(isinstance(c.op, Output) for c, _ in fgraph.clients[out])
    ]
    inputs = list(dict.fromkeys([*node.inputs, *(v for v in reader.inputs if v.owner is not node)]))
    scalars = {v: get_scalar_type(v.type.dtype)() for v in inputs}
    first = _applied(node.op.scalar_op, [scalars[v] for v in node.inputs])
    values = {**scalars, **dict(zip(node.outputs, first, strict=True))}
    second = _applied(reader.op.scalar_op, [values[v] for v in reader.inputs])
    results = [*second, *(values[out] for out in moved)]
    old = [*reader.outputs, *moved]
    op = Elemwise(Composite([scalars[v] for v in inputs], results))
    new = Apply(op, inputs, [out.type() for out in old])
    for before, after in zip(old, new.outputs, strict=True):
        after.name = before.name
    fgraph.replace_all_validate(
        list(zip(old, new.outputs, strict=True)), reason="symopt_compute_twice"
    )


def _applied(op: ScalarOp, values: Sequence[Variable]) -> list[Variable]:
    """The results of a scalar operation; of a fused one those of the operations in it."""
    if not isinstance(op, Composite):
        return list(op.make_node(*values).outputs)
    known = dict(zip(op.fgraph.inputs, values, strict=True))
    for node in op.fgraph.toposort():
        given = [x.clone() if isinstance(x, Constant) else known[x] for x in node.inputs]
        known |= zip(node.outputs, _applied(node.op, given), strict=True)
    return [x.clone() if isinstance(x, Constant) else known[x] for x in op.fgraph.outputs]
