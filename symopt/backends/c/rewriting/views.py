"""Elementwise operations in front of transpositions and reshapes, not behind them.

PyTensor moves them behind: tanh(x).T becomes tanh(x.T), which reads memory across its order, and
which is no longer the tanh(x) that another part of the graph computes. This moves them back once
everything else is done.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import NodeRewriter, dfs_rewriter
from pytensor.tensor import constant
from pytensor.tensor.elemwise import DimShuffle, Elemwise
from pytensor.tensor.shape import Reshape

POSITIONS = 2.5, 49.2
"""Behind PyTensor's specialisation, where equal nodes can still be one, and behind fusion, where a
chain of
elementwise operations is one node."""


class _BeforeViews(NodeRewriter):
    def transform(self, fgraph: FunctionGraph, node: Apply, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(node.op, Elemwise) or len(node.outputs) != 1 or node.op.inplace_pattern:
            return None
        clients = [client for client, _ in fgraph.clients[node.outputs[0]]]
        if any(isinstance(client.op, Elemwise) for client in clients):
            return None  # they will be fused, and one pass over a view is better than two
        views = list(dict.fromkeys(x.owner for x in node.inputs if not _is_number(x)))
        if not views or any(view is None for view in views):
            return None
        first = views[0]
        if not all(_moves_elements(view) and _alike(view, first) for view in views):
            return None
        inputs = [x if _is_number(x) else x.owner.inputs[0] for x in node.inputs]
        ndim = first.inputs[0].type.ndim
        inputs = [_number(x, ndim) if _is_number(x) else x for x in inputs]
        computed = _existing(fgraph, node.op, inputs)
        new = first.op(computed, *first.inputs[1:])
        if not node.outputs[0].type.is_super(new.type):
            return None
        return [new]


def _is_number(x: Variable) -> bool:
    return isinstance(x, Constant) and x.data.size == 1


def _number(x: Any, ndim: int) -> Constant:
    return constant(x.data.reshape((1,) * ndim), dtype=x.type.dtype)


def _moves_elements(view: Apply) -> bool:
    """Whether it is a transposition or a reshape of more than numbers."""
    if isinstance(view.op, DimShuffle):
        order = view.op.new_order
        return "x" not in order and len(order) == view.inputs[0].type.ndim > 1
    return isinstance(view.op, Reshape) and view.inputs[0].type.ndim > 0


def _alike(view: Apply, other: Apply) -> bool:
    same = view.op == other.op and view.inputs[1:] == other.inputs[1:]
    if isinstance(view.op, Reshape):  # of operands that need not be of one shape: of one only
        return same and view is other
    return same


def _existing(fgraph: FunctionGraph, op: Elemwise, inputs: list[Variable]) -> Variable:
    """``op(*inputs)``, or the node that computes just that already."""
    x = next(x for x in inputs if not _is_number(x))
    for client, _ in fgraph.clients.get(x, ()):
        same = client.op == op and len(client.inputs) == len(inputs)
        if same and all(map(_equal, client.inputs, inputs)):
            return client.outputs[0]
    return op.make_node(*inputs).outputs[0]


def _equal(a: Variable, b: Variable) -> bool:
    return a is b or (isinstance(a, Constant) and isinstance(b, Constant) and a.equals(b))


def elementwise_before_views() -> Any:
    """The rewriter, which runs from the outputs to the inputs until nothing moves."""
    return dfs_rewriter(_BeforeViews(), ignore_newtrees=False)
