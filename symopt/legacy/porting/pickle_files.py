"""The files of a module that pickles are read from and written to."""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

from collections.abc import Iterator

import libcst as cst
from libcst import metadata as meta

from symopt.legacy.porting import modern_python
from symopt.legacy.porting.bindings import ModuleNames


class PickleFiles(cst.CSTVisitor):
    """Finds the calls of ``open`` whose files a pickle is read from or written to."""

    def __init__(self, names: ModuleNames) -> None:
        self.names = names
        self.found: set[cst.Call] = set()
        names.module.visit(self)

    def visit_Call(self, node: cst.Call) -> None:
        resolved = self.names.resolve(node.func)
        path = "" if resolved is None else resolved.path
        if path in modern_python.PICKLE_LOADERS and node.args:
            self._look(node.args[0].value)
        elif path in modern_python.PICKLE_DUMPERS and len(node.args) > 1:
            self._look(node.args[1].value)

    def _look(self, file: cst.BaseExpression) -> None:
        value = self._value(file)
        if isinstance(value, cst.Call) and self._is_open(value.func):
            self.found.add(value)

    def _value(self, file: cst.BaseExpression) -> cst.CSTNode | None:
        """What a file is where it is used: of the ``with`` around it, or the last one before."""
        if not isinstance(file, cst.Name):
            return file
        scope = self.names.scopes.get(file)
        around = {id(node) for node in self._ancestors(file)}
        here = self.names.line_and_column(file)
        found: cst.CSTNode | None = None
        last = (0, 0)
        for assignment in [] if scope is None else self.names.assignments(file.value, scope):
            node = getattr(assignment, "node", None)
            parent = self.names.parents.get(node) if isinstance(node, cst.CSTNode) else None
            if isinstance(parent, cst.AsName):
                item = self.names.parents[parent]
                if isinstance(item, cst.WithItem) and id(self.names.parents[item]) in around:
                    return item.item
            elif isinstance(parent, cst.AssignTarget):
                statement = self.names.parents[parent]
                place = self.names.line_and_column(statement)
                if isinstance(statement, cst.Assign) and last < place <= here:
                    found, last = statement.value, place
        return found

    def _ancestors(self, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
        parent = self.names.parents.get(node)
        while parent is not None:
            yield parent
            parent = self.names.parents.get(parent)

    def _is_open(self, func: cst.BaseExpression) -> bool:
        if not isinstance(func, cst.Name) or func.value not in ("open", "file"):
            return False
        scope = self.names.scopes.get(func)
        return scope is not None and all(
            isinstance(a, meta.BuiltinAssignment) for a in scope[func.value]
        )
