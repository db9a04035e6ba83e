"""The c backend's mode: PyTensor's C mode, then symopt's own operations in place of slow ones."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any

from pytensor.compile.mode import Mode, get_mode
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.scan.op import Scan

import symopt.backends.c.elementwise
import symopt.backends.c.nnet  # noqa: F401  # registers native forms
from symopt.backends.c.lowering import native_form

AFTER_ALL = 1000.0
"""Behind every rewrite of PyTensor, so that all of them see the operations that they know."""


@cache
def native_mode() -> Mode:
    """C code for each node, run by a loop in C; the mode is one for all functions."""
    return get_mode("CVM").register((UseNativeOperations(), AFTER_ALL))


class UseNativeOperations(GraphRewriter):
    """Replaces each node that has a native form by it, in the bodies of loops too."""

    def apply(self, fgraph: FunctionGraph, *args: Any, **kwargs: Any) -> None:
        for node in list(fgraph.toposort()):
            new = native_form(node.op, node)
            if new is not None:
                pairs = list(zip(node.outputs, new.outputs, strict=True))
                fgraph.replace_all_validate(pairs, reason="symopt_native")


@native_form.register(Scan)
def _in_our_mode(op: Scan, node: Apply) -> Apply | None:
    """A loop whose body is compiled as everything else is; PyTensor would take its own mode."""
    if op.mode is not None:
        return None
    new = copy(op)
    new.mode, new._fn = native_mode(), None
    return Apply(new, node.inputs, [output.clone() for output in node.outputs])
