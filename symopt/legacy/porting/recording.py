"""What all parts of the rewriting share: the analysis of a module, and what is written down."""

from __future__ import annotations

import libcst as cst

from symopt.legacy.porting.bindings import ModuleNames
from symopt.legacy.porting.changes import Change
from symopt.legacy.porting.import_plan import ImportPlan
from symopt.legacy.porting.kinds import Kinds


class Recording(cst.CSTTransformer):
    """A pass over a module that keeps a record of what it changes.

    Attributes
    ----------
    names, plan, kinds
        What the names of the module stand for, how they are written in the ported one, and what
        its expressions evidently are.
    changes
        The record.
    """

    def __init__(self, names: ModuleNames, plan: ImportPlan) -> None:
        super().__init__()
        self.names, self.plan = names, plan
        self.kinds = Kinds(names)
        self.changes: list[Change] = []

    def _note(self, node: cst.CSTNode, kind: str, after: str, reason: str) -> None:
        line, column = self.names.line_and_column(node)
        self.changes.append(Change(line, column, kind, self._code(node), after, reason))

    def _forget_name(self, func: cst.BaseExpression) -> None:
        """The call's entry says it too."""
        place = self.names.line_and_column(func)
        before = self._code(func)
        self.changes = [
            c
            for c in self.changes
            if c.kind not in ("name", "python") or (c.line, c.column, c.before) != (*place, before)
        ]

    def _code(self, node: cst.CSTNode) -> str:
        return self.names.module.code_for_node(node).strip()

    def _parsed(self, node: cst.BaseExpression, code: str) -> cst.BaseExpression:
        return node if code == self._code(node) else cst.parse_expression(code)
