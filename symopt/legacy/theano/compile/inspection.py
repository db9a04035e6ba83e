"""What legacy code sees when it looks at the graph of a compiled function.

Scripts walk ``f.maker.fgraph.toposort()`` to find out which Ops a function has: Theano's own test
for a GPU does. On the c backend a graph is compiled to one Op, which would tell them nothing.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

from pytensor.compile.maker import FunctionMaker
from pytensor.compile.rebuild import construct_function_ins_and_outs

from symopt.backends.c.program.op import Program
from symopt.legacy.theano.compile.mode import FAST_RUN


class Maker:
    """PyTensor's maker of a function, with the graph as it was before it became programs.

    Everything but ``fgraph`` is the maker's own. ``fgraph`` is made when it is first asked for: the
    same function, rewritten in Theano's way, which nothing runs.
    """

    def __init__(self, maker: Any, arguments: dict[str, Any]) -> None:
        self._maker = maker
        self._arguments = arguments

    def __getattr__(self, name: str) -> Any:
        if name == "_maker":  # while it is being copied
            raise AttributeError(name)
        return getattr(self._maker, name)

    @cached_property
    def fgraph(self) -> Any:
        """The rewritten graph."""
        inputs, outputs = construct_function_ins_and_outs(**self._arguments)
        maker = FunctionMaker(inputs, outputs, mode=FAST_RUN, on_unused_input="ignore")
        return maker.fgraph


def has_programs(fgraph: Any) -> bool:
    """Whether nodes of a graph are programs of the c backend."""
    return any(isinstance(node.op, Program) for node in fgraph.apply_nodes)
