"""Dividing a function's graph into programs and what stays with PyTensor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph, Output
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.graph.utils import InconsistencyError
from pytensor.tensor.basic import tensor_copy
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.shape import Reshape, SpecifyShape
from pytensor.tensor.subtensor import Subtensor
from pytensor.tensor.type import DenseTensorType

from symopt.backends.c.program.op import Program
from symopt.backends.c.program.order import overwrites
from symopt.backends.c.program.values import NotNative
from symopt.backends.c.program.writer import Writer
from symopt.backends.pytensor_versions import IfElse

_VIEWS = (DimShuffle, Reshape, SpecifyShape, Subtensor)

Branches: TypeAlias = frozenset[Any] | None
"""The branches of IfElse nodes that need a value; None if it is needed anyway."""


def why_not_native(node: Apply) -> str | None:
    """Why a node cannot stand in a program; None if it can."""
    w = Writer()
    try:
        for variable in dict.fromkeys(node.inputs):
            if not isinstance(variable, Constant):
                w.add_input(variable)
        for variable in node.outputs:
            w.ctype(variable)
        w.nodes([node], node.outputs)
    except NotNative as reason:
        return str(reason)
    return None


class MakePrograms(GraphRewriter):
    """Replaces the nodes that have native forms by programs, as few as can be.

    It runs on a graph in which nothing is in place yet, behind fusion. Two nodes are in one program
    if as many other nodes stand between either and the inputs, at most: so no path leaves a program
    and comes back. What only one branch of an ``IfElse`` needs is a program of its own, which runs
    when that branch does.
    """

    def apply(self, fgraph: FunctionGraph, *args: Any, **kwargs: Any) -> None:
        _copy_updates(fgraph)
        order = list(fgraph.toposort())
        native = {node for node in order if why_not_native(node) is None}
        needed = _branches(fgraph, order)
        level: dict[Apply, int] = {}
        groups: dict[tuple[int, Branches], list[Apply]] = {}
        for node in order:
            parents = [x.owner for x in node.inputs if x.owner is not None]
            if node in native:
                level[node] = max((level[p] + (p not in native) for p in parents), default=0)
                groups.setdefault((level[node], needed[node]), []).append(node)
            else:
                level[node] = max((level[p] for p in parents), default=0)
        for nodes in groups.values():
            kept = _without_outer_views(fgraph, nodes)
            if kept:
                _replace(fgraph, kept)


def _copy_updates(fgraph: FunctionGraph) -> None:
    """Let programs copy new values that are inputs (a gradient that becomes the last one).

    PyTensor would copy them in the end, each into new memory.
    """
    mapping: Any = fgraph.update_mapping or {}
    for output, into in mapping.items():
        value = fgraph.outputs[output]
        if value not in fgraph.inputs or value is fgraph.inputs[into]:
            continue
        if isinstance(value.type, DenseTensorType) and value.type.ndim:
            clients = fgraph.clients[value]
            (end,) = [c for c, _ in clients if isinstance(c.op, Output) and c.op.idx == output]
            (copied,) = tensor_copy.make_node(value).outputs
            fgraph.change_node_input(end, 0, copied, reason="symopt_copy")


def _branches(fgraph: FunctionGraph, order: list[Apply]) -> dict[Apply, Branches]:
    needed: dict[Apply, Branches] = {}
    for node in reversed(order):
        found: set[Any] = set()
        always = False
        for output in node.outputs:
            for client, position in fgraph.clients[output]:
                if not isinstance(client, Apply) or client not in needed:  # an output of the graph
                    always = True
                elif isinstance(client.op, IfElse) and position > 0:
                    found.add((client, position > client.op.n_outs))
                elif needed[client] is None:
                    always = True
                else:
                    found |= needed[client]  # type: ignore[arg-type]
        needed[node] = None if always else frozenset(found)
    return needed


def _without_outer_views(fgraph: FunctionGraph, nodes: list[Apply]) -> list[Apply]:
    """Views that only others read stay with PyTensor, which copies nothing for them."""
    kept = set(nodes)
    for node in reversed(nodes):
        if not isinstance(node.op, _VIEWS):
            continue
        clients = [client for client, _ in fgraph.clients[node.outputs[0]]]
        outside = [c for c in clients if c not in kept]
        outer = node.inputs[0].owner not in kept
        outputs = [c for c in outside if not isinstance(c, Apply) or c not in fgraph.apply_nodes]
        if len(outside) == len(clients) and (outer or not outputs):
            kept.remove(node)
    return [node for node in nodes if node in kept]


def _replace(fgraph: FunctionGraph, nodes: list[Apply]) -> None:
    inside = set(nodes)
    computed = [output for node in nodes for output in node.outputs]
    inputs = list(
        dict.fromkeys(
            x
            for node in nodes
            for x in node.inputs
            if not isinstance(x, Constant) and x.owner not in inside
        )
    )
    outputs = [v for v in computed if any(c not in inside for c, _ in fgraph.clients[v])]
    inner = FunctionGraph(inputs, outputs, clone=True)
    new = Program(inner).make_node(*inputs)
    for old, output in zip(outputs, new.outputs, strict=True):
        output.name = old.name
    fgraph.replace_all_validate(
        list(zip(outputs, new.outputs, strict=True)), reason="symopt_programs"
    )


class OverwriteShared(GraphRewriter):
    """Has programs write the new values of shared variables over the old ones.

    A variable that is only written (a parked gradient) becomes an input of the program too, for its
    memory.
    """

    def apply(self, fgraph: FunctionGraph, *args: Any, **kwargs: Any) -> None:
        wanted: dict[Apply, dict[int, Variable]] = {}
        mapping: Any = fgraph.update_mapping or {}
        for output, into in mapping.items():
            value, target = fgraph.outputs[output], fgraph.inputs[into]
            node = value.owner
            if node is None or not isinstance(node.op, Program):
                continue
            if list(fgraph.outputs).count(value) == 1 and value.type.dtype == target.type.dtype:
                wanted.setdefault(node, {})[node.outputs.index(value)] = target
        for node, targets in wanted.items():
            if not _overwrite(fgraph, node, targets):
                for output, target in targets.items():
                    node = _overwrite(fgraph, node, {output: target}) or node


def _overwrite(fgraph: FunctionGraph, node: Apply, targets: Mapping[int, Variable]) -> Apply | None:
    """The node that replaced ``node``; None if the graph does not allow it."""
    op = node.op
    inputs = list(node.inputs)
    inner = op.fgraph.clone()
    wanted: dict[int, int] = dict(op.overwrites)
    for output, target in targets.items():
        if target not in inputs:
            inputs.append(target)
            inner.add_input(target.type())
        wanted[output] = inputs.index(target)
    chosen = overwrites(inner, wanted)
    if not chosen:
        return None
    new = Program(inner, chosen, op.name).make_node(*inputs)
    try:
        fgraph.replace_all_validate(
            list(zip(node.outputs, new.outputs, strict=True)), reason="symopt_overwrite"
        )
    except InconsistencyError:  # somebody else needs the old value later
        return None
    return new


def programs(nodes: Iterable[Apply]) -> list[Program]:
    """The programs among nodes."""
    return [node.op for node in nodes if isinstance(node.op, Program)]
