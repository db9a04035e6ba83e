"""The explain pass: an update graph as a table a person can read."""

from __future__ import annotations

from io import StringIO

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.traversal import graph_inputs
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.filesize import decimal
from rich.table import Table
from rich.text import Text

from symopt.graph.update_graph import Update, UpdateGraph

_LONGEST = 72
_DEEPEST = 9
_OPERATORS = {"add": " + ", "mul": " * ", "sub": " - ", "true_div": " / ", "pow": "**"}
_OMITTED = "…"


def explain(graph: UpdateGraph) -> str:
    """A table of every update: phase, target, slot, shape, dtype, bytes, expression.

    Bytes read are those of all shared variables that the expression reads, bytes written those
    of the target. A cast that symopt inserted is said behind the expression.
    """
    table = Table(box=SIMPLE_HEAD, title=f"{graph.name}: {len(graph.phases)} phases", min_width=60)
    for heading in ("phase", "target", "slot", "shape", "dtype", "read", "written", "expression"):
        right = heading in ("read", "written")
        table.add_column(heading, justify="right" if right else "left", no_wrap=True)
    total_read = total_written = 0
    for phase in graph.phases:
        for position, update in enumerate(phase.updates):
            read, written = _bytes_read(update), _nbytes(update.target)
            total_read, total_written = total_read + read, total_written + written
            table.add_row(
                phase.name if position == 0 else "",
                Text(str(update.target)),
                Text(update.slot),
                "x".join(map(str, _shape(update.target))) or "scalar",
                str(getattr(update.target.type, "dtype", update.target.type)),
                decimal(read),
                decimal(written),
                Text(_expression(update, graph)),  # its brackets are no markup
                end_section=position == len(phase.updates) - 1,
            )
    table.add_row("total", "", "", "", "", decimal(total_read), decimal(total_written), "")
    text = StringIO()
    Console(file=text, width=400, color_system=None, legacy_windows=False).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


def _shape(variable: SharedVariable) -> tuple[int, ...]:
    return getattr(variable.get_value(borrow=True), "shape", ())


def _nbytes(variable: SharedVariable) -> int:
    return int(getattr(variable.get_value(borrow=True), "nbytes", 0))


def _bytes_read(update: Update) -> int:
    shared = {v for v in graph_inputs([update.value]) if isinstance(v, SharedVariable)}
    return sum(_nbytes(variable) for variable in shared)


def _expression(update: Update, graph: UpdateGraph) -> str:
    if update.kind == "gradient":  # the model's own graph: too long to read, and known
        shown = f"d {graph.cost.name or 'cost'} / d {update.slot.removesuffix('/grad')}"
    else:
        shown = _written_out(update.value, 0)
    if len(shown) > _LONGEST:
        shown = shown[: _LONGEST - 1] + _OMITTED
    return f"{shown}  [{update.note}]" if update.note else shown


def _written_out(variable: Variable, depth: int) -> str:
    """An expression as text, cut off below a depth (shared parts would repeat without end)."""
    if isinstance(variable, Constant):
        data = variable.data
        return f"{data.item():.6g}" if getattr(data, "size", 0) == 1 else str(variable)
    node = variable.owner
    if node is None or (variable.name and depth):
        return str(variable)
    name = _op_name(node.op)
    if name in ("DimShuffle", "SpecifyShape", "Cast"):  # changes no number
        return _written_out(node.inputs[0], depth)
    if depth >= _DEEPEST:
        return _OMITTED
    parts = [_written_out(part, depth + 1) for part in node.inputs]
    if name in _OPERATORS:
        joined = _OPERATORS[name].join(parts)
        return f"({joined})" if depth else joined
    return f"{name}({', '.join(parts)})"


def _op_name(op: object) -> str:
    scalar = getattr(op, "scalar_op", None)
    if scalar is not None:
        kind = type(scalar).__name__.lower()
        kind = {"truediv": "true_div", "identity": "Cast"}.get(kind, kind)
        return "Cast" if kind == "cast" else kind
    return type(op).__name__
