"""Which nodes of a function run natively, which by PyTensor's C code, which in Python, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytensor
from pytensor.compile.builders import OpFromGraph
from pytensor.compile.executor import Function
from pytensor.compile.ops import DeepCopyOp
from pytensor.graph.basic import Apply
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.utils import MethodNotDefined
from pytensor.link.c.basic import CLinker
from pytensor.link.c.op import COp
from pytensor.scan.op import Scan

from symopt.backends.c import blas
from symopt.backends.c.native import makes_programs
from symopt.backends.c.native_op import NativeOp
from symopt.backends.c.operations.loop import inner_graph
from symopt.backends.c.program.op import Program
from symopt.backends.c.program.partition import why_not_native
from symopt.backends.c.program.writer import write
from symopt.backends.node_rows import NATIVE, PYTHON, C, NodeRow
from symopt.backends.pytensor_versions import IfElse
from symopt.pytensor_internals import blas_flags

_LEFT_OUTSIDE = "a view that only nodes outside of programs read"
_CHOICE = "a choice between branches, of which only one is computed"
_COPY = "a copy of what is returned"
_OF_ITS_OWN = "C code of its own, outside of programs"
_NO_FAULT = (_LEFT_OUTSIDE, _CHOICE, _COPY)


def c_rows(function: Function) -> list[NodeRow]:
    """The rows of a function that PyTensor's C or Python linkers link, in the order of its nodes.

    Behind a program, a loop and a function inside come their own nodes. A function whose mode makes
    no programs has no reasons.
    """
    walk = _Walk(
        programs=makes_programs(function.maker.mode),
        c_code=bool(pytensor.config.cxx) and getattr(function.maker.linker, "c_thunks", True),
    )
    with blas_flags(blas.linker_flags()):  # asking for C code reads them
        walk.graph(function.maker.fgraph, 0, 0)
    return walk.rows


def sources(rows: Iterable[NodeRow]) -> dict[int, str]:
    """The C++ of each program among rows, by its number."""
    return {row.program: row.node.op.source for row in rows if row.is_program}


@dataclass
class _Walk:
    programs: bool
    c_code: bool
    rows: list[NodeRow] = field(default_factory=list)
    count: int = 0

    def graph(self, fgraph: FunctionGraph, depth: int, level: int) -> None:
        """What PyTensor runs node by node."""
        for node in fgraph.toposort():
            op = node.op
            if isinstance(op, Program):
                self.count += 1
                self.rows.append(NodeRow(node, NATIVE, "", depth, level, self.count, True))
                self.inside(op.order, depth, level + 1)
                continue
            at = len(self.rows)
            loop = isinstance(op, Scan)
            body = _body(op)
            if body is not None:
                self.graph(body, depth + loop, level + 1)
            inside = [row for row in self.rows[at:] if row.level == level + 1]
            where, reason = self.outside(node, inside)
            self.rows.insert(at, NodeRow(node, where, reason, depth, level))

    def inside(self, nodes: Iterable[Apply], depth: int, level: int) -> None:
        """Nodes of the program that came last."""
        for node in nodes:
            self.rows.append(NodeRow(node, NATIVE, "", depth, level, self.count))
            if isinstance(node.op, Scan) or _is_inline(node.op):
                body = inner_graph(node.op).toposort()
                self.inside(body, depth + isinstance(node.op, Scan), level + 1)

    def outside(self, node: Apply, body: Sequence[NodeRow]) -> tuple[str, str]:
        """What runs a node that is in no program, and why it is in none."""
        if isinstance(node.op, NativeOp):
            return (NATIVE, _OF_ITS_OWN) if self.c_code else (PYTHON, "")
        if isinstance(node.op, Scan):  # its own make_thunk takes PyTensor's extension module
            where = C if self.c_code and _has_loop_in_c() else PYTHON
        else:
            where = C if self.c_code and _has_c_code(node) else PYTHON
        return where, self._reason(node, body) if self.programs else ""

    def _reason(self, node: Apply, body: Sequence[NodeRow]) -> str:
        if isinstance(node.op, IfElse):
            return _CHOICE
        if isinstance(node.op, DeepCopyOp):
            return _COPY
        faults = dict.fromkeys(
            f"{_name(row.node)} ({row.reason})"
            for row in body
            if not row.program and row.reason not in _NO_FAULT
        )
        if faults:
            return f"what is inside: {'; '.join(faults)}"
        return why_not_native(node) or _LEFT_OUTSIDE


def _is_inline(op: Any) -> bool:
    """Whether a program holds the nodes of a graph inside, and no form of the whole operation."""
    return isinstance(op, OpFromGraph) and write.dispatch(type(op)) is write.dispatch(OpFromGraph)


def _body(op: Any) -> FunctionGraph | None:
    """The graph inside an operation, as it is compiled; None where there is none (yet)."""
    compiled = getattr(op, "_fn", None)
    return compiled.maker.fgraph if isinstance(compiled, Function) else None


def _has_c_code(node: Apply) -> bool:
    """Whether ``COp.make_c_thunk`` would succeed, without compiling."""
    if not isinstance(node.op, COp):
        return False
    types = [variable.type for variable in (*node.inputs, *node.outputs)]
    half = any(getattr(type_, "dtype", "") == "float16" for type_ in types)
    if half and not getattr(node.op, "_f16_ok", False):
        return False
    try:
        CLinker().accept(FunctionGraph(node.inputs, node.outputs)).get_dynamic_module()
    except (NotImplementedError, MethodNotDefined):
        return False
    return True


def _has_loop_in_c() -> bool:
    try:
        from pytensor.scan import scan_perform_ext  # noqa: F401
    except ImportError:
        return False
    return True


def _name(node: Apply) -> str:
    return type(node.op).__name__
