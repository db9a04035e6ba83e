"""What a function returns, read off its code."""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

import libcst as cst


def returned_values(function: cst.FunctionDef) -> list[cst.CSTNode]:
    """What a function returns; nothing if it is a generator, or decorated."""
    collector = _Returns()
    function.body.visit(collector)
    if collector.is_generator or function.decorators or function.asynchronous is not None:
        return []
    return collector.values


class _Returns(cst.CSTVisitor):
    def __init__(self) -> None:
        self.values: list[cst.CSTNode] = []
        self.is_generator = False

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        return False

    def visit_Lambda(self, node: cst.Lambda) -> bool:
        return False

    def visit_Return(self, node: cst.Return) -> None:
        self.values.append(node.value or cst.Name("None"))

    def visit_Yield(self, node: cst.Yield) -> None:
        self.is_generator = True
