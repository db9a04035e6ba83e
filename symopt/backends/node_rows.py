"""What runs each node of a compiled function: the rows that backends give, and their table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO

from pytensor.graph.basic import Apply, Variable
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

NATIVE, C, PYTHON = "native", "C", "Python"
_LONGEST = 64
_KINDS = {NATIVE: "native", C: "by PyTensor's C code", PYTHON: "in Python"}


@dataclass(frozen=True)
class NodeRow:
    """A node and what runs it.

    Attributes
    ----------
    node
        The node. That of a program, a loop or a function inside has its nodes behind it.
    where
        "native" (a program of symopt, or an operation with C code of symopt), "C" (PyTensor's C
        code), "Python", or the name of another linker: "numba".
    reason
        Why it does not run natively; empty if it does, or if nothing asked for it.
    depth
        The number of loops around it.
    level
        The number of programs, loops and functions around it.
    program
        The number of the program that it is in or is, from 1; 0 for none.
    is_program
        Whether it is a program.
    """

    node: Apply
    where: str
    reason: str = ""
    depth: int = 0
    level: int = 0
    program: int = 0
    is_program: bool = False


def table(rows: Sequence[NodeRow], title: str) -> str:
    """A table of rows, what stands inside another node indented, under a line that counts them."""
    made = Table(box=SIMPLE_HEAD)
    for heading in ("node", "result", "runs", "why"):
        made.add_column(heading, no_wrap=True)
    for row in rows:
        name = f"program {row.program}" if row.is_program else _shortened(str(row.node.op))
        made.add_row(
            Text("  " * row.level + name),
            Text("" if row.is_program else ", ".join(map(_type, row.node.outputs[:2]))),
            Text(row.where),
            Text(row.reason),
        )
    text = StringIO()
    Console(file=text, width=1000, color_system=None, legacy_windows=False).print(made)
    lines = [f"{title}: {_count(rows)}", *text.getvalue().splitlines()]
    return "\n".join(line.rstrip() for line in lines)


def _count(rows: Sequence[NodeRow]) -> str:
    found = Counter(row.where for row in rows if not row.is_program)
    programs = sum(row.is_program for row in rows)
    kinds = [kind for kind in _KINDS if found[kind]] + [
        kind for kind in found if kind not in _KINDS
    ]
    parts = [f"{found[kind]} {_KINDS.get(kind, f'by {kind}')}" for kind in kinds]
    if programs:
        parts.append(f"{programs} program{'s' * (programs > 1)}")
    elif found[C] or found[PYTHON]:
        parts.append("no programs")
    return ", ".join(parts) or "no nodes"


def _shortened(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _type(variable: Variable) -> str:
    """The dtype and what is known of the shape."""
    dtype = getattr(variable.type, "dtype", None)
    if dtype is None:
        return str(variable.type)
    shape = getattr(variable.type, "shape", ())
    return f"{dtype}({', '.join('?' if n is None else str(n) for n in shape)})"
