"""The programs of one function: one for each set of shapes, and of integers that shapes need."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from symopt.backends.jax.host import Call, HostExpression, freeze

logger = logging.getLogger("symopt.backends.jax")

MANY = 16
"""Programs of one function from which on the user is warned, at every doubling."""


@dataclass
class Branch:
    """Where the value of an expression decides which program it is."""

    expression: HostExpression
    what: str
    after: dict[Any, Branch | Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Made:
    """What one program was compiled for.

    Attributes
    ----------
    shapes
        Of the arguments and shared variables, by name.
    values
        What shapes depend on besides: words on it, and its value.
    seconds
        That took.
    """

    shapes: list[tuple[str, Any]]
    values: list[tuple[str, Any]]
    seconds: float


class Programs:
    """Programs by shapes, then by the values that each asked for while it was traced.

    Parameters
    ----------
    name
        Of the function.
    inputs
        Names of its inputs, in the order of their shapes.
    compile
        Makes a program for a call; its ``asked`` are the expressions that it was made for.

    Attributes
    ----------
    count
        Programs compiled.
    seconds
        That took, all together.
    made
        What each was compiled for.
    """

    def __init__(
        self,
        name: str,
        inputs: Sequence[str],
        compile: Callable[[Call], Any],  # noqa: A002
    ) -> None:
        self.name = name
        self.count = 0
        self.seconds = 0.0
        self.made: list[Made] = []
        self._inputs = list(inputs)
        self._compile = compile
        self._by_shapes: dict[Any, Branch | Any] = {}

    def find(self, shapes: Any, call: Call) -> Any:
        """The program for a call, compiled if it is the first of its kind."""
        found = self._by_shapes.get(shapes)
        while isinstance(found, Branch):
            found = found.after.get(freeze(call.of(found.expression)))
        return self._add(shapes, call) if found is None else found

    def forget(self) -> None:
        """Compile everything anew when it is asked for."""
        self._by_shapes.clear()

    def describe(self) -> str:
        """What programs there are, a line for each."""
        head = f"{self.count} program{'s' * (self.count != 1)}, compiled in {self.seconds:.1f} s"
        if not self.made:
            return f"{head} (the first call compiles the first)"
        lines = [head]
        for number, each in enumerate(self.made, 1):
            parts = [f"{name} {shape}" for name, shape in each.shapes]
            parts += [f"{what} = {value}" for what, value in each.values]
            lines.append(f"  {number}: {', '.join(parts) or 'no arrays'} ({each.seconds:.1f} s)")
        return "\n".join(lines)

    def _add(self, shapes: Any, call: Call) -> Any:
        began = perf_counter()
        program = self._compile(call)
        program.compile()
        seconds = perf_counter() - began
        self.count += 1
        self.seconds += seconds
        logger.info(
            "%s: program %d compiled in %.1f s (%.1f s in all)",
            self.name,
            self.count,
            seconds,
            self.seconds,
        )
        self._insert(shapes, call, program)
        values = [(what, call.of(expression)) for expression, what in program.asked]
        named = [(name, shape) for name, shape in zip(self._inputs, shapes, strict=True) if shape]
        self.made.append(Made(named, values, seconds))
        if self.count >= MANY and not self.count & (self.count - 1):
            self._warn()
        return program

    def _insert(self, shapes: Any, call: Call, program: Any) -> None:
        place, key = self._by_shapes, shapes
        # What was asked before in the same order leads to the same branches; below the first value
        # that is new, everything is.
        for expression, what in program.asked:
            found = place.get(key)
            if not isinstance(found, Branch):
                found = place[key] = Branch(expression, what)
            place, key = found.after, freeze(call.of(found.expression))
        place[key] = program

    def _warn(self) -> None:
        first = self._by_shapes[next(iter(self._by_shapes))]
        values = f", and by the {first.what}" if isinstance(first, Branch) else ""
        warnings.warn(
            f"{self.name} has been compiled for {self.count} different shapes"
            f"{values}, which took {self.seconds:.1f} s in all. Pad what varies to a few lengths "
            "(symopt.Buckets), or give the shapes less to depend on.",
            stacklevel=2,
        )
