"""Graphs inside operations: they are traced in place."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph

from symopt.backends.jax.mode import inner_rewriter
from symopt.backends.jax.trace import Trace, lower

_rewritten: WeakKeyDictionary[Any, FunctionGraph] = WeakKeyDictionary()


def inner_graph(op: Any) -> FunctionGraph:
    """The graph inside an operation, rewritten once."""
    fgraph: Any = op.fgraph
    if fgraph not in _rewritten:
        # PyTensor 3.3 keeps graphs inside operations frozen.
        frozen = hasattr(fgraph, "unfreeze")
        clone = fgraph.unfreeze() if frozen else fgraph.clone(clone_inner_graphs=False)
        inner_rewriter(isinstance(op, OpFromGraph)).rewrite(clone)
        _rewritten[fgraph] = clone
    return _rewritten[fgraph]


@lower.register(OpFromGraph)
def _inline(op: OpFromGraph, node: Apply, trace: Trace, *inputs: Any) -> Any:
    graph = inner_graph(op)
    outer = dict(zip(graph.inputs, node.inputs, strict=True))
    body = trace.inside(dict(zip(graph.inputs, inputs, strict=True)), outer)
    outputs = body.run(graph)
    trace.checks += body.checks
    return outputs
