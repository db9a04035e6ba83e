"""Results as a table, in Markdown, and as plain data for JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from benchmarks.interleave import Timing, ratios
from benchmarks.system import Skipped

BASELINE = "symopt c"

LEGEND = f"""\
ms: median of the warm steps; quartiles: half of the steps lie between.
ratio: the row's median step / the median step of {BASELINE}; above 1, {BASELINE} is faster.
first step: seconds from the initial numbers to the end of the first step (build, compile, run).
cache: of PyTensor, on disk; "warm": nothing was compiled; "12 new": so many modules were.
"""


@dataclass(frozen=True)
class Row:
    """What is known of a system.

    Attributes
    ----------
    name
        The system.
    timing
        Of its warm steps.
    first_step
        Seconds until the first step was done.
    compiled
        Entries new in PyTensor's compile cache; None if it does not use that.
    """

    name: str
    timing: Timing
    first_step: float
    compiled: int | None


def as_data(rows: Sequence[Row], skipped: Sequence[Skipped]) -> dict[str, Any]:
    """Medians and quartiles in ms, ratios and reasons, as JSON can hold them."""
    timings = {row.name: row.timing for row in rows}
    total_ratios = ratios(timings, BASELINE)
    return {
        "systems": [
            {
                "name": row.name,
                "ms": {p: _ms(row.timing.median(p)) for p in (*row.timing.samples, "total")},
                "quartiles_ms": [_ms(value) for value in row.timing.quartiles("total")],
                "steps": len(row.timing.totals),
                "ratio": total_ratios[row.name],
                "first_step_seconds": row.first_step,
                "newly_compiled": row.compiled,
            }
            for row in rows
        ],
        "skipped": {entry.name: entry.reason for entry in skipped},
    }


def make_table(rows: Sequence[Row]) -> Table:
    """A rich table that is Markdown at the same time."""
    data = as_data(rows, ())["systems"]
    phases = list(dict.fromkeys(phase for row in rows for phase in row.timing.samples))
    shown = ["total"] if len(phases) == 1 else [p for p in phases if p != "step"] + ["total"]
    table = Table(box=MARKDOWN)
    table.add_column("system", no_wrap=True)
    for phase in shown:
        table.add_column("ms" if len(shown) == 1 else f"{phase} ms", justify="right")
    for title in ("quartiles", "ratio", "first step s", "cache"):
        table.add_column(title, justify="right", no_wrap=True)
    for row, entry in zip(rows, data, strict=True):
        first, third = entry["quartiles_ms"]
        table.add_row(
            row.name,
            *(_number(entry["ms"].get(phase)) for phase in shown),
            f"{_number(first)}-{_number(third)}",
            _number(entry["ratio"]),
            f"{row.first_step:.1f}",
            "-" if row.compiled is None else f"{row.compiled} new" if row.compiled else "warm",
        )
    return table


def print_case(
    title: str, rows: Sequence[Row], skipped: Sequence[Skipped], console: Console
) -> None:
    """Print title, table and what was skipped."""
    console.print(f"\n{title}\n", highlight=False)
    console.print(make_table(rows), highlight=False)
    for entry in skipped:
        console.print(f"skipped: {entry.name}: {entry.reason}", highlight=False)


def _ms(seconds: float) -> float:
    return 1000.0 * seconds


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
