"""Operations that PyTensor 3.3 defines by graphs: all but softmax are taken apart in front of
fusion.

PyTensor takes all of them apart. Softmax has a native form of its own (``operations.softmax``),
which goes over its input once.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.tensor.special import LogSoftmax, Softmax

from symopt.backends.pytensor_versions import (
    FusibleSymbolicOp,
    FusibleSymbolicOpDerivative,
    inline_ofg_node,
)

REPLACED = "inline_symbolic_for_fusion"
"""PyTensor's rewrite for it."""

POSITION = 48.9
"""In front of fusion."""


class TakeDefinitionsApart(GraphRewriter):
    """Replaces operations that are defined by graphs by these graphs."""

    def apply(self, fgraph: FunctionGraph, *args: Any, **kwargs: Any) -> None:
        for node in list(fgraph.toposort()):
            apart = isinstance(node.op, FusibleSymbolicOp | FusibleSymbolicOpDerivative)
            if apart and not isinstance(node.op, Softmax | LogSoftmax):
                pairs = list(zip(node.outputs, inline_ofg_node(node), strict=True))
                fgraph.replace_all(pairs, reason="symopt_definitions")
