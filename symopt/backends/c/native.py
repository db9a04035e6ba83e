"""The c backend's mode: PyTensor's rewrites, then programs in place of nodes."""

from __future__ import annotations

from copy import copy
from functools import cache
from typing import Any

from pytensor.compile.mode import Mode, get_mode
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.scan.op import Scan

import symopt.backends.c.nnet
import symopt.backends.c.operations  # noqa: F401  # both register native forms
from symopt.backends.c.lowering import native_form
from symopt.backends.c.program.partition import MakePrograms, OverwriteShared
from symopt.backends.c.rewriting.mode import rewriting_mode
from symopt.backends.c.rewriting.twice import ComputeTwice
from symopt.config import config

FUSED = 49.44
"""Behind PyTensor's fusion."""

BEHIND_FUSION = 49.45
"""Behind PyTensor's fusion, in front of everything that works in place."""

BEHIND_IN_PLACE = 50.6
"""Behind the first rewrites that work in place, when the graph knows who destroys what."""

AFTER_ALL = 1000.0
"""Behind every rewrite of PyTensor, so that all of them see the operations that they know."""


def native_mode() -> Mode:
    """The mode that ``symopt.config`` asks for: one for all functions compiled with its settings.

    With ``native``, programs, and C code for each node that is in none; without it PyTensor's C
    code and the C code of the operations of ``symopt.nnet``, which PyTensor has not.
    """
    return _mode(config.native, config.keep_budget)


@cache
def _mode(native: bool, keep_budget: float) -> Mode:
    if not native:
        return get_mode("CVM").register((UseNativeOperations(), AFTER_ALL))
    return rewriting_mode(keep_budget).register(
        (ComputeTwice(), FUSED),
        (MakePrograms(), BEHIND_FUSION),
        (OverwriteShared(), BEHIND_IN_PLACE),
        (UseNativeOperations(), AFTER_ALL),
    )


def makes_programs(mode: Mode) -> bool:
    """Whether functions of this mode run as programs where they can."""
    rewrites = getattr(mode.provided_optimizer, "extra_rewrites", ())
    return any(isinstance(rewrite, MakePrograms) for rewrite, _ in rewrites)


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
