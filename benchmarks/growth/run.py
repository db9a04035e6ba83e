"""The tables of ``python -m benchmarks growth`` and its picture."""

from __future__ import annotations

from typing import Any

from rich.box import MARKDOWN
from rich.table import Table

from benchmarks.growth.sizes import AXES, Axis
from benchmarks.interleave import Timing
from benchmarks.lstm import PEERS
from benchmarks.lstm.problem import Sizes, make_problem
from benchmarks.machine import describe_machine, heading
from benchmarks.options import Options
from benchmarks.run import start_and_time, wide_console
from benchmarks.selection import select
from benchmarks.system import Case

ROUNDS = 20

TORCH = "torch nn.LSTM"

Points = dict[int, dict[str, float]]
"""Position on the axis -> system -> median seconds of the step, both phases."""


def run(options: Options) -> dict[str, Any]:
    """Time symopt (the c backend, or those of --backend) and PyTorch along the four axes."""
    console, machine, rounds = wide_console(), describe_machine(), options.rounds_or(ROUNDS)
    console.print(heading(machine, options.threads, rounds), highlight=False)
    report: dict[str, Any] = {"benchmark": "growth", "quick": options.quick, "machine": machine}
    panels: dict[Axis, Points] = {}
    for axis in AXES:
        points: Points = {}
        for value, sizes in axis.sizes(options.quick).items():
            problem = make_problem(sizes)
            at = problem.parameter_count if axis.field == "words" else value
            points[at] = _medians(problem, sizes, rounds, options, console)
        panels[axis] = points
        console.print(f"\n{axis.label}: ms of a step, both phases\n", highlight=False)
        console.print(_table(axis, points), highlight=False)
    if options.plot is not None:
        from benchmarks.growth.plot import draw

        draw(options.plot, panels, options.threads)
    return report | {"seconds": {axis.field: points for axis, points in panels.items()}}


def _medians(
    problem: Any, sizes: Sizes, rounds: int, options: Options, console: Any
) -> dict[str, float]:
    case = Case("growth", str(sizes), problem, [p for p in PEERS if p.name in ("symopt", "torch")])
    rows = {TORCH, *(f"symopt {name}" for name in options.backends or ("c",))}
    systems = [system for system in select(case, options)[0] if system.name in rows]
    console.print(f"{sizes}", style="dim", highlight=False)
    _, timings = start_and_time(case, systems, rounds, options.threads, console)
    return {name: _total(timing) for name, timing in timings.items()}


def _total(timing: Timing) -> float:
    return timing.median("total")


def _table(axis: Axis, points: Points) -> Table:
    """A row for each point; the ratio is PyTorch's time over that of the first other system."""
    names = list(next(iter(points.values())))
    ours = next((name for name in names if name != TORCH), None)
    table = Table(box=MARKDOWN)
    for title in (axis.label, *names, "ratio"):
        table.add_column(title, justify="right")
    for at, seconds in points.items():
        ratio = f"{seconds[TORCH] / seconds[ours]:.2f}" if ours and TORCH in seconds else "-"
        table.add_row(f"{at:,}", *(f"{1e3 * seconds[name]:.2f}" for name in names), ratio)
    return table
