"""In which order a program runs, and which of its outputs may be written over an input.

A shared variable's new value takes its place in memory where that is safe: everything else that
reads the old value has run before, and the operation that writes the new one reads the old one
element by element or not at all. So what writes comes last, which also leaves the old values alone
if a check fails before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytensor.compile.builders import OpFromGraph
from pytensor.compile.ops import TypeCastingOp
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.shape import SpecifyShape

_SAME = (SpecifyShape, CheckAndRaise, TypeCastingOp)
"""Operations whose output is their first input."""


def root(variable: Variable) -> Variable:
    """The value behind checks: the same array, where it is computed."""
    while variable.owner is not None and isinstance(variable.owner.op, _SAME):
        variable = variable.owner.inputs[0]
    return variable


def overwrites(fgraph: FunctionGraph, wanted: Mapping[int, int]) -> dict[int, int]:
    """Those of ``wanted`` (number of an output -> number of an input) that are safe together."""
    safe = {output: into for output, into in wanted.items() if _is_safe(fgraph, output, into)}
    if _sorted(fgraph, safe) is not None:  # nearly always
        return safe
    chosen: dict[int, int] = {}
    for output, into in safe.items():
        if _sorted(fgraph, {**chosen, output: into}) is not None:
            chosen[output] = into
    return chosen


def writers_last(fgraph: FunctionGraph, chosen: Mapping[int, int]) -> list[Apply]:
    """All nodes, in an order that is right for these overwritten inputs."""
    order = _sorted(fgraph, chosen)
    assert order is not None  # `overwrites` has seen to it
    return order


def _is_safe(fgraph: FunctionGraph, output: int, into: int) -> bool:
    target, value = fgraph.inputs[into], root(fgraph.outputs[output])
    if value.owner is None or target.type.dtype != value.type.dtype:
        return False
    if getattr(target.type, "ndim", 0) != getattr(value.type, "ndim", 0) or value.type.ndim == 0:
        return False
    shared = _aliases(fgraph, target)
    if any(v in shared for v in fgraph.outputs):
        return False  # it is copied when everything has run
    read = [v for v in value.owner.inputs if v in shared]
    if not read:
        return True
    if any(root(v) is not target for v in read) or not isinstance(value.owner.op, Elemwise):
        return False
    fixed = [size == 1 for size in target.type.shape]
    return fixed == [size == 1 for size in value.type.shape]


def _aliases(fgraph: FunctionGraph, target: Variable) -> set[Variable]:
    """What may stand in the memory of an input."""
    found = {target}
    waiting = [target]
    while waiting:
        for node, position in fgraph.clients[waiting.pop()]:
            for out, views in _views(node).items():
                if position in views and node.outputs[out] not in found:
                    found.add(node.outputs[out])
                    waiting.append(node.outputs[out])
    return found


def _views(node: Apply) -> Mapping[int, Sequence[int]]:
    """Which inputs the outputs of a node may share memory with."""
    if isinstance(node.op, OpFromGraph):  # its graph, which may be a view, stands in the program
        return {out: range(len(node.inputs)) for out in range(len(node.outputs))}
    views: Mapping[int, Sequence[int]] = getattr(node.op, "view_map", {})
    return views


def _sorted(fgraph: FunctionGraph, chosen: Mapping[int, int]) -> list[Apply] | None:
    """Nodes that overwrite nothing first; None if no order is right."""
    before = readers_first(fgraph, chosen)
    late = set(before)
    topological = list(fgraph.toposort())
    for node in topological:
        if any(x.owner in late for x in node.inputs if x.owner is not None):
            late.add(node)
    order = [node for node in topological if node not in late]
    waiting = [node for node in topological if node in late]
    done = set(order)
    while waiting:
        ready = [node for node in waiting if _needs(node, before) <= done]
        if not ready:
            return None
        order += ready
        done.update(ready)
        waiting = [node for node in waiting if node not in done]
    return order


def readers_first(fgraph: FunctionGraph, chosen: Mapping[int, int]) -> dict[Apply, set[Apply]]:
    """The nodes that overwrite an input, each with the others that read it: they have to run
    before.
    """
    before: dict[Apply, set[Apply]] = {}
    for output, into in chosen.items():
        writer = root(fgraph.outputs[output]).owner
        readers = {
            node
            for variable in _aliases(fgraph, fgraph.inputs[into])
            for node, _ in fgraph.clients[variable]
            if isinstance(node, Apply) and node in fgraph.apply_nodes
        }
        before.setdefault(writer, set()).update(readers - {writer})
    return before


def _needs(node: Apply, before: Mapping[Apply, set[Apply]]) -> set[Apply]:
    owners = {x.owner for x in node.inputs if x.owner is not None}
    return owners | before.get(node, set())


def producers(values: Sequence[Variable]) -> list[Apply]:
    """The nodes behind values, checks left out."""
    return [v.owner for v in map(root, values) if v.owner is not None]
