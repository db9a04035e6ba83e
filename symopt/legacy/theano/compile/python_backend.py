"""The backend of the modes in which Theano compiled nothing: FAST_COMPILE, and the linker "py"."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import cache, reduce
from typing import Any

import pytensor
import pytensor.compile.mode as modes
from pytensor.compile.executor import Function
from pytensor.graph.basic import Apply
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.graph.rewriting.db import RewriteDatabaseQuery
from pytensor.link.basic import JITLinker, PerformLinker
from pytensor.link.vm import VMLinker
from pytensor.scalar.basic import Add, Mul
from pytensor.scan.op import Scan
from pytensor.tensor.elemwise import Elemwise

from symopt.backends.backend import Backend, Diagnosis


class PythonBackend(Backend):
    """PyTensor's Python implementations, in loops and other graphs inside of operations too."""

    name = "python"

    def diagnose(self) -> Diagnosis:
        return Diagnosis(True, "PyTensor's Python implementations")

    def compile(self, inputs: Sequence[Any], outputs: Any, **keywords: Any) -> Function:
        mode = modes.get_mode(keywords.pop("mode", None) or "FAST_COMPILE")
        keywords["mode"] = _for_python(mode)
        with self.first_call():
            return pytensor.function(inputs, outputs, **keywords)

    def first_call(self) -> AbstractContextManager[object]:
        context: AbstractContextManager[object] = pytensor.config.change_flags(
            cxx="", mode=python_mode()
        )
        return context


def compiles_nothing(mode: Any) -> bool:
    """Whether Theano would have run a graph in Python alone in this mode."""
    linker = getattr(mode, "linker", None)
    if isinstance(linker, VMLinker):
        return linker.c_thunks is False
    return isinstance(linker, PerformLinker) and not isinstance(linker, JITLinker)


class _BinarySums(GraphRewriter):  # type: ignore[misc]
    """Has each sum and product of several terms be computed term by term.

    NumPy takes at most 32 operands, and PyTensor 3.0 computes the elements of more than two in
    Python, one by one.
    """

    def apply(self, fgraph: Any) -> None:
        for node in list(fgraph.toposort()):
            scalar_op = getattr(node.op, "scalar_op", None)
            if isinstance(scalar_op, Add | Mul) and len(node.inputs) > 2:
                op = Elemwise(scalar_op)
                (output,) = node.outputs
                result = reduce(op, node.inputs)
                if result.type.dtype == output.type.dtype:
                    fgraph.replace(output, result, reason="binary sums", import_missing=True)


class _LoopsInPython(GraphRewriter):  # type: ignore[misc]
    """Has each loop compile its step in Python's mode too.

    PyTensor 3.0 compiles the steps of a loop that says nothing else for its C linker, whatever the
    mode outside is: fused, so that without C their elements are computed one by one. (3.3 goes by
    the mode outside.)
    """

    def apply(self, fgraph: Any) -> None:
        for node in list(fgraph.toposort()):
            if isinstance(node.op, Scan) and node.op.mode is None:
                op = copy.copy(node.op)
                op.mode, op._fn = python_mode(), None
                new = Apply(op, node.inputs, [output.clone() for output in node.outputs])
                fgraph.replace_all(
                    list(zip(node.outputs, new.outputs, strict=True)), reason="loops in Python"
                )


@cache
def python_mode() -> Any:
    """FAST_COMPILE, with what Python needs."""
    return _for_python(modes.FAST_COMPILE)


def _for_python(mode: Any) -> Any:
    if not isinstance(mode.provided_optimizer, RewriteDatabaseQuery):
        return mode
    rewrites: list[tuple[Any, float]] = [(_BinarySums(), 1000.0)]
    goes_by_the_mode_outside = hasattr(Scan, "link_mode")
    if not goes_by_the_mode_outside:
        rewrites.append((_LoopsInPython(), 1001.0))
    return mode.register(*rewrites)
