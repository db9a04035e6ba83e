"""Rewrites one module: Theano's names and calls, Python 2's division, what is gone since."""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

from collections.abc import Mapping

import libcst as cst
from libcst import metadata as meta

from symopt.legacy.porting.bindings import ModuleNames
from symopt.legacy.porting.call_rewriting import CallRewriting
from symopt.legacy.porting.changes import HINT, LEFT
from symopt.legacy.porting.division import (
    divided,
    divided_in_place,
    floor_divided,
    floor_divided_in_place,
)
from symopt.legacy.porting.emptied_lines import REMOVED
from symopt.legacy.porting.equivalents_table import IGNORED_SETTINGS
from symopt.legacy.porting.import_plan import ImportPlan
from symopt.legacy.porting.kinds import INT, Kind
from symopt.legacy.porting.optimizers.recognising import Recognised
from symopt.legacy.porting.optimizers.replacing import calling_form
from symopt.legacy.porting.texts import FLAGS, rewritten_flags, rewritten_text

_USELESS_CALLS = (
    "theano.sandbox.cuda.use",
    "theano.sandbox.cuda.unuse",
    "theano.gpuarray.use",
    "theano.gpuarray.unuse",
)
"""Statements that only chose a GPU."""


_DIVISIONS = {
    "__div__": "__truediv__",
    "__rdiv__": "__rtruediv__",
    "__idiv__": "__itruediv__",
}
_GONE_METHODS = ("__cmp__", "__getslice__", "__setslice__", "__unicode__", "__coerce__")


