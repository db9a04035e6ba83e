"""The functions that loops go through."""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

import libcst as cst

from symopt.legacy.porting.arguments import argument
from symopt.legacy.porting.bindings import ModuleNames


class LoopSteps(cst.CSTVisitor):
    """The functions given to ``scan``, by name, and those that stand behind such a name."""

    def __init__(self, names: ModuleNames) -> None:
        self.names = names
        self.steps: set[str] = set()
        self._other_names: dict[str, set[str]] = {}

    def visit_Call(self, node: cst.Call) -> None:
        resolved = self.names.resolve(node.func)
        if resolved is None or not resolved.is_theano:
            return
        if resolved.path.rpartition(".")[2] not in ("scan", "map", "reduce", "foldl", "foldr"):
            return
        step = argument(node, 0, "fn")
        if step is not None and isinstance(step.value, cst.Name):
            self.steps.add(step.value.value)
        elif step is not None and isinstance(step.value, cst.Attribute):
            self.steps.add(step.value.attr.value)

    def visit_Assign(self, node: cst.Assign) -> None:
        target = node.targets[0].target
        if isinstance(target, cst.Name) and isinstance(node.value, cst.Name):
            self._other_names.setdefault(target.value, set()).add(node.value.value)

    def leave_Module(self, original_node: cst.Module) -> None:
        for name in list(self.steps):
            self.steps |= self._other_names.get(name, set())
