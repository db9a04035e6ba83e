"""Tells whether a hand-written optimizer is one of :mod:`symopt.legacy.optimizers`.

What decides is what it computes: each variable it updates, in the same phase, by a formula that
gives the same numbers. Names, the order of statements, loops or comprehensions do not matter;
another constant, or an epsilon in another place, does.
"""

from __future__ import annotations

import ast
import itertools
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from symopt.legacy.porting.optimizers.expressions import Expr, atom
from symopt.legacy.porting.optimizers.forms import FORMS, Form, Formula
from symopt.legacy.porting.optimizers.reading import Reader, UnreadableError
from symopt.legacy.porting.optimizers.values import (
    Compiled,
    Each,
    Entry,
    Keyed,
    Listed,
    Param,
    ReadOptimizer,
)

_SAMPLES = 3
_TOLERANCE = 1e-12
_MOST_VARIABLES = 5


@dataclass(frozen=True)
class Recognised:
    """A hand-written optimizer and the one that takes its place.

    Attributes
    ----------
    form
        The optimizer, None if there is none.
    arguments
        How it is called, as code.
    reason
        What it is, or why it is none.
    """

    form: Form | None
    arguments: str
    reason: str


@dataclass
class _Updates:
    """The updates of one compiled function."""

    formulas: dict[str, Expr]
    statistics: list[tuple[str, str]]
    extras: list[str]


def recognise(
    function: ast.FunctionDef,
    paths: Mapping[str, str],
    functions: Mapping[str, ast.FunctionDef],
) -> Recognised | None:
    """What a function of a module is; None if it is no optimizer at all.

    Parameters
    ----------
    function
        Its code.
    paths
        What the names of its module stand for.
    functions
        The module's functions, by name.
    """
    if not _may_be_one(function):
        return None
    try:
        found = Reader(paths, functions).read(function)
        first, second = (_updates(f) for f in found.functions[:2])
        if len(found.functions) > 2:
            raise UnreadableError("it returns more than two functions")
        call = _Call(found, first, second)
    except UnreadableError as error:
        return Recognised(None, "", f"it could not be followed: {error}")
    differences = []
    for form in FORMS:
        reason = _difference(form, call)
        if not reason:
            text = call.arguments_for(form)
            if text:
                return Recognised(form, text, form.path)
        elif form.function == function.name:
            differences.append(f"unlike {form.path}: {reason}")
    return Recognised(None, "", differences[0] if differences else "its arithmetic is another")


class _Call:
    """The arguments of an optimizer by the parts they play."""

    def __init__(self, found: ReadOptimizer, first: _Updates, second: _Updates) -> None:
        self.found, self.first, self.second = found, first, second
        gradient, update = found.functions
        if not isinstance(gradient.outputs, Param):
            raise UnreadableError("its first function does not give the cost")
        self.cost = gradient.outputs.name
        self.inputs = _names(gradient.inputs)
        rate = _names(update.inputs)
        if not isinstance(rate, list) or len(rate) != 1 or _names(update.outputs) not in ([], None):
            raise UnreadableError("its second function takes more than the rate")
        self.rate = rate[0]
        if second.statistics or second.extras:
            raise UnreadableError("statistics move in its second function")

    def arguments_for(self, form: Form) -> str:
        """The code of the arguments; "" if the form cannot take them."""
        found, statistics = self.found, self.first.statistics
        given = [self.rate, found.params]
        if form.with_statistics:
            if len(statistics) > 1:
                return ""
            given += statistics[0] if statistics else ("{}", "{}")
        given.append(found.grads)
        if form.inputs == "three":
            if not isinstance(self.inputs, list) or len(self.inputs) != 3:
                return ""
            given += self.inputs
        elif isinstance(self.inputs, list):
            given.append(f"[{', '.join(self.inputs)}]")
        elif self.inputs is not None:
            given.append(self.inputs)
        given.append(self.cost)
        given += [f"{name}={name}" for name in form.arguments if name in found.arguments]
        extras = [f"*{name}" for name in self.first.extras]
        if not form.with_statistics:
            extras += [f"*(({bn}[k], {new}[k]) for k in {bn})" for bn, new in statistics]
        if extras:
            given.append(f"extra_updates=[{', '.join(extras)}]")
        return ", ".join(given)