class Rewriter(CallRewriting):
    """One pass over a module; its imports are left to :mod:`.import_rewriting`.

    Parameters
    ----------
    names, plan
        What the names of the module stand for, and how they are written in the ported one.
    python2_division
        Whether ``/`` means what it meant in Python 2.
    from_python2
        Whether the module was written for Python 2, and so were the pickles that it reads.
    optimizers
        The functions that are hand-written optimizers, by node.
    replace_optimizers
        Whether symopt's forms take their place.
    """

    def __init__(
        self,
        names: ModuleNames,
        plan: ImportPlan,
        *,
        python2_division: bool = False,
        from_python2: bool = False,
        optimizers: Mapping[int, Recognised] | None = None,
        replace_optimizers: bool = False,
    ) -> None:
        super().__init__(names, plan, from_python2)
        self.python2_division = python2_division
        self._optimizers = {} if optimizers is None else optimizers
        self._replace_optimizers = replace_optimizers
        self._removed: set[int] = set()
        self._names_flags = FLAGS in names.module.code
        self._in_flags = False

    # division

    def leave_BinaryOperation(
        self, original_node: cst.BinaryOperation, updated_node: cst.BinaryOperation
    ) -> cst.BaseExpression:
        if not self.python2_division or not isinstance(original_node.operator, cst.Divide):
            return updated_node
        left, right = self.kinds.of(original_node.left), self.kinds.of(original_node.right)
        if Kind.FLOAT in (left, right):
            return updated_node
        if left is INT and right is INT:
            new = floor_divided(updated_node)
            reason = "both are integers"
        else:
            function = self.plan.expression("symopt.legacy.python2.division.divide")
            new = divided(function, updated_node)
            reason = "integers or not: Python 2's division; write / or // if you know which"
        self._note(original_node, "division", self._code(new), reason)
        return new

    def leave_AugAssign(
        self, original_node: cst.AugAssign, updated_node: cst.AugAssign
    ) -> cst.BaseSmallStatement:
        if not self.python2_division or not isinstance(original_node.operator, cst.DivideAssign):
            return updated_node
        left, right = self.kinds.of(original_node.target), self.kinds.of(original_node.value)
        if Kind.FLOAT in (left, right):
            return updated_node
        if left is INT and right is INT:
            new = floor_divided_in_place(updated_node)
            self._note(original_node, "division", self._code(new), "both are integers")
            return new
        new = divided_in_place(
            lambda name: self.plan.expression(f"symopt.legacy.python2.division.{name}"),
            updated_node,
        )
        reason = "integers or not: Python 2's division; write /= or //= if you know which"
        self._note(original_node, "division", self._code(new), reason)
        return new

    # optimizers

    def visit_FunctionDef(self, node: cst.FunctionDef) -> bool:
        recognised = self._optimizers.get(id(node))
        if recognised is None:
            return True
        before = f"def {node.name.value}"
        if recognised.form is None:
            if self._replace_optimizers:
                reason = f"a hand-written optimizer that symopt has not: {recognised.reason}"
                self._note(node.name, LEFT, before, reason)
            return True
        if not self._replace_optimizers:
            reason = f"the arithmetic of {recognised.reason}: --optimizers puts it there"
            self._note(node.name, HINT, before, reason)
            return True
        return False

    def leave_FunctionDef(
        self, original_node: cst.FunctionDef, updated_node: cst.FunctionDef
    ) -> cst.FunctionDef:
        recognised = self._optimizers.get(id(original_node))
        if recognised is None or recognised.form is None or not self._replace_optimizers:
            return self._operator_method(original_node, updated_node)
        new = calling_form(updated_node, recognised, self.plan.expression)
        call = self._code(new.body).removeprefix(":").strip()
        self._note(original_node.name, "optimizer", call, f"the same as {recognised.reason}")
        return new

    def _operator_method(
        self, original: cst.FunctionDef, updated: cst.FunctionDef
    ) -> cst.FunctionDef:
        """Division has another name in Python 3's classes."""
        name = original.name.value
        if not self.from_python2 or not isinstance(self._scope_of(original), meta.ClassScope):
            return updated
        if name in _GONE_METHODS:
            self._note(original.name, LEFT, name, f"Python 3 does not call {name}")
        new = _DIVISIONS.get(name)
        if new is None or new in self._scope_of(original):
            return updated
        self._note(original.name, "python", new, "its name in Python 3")
        return updated.with_changes(name=cst.Name(new))

    def _scope_of(self, node: cst.CSTNode) -> meta.Scope:
        scope = self.names.scopes.get(node)
        assert scope is not None
        return scope

    # text that is evaluated, statements that are gone

    def leave_SimpleString(
        self, original_node: cst.SimpleString, updated_node: cst.SimpleString
    ) -> cst.BaseExpression:
        text, reason = None, "PYTENSOR_FLAGS, and what it knows"
        if self._in_flags:
            text = original_node.raw_value
            text = "PYTENSOR_FLAGS" if text == FLAGS else rewritten_flags(text)
        elif original_node.raw_value == FLAGS:
            self._note(original_node, LEFT, self._code(original_node), "PYTENSOR_FLAGS now")
        if text is None:
            text, reason = rewritten_text(original_node), "evaluated at run time"
        if text is None or text == original_node.raw_value:
            return updated_node
        value = f"{updated_node.prefix}{updated_node.quote}{text}{updated_node.quote}"
        new = updated_node.with_changes(value=value)
        self._note(original_node, "string", self._code(new), reason)
        return new

    def visit_SimpleStatementLine(self, node: cst.SimpleStatementLine) -> None:
        code = self.names.module.code_for_node(node) if self._names_flags else ""
        self._in_flags = FLAGS in code and "environ" in code

    def visit_Assign(self, node: cst.Assign) -> bool:
        if len(node.targets) == 1 and self._is_ignored_setting(node.targets[0].target):
            self._note(node, "removed", "", "a setting that means nothing any more")
            self._removed.add(id(node))
            return False
        return True

    def visit_Expr(self, node: cst.Expr) -> bool:
        if isinstance(node.value, cst.Call):
            resolved = self.names.resolve(node.value.func)
            if resolved is not None and _canonical(resolved.path) in _USELESS_CALLS:
                self._note(node, "removed", "", "SYMOPT_BACKEND=jax runs it on a GPU")
                self._removed.add(id(node))
                return False
        return True

    def leave_SimpleStatementLine(
        self, original_node: cst.SimpleStatementLine, updated_node: cst.SimpleStatementLine
    ) -> cst.SimpleStatementLine:
        self._in_flags = False
        return updated_node.with_changes(body=self._kept(original_node, updated_node))

    def leave_SimpleStatementSuite(
        self, original_node: cst.SimpleStatementSuite, updated_node: cst.SimpleStatementSuite
    ) -> cst.SimpleStatementSuite:
        return updated_node.with_changes(body=self._kept(original_node, updated_node))

    def _kept(
        self,
        original: cst.SimpleStatementLine | cst.SimpleStatementSuite,
        updated: cst.SimpleStatementLine | cst.SimpleStatementSuite,
    ) -> list[cst.BaseSmallStatement]:
        pairs = zip(original.body, updated.body, strict=True)
        kept = [new for old, new in pairs if id(old) not in self._removed]
        if len(kept) == len(original.body):
            return kept
        if not kept:
            return [REMOVED]
        return [*kept[:-1], kept[-1].with_changes(semicolon=cst.MaybeSentinel.DEFAULT)]

    def _is_ignored_setting(self, target: cst.BaseExpression) -> bool:
        resolved = self.names.resolve(target)
        if resolved is None or not resolved.path.startswith("theano.config."):
            return False
        return resolved.path.split(".")[2] in IGNORED_SETTINGS


def _canonical(path: str) -> str:
    return path.replace("theano.sandbox.gpuarray", "theano.gpuarray", 1)
