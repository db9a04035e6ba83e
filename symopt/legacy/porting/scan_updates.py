"""What becomes of the updates that ``theano.scan`` returned beside its outputs.

``pytensor.scan`` returns the outputs alone; asked for the pair, it warns. A loop whose step draws
no random numbers has no updates: the pair is the outputs and an empty dict, and a second name that
nobody reads is left out. Where the step draws, or may draw, and the updates are used, the loop
stays on the namespace's ``scan``, which returns the pair.
"""

# ruff: noqa: N802  # libcst finds visitors by these names

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

import libcst as cst

from symopt.legacy.porting.arguments import argument
from symopt.legacy.porting.bindings import ModuleNames
from symopt.legacy.porting.words import words

DRAWS = words(
    "binomial multinomial uniform normal choice permutation shuffle_row_elements "
    "random_integers truncated_normal poisson multinomial_wo_replacement"
)
"""Methods of random streams."""

_HARMLESS = ("theano.", "numpy.", "math.", "collections.", "functools.", "itertools.")


class Updates(Enum):
    """How a loop's call is to be read."""

    LEFT_OUT = "the outputs alone"
    EMPTY = "the outputs and an empty dict"
    NEEDED = "the pair"


class ScanCalls:
    """Decides for each loop of a module."""

    def __init__(self, names: ModuleNames) -> None:
        self.names = names
        functions = _Functions()
        names.module.visit(functions)
        self._functions = functions.found

    def updates_of(self, call: cst.Call) -> Updates:
        """What the code does with the second thing that the call returned."""
        draws = self._step_draws(call)
        parent = self.names.parents.get(call)
        if _is_first_of(call, parent):
            return Updates.NEEDED if draws else Updates.LEFT_OUT
        if not isinstance(parent, cst.Assign) or len(parent.targets) != 1:
            return Updates.NEEDED
        target = parent.targets[0].target
        if not isinstance(target, cst.Tuple | cst.List) or len(target.elements) != 2:
            return Updates.NEEDED
        if any(isinstance(element, cst.StarredElement) for element in target.elements):
            return Updates.NEEDED
        if not self._is_read(target.elements[1].value):
            return Updates.NEEDED if draws else Updates.LEFT_OUT
        if draws is False and not self._is_added(target.elements[1].value):
            return Updates.EMPTY
        return Updates.NEEDED

    def _is_added(self, target: cst.BaseExpression) -> bool:
        """Whether the updates are added to others, which only Theano's dict of them can be."""
        return any(
            isinstance(self.names.parents.get(node), cst.BinaryOperation | cst.AugAssign)
            for node in self._reads(target)
        )

    def _is_read(self, target: cst.BaseExpression) -> bool:
        if not isinstance(target, cst.Name):
            return True
        return bool(self._reads(target))

    def _reads(self, target: cst.BaseExpression) -> list[cst.CSTNode]:
        scope = self.names.scopes.get(target)
        if not isinstance(target, cst.Name) or scope is None:
            return []
        assignments = self.names.assignments(target.value, scope)
        return [
            access.node
            for assignment in assignments
            for access in assignment.references
            if access.node is not target
        ]

    def _step_draws(self, call: cst.Call) -> bool | None:
        """Whether the loop's step draws random numbers or returns updates; None: not evident."""
        step = argument(call, 0, "fn")
        return None if step is None else self._draws(step.value, set())

    def _draws(self, function: cst.BaseExpression, seen: set[str]) -> bool | None:
        if isinstance(function, cst.Lambda):
            return self._body_draws(function, seen)
        name = ""
        if isinstance(function, cst.Name):
            name = function.value
        elif isinstance(function, cst.Attribute):
            name = function.attr.value
        if name in seen:
            return False
        nodes = self._functions.get(name, [])
        if not nodes:
            return None
        seen.add(name)
        return _worst(self._body_draws(node, seen) for node in nodes)

    def _body_draws(self, node: cst.Lambda | cst.FunctionDef, seen: set[str]) -> bool | None:
        body = _Body()
        node.visit(body)
        if body.returns_updates:
            return True
        return _worst(self._call_draws(inner, seen) for inner in body.calls)

    def _call_draws(self, call: cst.Call, seen: set[str]) -> bool | None:
        resolved = self.names.resolve(call.func)
        if resolved is not None:
            return False if resolved.path.startswith(_HARMLESS) else None
        if isinstance(call.func, cst.Attribute):
            method = call.func.attr.value
            if method in DRAWS:
                return True
            return self._draws(call.func, seen) if method in self._functions else False
        if isinstance(call.func, cst.Name):
            scope = self.names.scopes.get(call.func)
            known = [] if scope is None else self.names.assignments(call.func.value, scope)
            return self._draws(call.func, seen) if known else False  # else it is a builtin
        return None


def _worst(answers: Iterable[bool | None]) -> bool | None:
    """True if one is, else None if one is, else False."""
    worst: bool | None = False
    for answer in answers:
        if answer is True:
            return True
        worst = None if answer is None else worst
    return worst


def _is_first_of(call: cst.Call, parent: cst.CSTNode | None) -> bool:
    """Whether ``[0]`` stands behind a call."""
    if not isinstance(parent, cst.Subscript) or parent.value is not call or len(parent.slice) != 1:
        return False
    index = parent.slice[0].slice
    return (
        isinstance(index, cst.Index)
        and isinstance(index.value, cst.Integer)
        and index.value.value == "0"
    )


class _Functions(cst.CSTVisitor):
    """The functions and methods of a module, by name."""

    def __init__(self) -> None:
        self.found: dict[str, list[cst.FunctionDef]] = {}

    def visit_FunctionDef(self, node: cst.FunctionDef) -> None:
        self.found.setdefault(node.name.value, []).append(node)


class _Body(cst.CSTVisitor):
    """The calls in a function, and whether it returns updates."""

    def __init__(self) -> None:
        self.calls: list[cst.Call] = []
        self.returns_updates = False

    def visit_Call(self, node: cst.Call) -> None:
        self.calls.append(node)

    def visit_Return(self, node: cst.Return) -> None:
        values = [node.value]
        if isinstance(node.value, cst.Tuple):
            values = [element.value for element in node.value.elements]
        for value in values:
            if isinstance(value, cst.Dict):
                self.returns_updates = True
            if isinstance(value, cst.Name) and "updates" in value.value:
                self.returns_updates = True
