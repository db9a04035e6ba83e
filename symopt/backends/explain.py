"""Explaining a compiled function: what runs each of its nodes, whatever linked it."""

from __future__ import annotations

from typing import Any

from pytensor.compile.builders import OpFromGraph
from pytensor.compile.executor import Function
from pytensor.link.basic import JITLinker
from pytensor.scan.op import Scan

from symopt.backends.c.explain import c_rows
from symopt.backends.node_rows import NodeRow, table


def explain(function: Function, title: str) -> str:
    """A table of the nodes of a function: what each computes, what runs it, and why not symopt."""
    lines = table(node_rows(function), title)
    describe = getattr(function.vm, "describe", None)
    return f"{lines}\n{describe()}" if describe is not None else lines


def node_rows(function: Function) -> list[NodeRow]:
    """The nodes of a compiled function with what runs them."""
    linker = function.maker.linker
    if not isinstance(linker, JITLinker) and not getattr(linker, "compiles_whole_graphs", False):
        return c_rows(function)
    rows: list[NodeRow] = []
    _add(rows, function.maker.fgraph, type(linker).__name__.removesuffix("Linker").lower(), 0, 0)
    return rows


def _add(rows: list[NodeRow], fgraph: Any, where: str, depth: int, level: int) -> None:
    """Such a linker compiles all nodes together, those of loops too."""
    for node in fgraph.toposort():
        rows.append(NodeRow(node, where, "", depth, level))
        if isinstance(node.op, Scan | OpFromGraph):
            _add(rows, node.op.fgraph, where, depth + isinstance(node.op, Scan), level + 1)