def _may_be_one(function: ast.FunctionDef) -> bool:
    names = [arg.arg for arg in function.args.args]
    has_grads = any("grad" in name for name in names)
    compiles = sum(
        isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "function"
        for node in ast.walk(function)
    )
    return len(names) >= 4 and has_grads and compiles >= 2 and not function.decorator_list


def _names(value: Any) -> list[str] | str | None:
    """The arguments that a list consists of, or the one that is the list."""
    if isinstance(value, Param):
        return value.name
    if isinstance(value, Listed):
        if not all(isinstance(part, Param) for part in value.parts):
            raise UnreadableError("inputs or outputs that are no arguments")
        return [part.name for part in value.parts]
    return None


def _updates(function: Compiled) -> _Updates:
    found = _Updates({}, [], [])
    for part in function.updates:
        if isinstance(part, Param):
            found.extras.append(part.name)
            continue
        if isinstance(part, Keyed):
            found.statistics.append(_statistic(part))
            continue
        pair = part.entry if isinstance(part, Each) else part
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise UnreadableError("an update that is no pair")
        target, value = pair
        if isinstance(value, Param):
            value = atom(f"argument {value.name}")
        if not isinstance(target, Expr) or target.op != "atom" or not isinstance(value, Expr):
            raise UnreadableError("an update of something else than a variable")
        name = str(target.args[0])
        if name in found.formulas:
            raise UnreadableError("two updates of one variable")
        found.formulas[name] = value
    return found


def _statistic(part: Keyed) -> tuple[str, str]:
    pair = part.entry
    if isinstance(pair, tuple) and len(pair) == 2:
        target, value = pair
        by_name = isinstance(target, Entry) and isinstance(value, Entry)
        if by_name and target.key_of == value.key_of == target.of:
            return target.of, value.of
    raise UnreadableError("statistics that are not taken by name")


def _difference(form: Form, call: _Call) -> str:
    """In what an optimizer differs from a form; "" if in nothing."""
    states = list(call.found.states.values())
    variables = form.variables
    if len(states) != len(variables):
        return f"it keeps {len(states)} variables for each parameter, not {len(variables)}"
    if len(states) > _MOST_VARIABLES:
        return "it keeps more variables"
    reason = ""
    for order in itertools.permutations(variables):
        names = dict(zip((s.name for s in states), order, strict=True))
        each = all(s.each != (names[s.name] in form.per_step) for s in states)
        if not each:
            reason = reason or "what it keeps for each parameter is another"
            continue
        other = _different_update(form, call, names)
        if not other:
            return ""
        reason = other
    return reason or "what it keeps is another"


def _different_update(form: Form, call: _Call, names: Mapping[str, str]) -> str:
    phases = (
        ("f_grad_shared", call.first.formulas, form.gradient_phase),
        ("f_update", call.second.formulas, form.update_phase),
    )
    for phase, formulas, expected in phases:
        renamed = {names.get(name, name): formula for name, formula in formulas.items()}
        if renamed.keys() != expected.keys():
            return f"{phase} sets other variables"
        for name, formula in renamed.items():
            if not _same(formula, expected[name], form, call, names):
                what = "the parameters" if name == "p" else "one of its averages"
                return f"{phase} sets {what} by another formula or other constants"
    return ""


def _same(
    formula: Expr, expected: Formula, form: Form, call: _Call, names: Mapping[str, str]
) -> bool:
    for values in _samples(form):
        env = {"p": values["p"], "g": values["g"], f"argument {call.rate}": values["lr"]}
        env |= {state: values[name] for state, name in names.items()}
        for name, default in form.constants:
            if name in form.arguments and name in call.found.arguments:
                if call.found.arguments[name] is None:
                    return False
                env[f"argument {name}"] = values[name]
            else:
                values[name] = default
        try:
            got = formula.value(env)
            wanted = complex(expected(SimpleNamespace(**values)))
        except (KeyError, ZeroDivisionError, ValueError, OverflowError):
            return False
        if abs(got - wanted) > _TOLERANCE * max(abs(got), abs(wanted), 1e-3):
            return False
    return True


def _samples(form: Form) -> Iterator[dict[str, complex]]:
    """Values of everything that a formula may hold, the same ones ever."""
    generator = random.Random(20150101)
    names = ["p", "g", "lr", *form.variables, *(name for name, _ in form.constants)]
    for _ in range(_SAMPLES):
        yield {name: complex(generator.uniform(0.1, 1.9)) for name in names}
