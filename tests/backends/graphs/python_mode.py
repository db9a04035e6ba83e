"""A mode with all of PyTensor's rewrites and some of ours, run by Python: nothing is compiled."""

from __future__ import annotations

from copy import copy

import pytensor
from pytensor.compile.mode import OPT_FAST_RUN, Mode
from pytensor.graph.basic import Apply
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.link.vm import VMLinker
from pytensor.scan.op import Scan


class _ScansInMode(GraphRewriter):
    """Loops of PyTensor 3.0 take a mode of their own, unless they are told."""

    mode: Mode

    def apply(self, fgraph):
        for node in fgraph.toposort():
            if isinstance(node.op, Scan):
                op = copy(node.op)
                op.mode, op._fn = self.mode, None
                new = Apply(op, node.inputs, [output.clone() for output in node.outputs])
                fgraph.replace_all(list(zip(node.outputs, new.outputs, strict=True)))


def python_mode(*rewrites, excluding=(), like=OPT_FAST_RUN):
    """``rewrites`` are pairs of a rewriter and its position, as ``Mode.register`` takes them.

    ``excluding`` are tags of PyTensor's rewrites to do without; ``like`` is what they are taken
    from.
    """
    scans = _ScansInMode()
    linker = VMLinker(use_cloop=False, c_thunks=False)
    plain = Mode(linker, like).excluding(*excluding)
    scans.mode = plain.register(*rewrites, (scans, 1000.0))
    return scans.mode


def compiled(inputs, outputs, *rewrites, updates=None, **keywords):
    mode = python_mode(*rewrites, **keywords)
    with pytensor.config.change_flags(cxx=""):
        return pytensor.function(
            inputs, outputs, updates=updates, mode=mode, on_unused_input="ignore"
        )


AS_WRITTEN = RewriteDatabaseQuery(include=["minimum_compile", "merge"])
"""What it takes to run a graph at all, which is quick to compile."""


def unrewritten(inputs, outputs):
    """For values to compare with."""
    return compiled(inputs, outputs, like=AS_WRITTEN)


def nodes(function, kind):
    """The nodes of a function whose operation is a ``kind``, in the bodies of loops too."""

    def of(fgraph):
        for node in fgraph.toposort():
            if isinstance(node.op, kind):
                yield node
            if isinstance(node.op, Scan):
                inner = getattr(node.op, "_fn", None)
                yield from of(inner.maker.fgraph if inner is not None else node.op.fgraph)

    return list(of(function.maker.fgraph))
