"""Tests of what may be a symbolic variable: ``if mask:``, ``if not W:``, ``input or T.matrix()``.

Theano's variables were true; PyTensor's refuse to be tested. A name may be symbolic if it is
evidently a tensor somewhere, if a function of the program's own gave it, if it is an argument that
is None unless it is given, or one without a default that is used as tensors are.
"""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

import sys
from dataclasses import dataclass

import libcst as cst
from libcst import metadata as meta

from symopt.legacy.porting.kinds import Kinds
from symopt.legacy.porting.words import words

_PLAIN = sys.stdlib_module_names | words("numpy scipy h5py pandas sklearn matplotlib six nltk PIL")
"""Packages whose functions return no symbolic variables."""

_OF_TENSORS = words(
    "dimshuffle ndim shape dtype T flatten reshape sum mean max get_value set_value"
)
"""What arrays and tensors have."""


class TruthTests(cst.CSTVisitor):
    """Finds them.

    Attributes
    ----------
    tested : set of int
        The names and attributes that are tested and may be symbolic, by node.
    chosen : set of int
        The ``a or b`` and ``a and b`` whose value counts and whose ``a`` may be symbolic.
    """

    def __init__(self, kinds: Kinds) -> None:
        self.kinds, self.names = kinds, kinds.names
        self.tested: set[int] = set()
        self.chosen: set[int] = set()
        self._in_tests: set[int] = set()
        self._known: dict[tuple[int, str], bool] = {}
        self._attributes = _Attributes()
        self.names.module.visit(self._attributes)
        self.names.module.visit(self)

    def visit_If(self, node: cst.If) -> None:
        self._test(node.test)

    def visit_While(self, node: cst.While) -> None:
        self._test(node.test)

    def visit_Assert(self, node: cst.Assert) -> None:
        self._test(node.test)

    def visit_IfExp(self, node: cst.IfExp) -> None:
        self._test(node.test)

    def visit_CompIf(self, node: cst.CompIf) -> None:
        self._test(node.test)

    def visit_UnaryOperation(self, node: cst.UnaryOperation) -> None:
        if isinstance(node.operator, cst.Not):
            self._test(node.expression)

    def visit_BooleanOperation(self, node: cst.BooleanOperation) -> None:
        if id(node) in self._in_tests or not isinstance(node.left, cst.Name | cst.Attribute):
            return
        if self._may_be_symbolic(node.left) or self.kinds.is_tensor(node.right):
            self.chosen.add(id(node))

    def _test(self, node: cst.BaseExpression) -> None:
        if isinstance(node, cst.BooleanOperation):
            self._in_tests.add(id(node))
            self._test(node.left)
            self._test(node.right)
        elif self._may_be_symbolic(node):
            self.tested.add(id(node))

    def _may_be_symbolic(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.Name):
            return self._name_may_be(node)
        if isinstance(node, cst.Attribute) and isinstance(node.value, cst.Name):
            values = self._attributes.values.get(node.attr.value, [])
            return _is_self(node.value) and any(self._value_may_be(v) for v in values)
        return False

    def _value_may_be(self, value: cst.CSTNode) -> bool:
        if self.kinds.is_tensor(value):
            return True
        if isinstance(value, cst.Name):
            return self._name_may_be(value)
        return isinstance(value, cst.Call) and self._is_unknown(value.func)

    def _is_unknown(self, function: cst.BaseExpression) -> bool:
        """Whether a function is the program's own: it may give anything."""
        resolved = self.names.resolve(function)
        if resolved is not None:
            return resolved.path.partition(".")[0] not in _PLAIN
        if not isinstance(function, cst.Name):
            return isinstance(function, cst.Attribute) and _is_self(function.value)
        scope = self.names.scopes.get(function)
        return scope is not None and bool(self.names.assignments(function.value, scope))

    def _name_may_be(self, node: cst.Name) -> bool:
        scope = self.names.scopes.get(node)
        if scope is None:
            return False
        key = (id(scope), node.value)
        if key not in self._known:
            self._known[key] = False  # where a name stands for itself
            assignments = self.names.assignments(node.value, scope)
            self._known[key] = any(self._assigned_may_be(a) for a in assignments)
        return self._known[key]

    def _assigned_may_be(self, assignment: meta.BaseAssignment) -> bool:
        node = getattr(assignment, "node", None)
        if isinstance(node, cst.Param):
            if node.default is None:
                return any(self._is_of_tensors(access.node) for access in assignment.references)
            return _is_none(node.default)
        parent = self.names.parents.get(node) if isinstance(node, cst.CSTNode) else None
        if isinstance(parent, cst.AssignTarget):
            statement = self.names.parents[parent]
            return isinstance(statement, cst.Assign) and self._value_may_be(statement.value)
        return False

    def _is_of_tensors(self, node: cst.CSTNode) -> bool:
        """Whether a name is used as only arrays and tensors are."""
        parent = self.names.parents.get(node)
        if isinstance(parent, cst.Attribute):
            return parent.value is node and parent.attr.value in _OF_TENSORS
        if isinstance(parent, cst.Arg):
            call = self.names.parents.get(parent)
            resolved = self.names.resolve(call.func) if isinstance(call, cst.Call) else None
            return resolved is not None and resolved.path.startswith("theano.tensor.")
        return isinstance(parent, cst.Subscript) and parent.value is node and _is_slice(parent)


@dataclass(frozen=True)
class NoTruthTests:
    """There are none in a module that does not use Theano."""

    tested: frozenset[int] = frozenset()
    chosen: frozenset[int] = frozenset()


def as_choice(
    original: cst.BooleanOperation, updated: cst.BooleanOperation, function: str
) -> cst.BaseExpression:
    """``a or b`` as ``(a if given(a) else b)``."""
    left, right = updated.left, updated.right
    test = tested(left, function)
    if isinstance(original.operator, cst.Or):
        choice = cst.IfExp(test=test, body=left, orelse=right)
    else:
        choice = cst.IfExp(test=test, body=right, orelse=left)
    parentheses = updated.lpar or [cst.LeftParen()], updated.rpar or [cst.RightParen()]
    return choice.with_changes(lpar=parentheses[0], rpar=parentheses[1])


def tested(node: cst.BaseExpression, function: str) -> cst.BaseExpression:
    """``x`` as ``given(x)``."""
    return cst.Call(cst.parse_expression(function), [cst.Arg(node.with_changes(lpar=[], rpar=[]))])


def _is_self(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Name) and node.value == "self"


def _is_slice(node: cst.Subscript) -> bool:
    return any(isinstance(element.slice, cst.Slice) for element in node.slice)


def _is_none(node: cst.CSTNode | None) -> bool:
    return isinstance(node, cst.Name) and node.value == "None"


class _Attributes(cst.CSTVisitor):
    """What is assigned to ``self``'s attributes in a module, by their names."""

    def __init__(self) -> None:
        self.values: dict[str, list[cst.CSTNode]] = {}

    def visit_Assign(self, node: cst.Assign) -> None:
        for target in node.targets:
            if isinstance(target.target, cst.Attribute):
                owner, name = target.target.value, target.target.attr.value
                if isinstance(owner, cst.Name) and owner.value == "self":
                    self.values.setdefault(name, []).append(node.value)
