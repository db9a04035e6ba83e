"""Formulas of updates as values: read off code, compared by what they give."""

from __future__ import annotations

import cmath
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Env = Mapping[str, complex]


@dataclass(frozen=True)
class Expr:
    """A number that a formula gives: an atom, a constant, or an operation on others.

    Attributes
    ----------
    op
        "atom", "const", or one of :data:`OPERATIONS`.
    args
        The operands; of an atom its name, of a constant the number.
    """

    op: str
    args: tuple[Expr | str | complex, ...]

    def value(self, env: Env) -> complex:
        """What the formula gives for values of its atoms."""
        if self.op == "atom":
            name = self.args[0]
            assert isinstance(name, str)
            return env[name]
        if self.op == "const":
            number = self.args[0]
            assert isinstance(number, int | float | complex)
            return complex(number)
        operands = []
        for arg in self.args:
            assert isinstance(arg, Expr)
            operands.append(arg.value(env))
        return OPERATIONS[self.op](*operands)

    @property
    def constant(self) -> complex | None:
        """The number, of a constant."""
        number = self.args[0] if self.op == "const" else None
        return number if isinstance(number, int | float | complex) else None


OPERATIONS: dict[str, Callable[..., complex]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a / b,
    "pow": lambda a, b: a**b,
    "neg": lambda a: -a,
    "sqrt": cmath.sqrt,
    "sqr": lambda a: a * a,
    "abs": abs,
    "exp": cmath.exp,
    "log": cmath.log,
}


def atom(name: str) -> Expr:
    """Something with a value of its own."""
    return Expr("atom", (name,))


def const(number: complex) -> Expr:
    """A number."""
    return Expr("const", (number,))


def operation(op: str, *args: Expr) -> Expr:
    """The operation, worked out if its operands are constants or one is zero."""
    constants = [arg.constant for arg in args]
    if all(number is not None for number in constants):
        try:
            return const(OPERATIONS[op](*constants))
        except (ZeroDivisionError, ValueError, OverflowError):
            return Expr(op, args)
    if op == "mul" and 0 in constants:
        return const(0)
    return Expr(op, args)
