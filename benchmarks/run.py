"""A benchmark of whole systems from start to end: build, compare, time, print."""

from __future__ import annotations

import gc
import os
import time
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from rich.console import Console

from benchmarks.agreement import (
    Evidence,
    check_agreement,
    movement,
    run_steps,
)
from benchmarks.compile_cache import CompileCache
from benchmarks.interleave import Timing, interleave
from benchmarks.machine import describe_machine, heading
from benchmarks.options import Options
from benchmarks.selection import select
from benchmarks.system import Built, Case, System
from benchmarks.table import LEGEND, Row, as_data, print_case
from benchmarks.threads import set_threads

ROUNDS = 20


def run(name: str, options: Options) -> dict[str, Any]:
    """Run the benchmark ``name``, print its tables and return what they hold.

    Raises
    ------
    DisagreementError
        The systems compute different things. Nothing is timed then.
    click.UsageError
        There is no such backend or peer.
    """
    cases = import_module(f"benchmarks.{name}").cases(options.quick)
    rounds = options.rounds_or(ROUNDS)
    console, machine = wide_console(), describe_machine()
    console.print(heading(machine, options.threads, rounds), highlight=False)
    report: dict[str, Any] = {"benchmark": name, "quick": options.quick}
    report |= {"threads": options.threads, "rounds": rounds, "machine": machine, "cases": {}}
    for case in cases:
        report["cases"][case.name] = _run_case(case, rounds, options, console)
    console.print(f"\n{LEGEND}", highlight=False)
    if hasattr(os, "getloadavg"):
        report["load_at_end"] = os.getloadavg()[0]
    return report


def wide_console() -> Console:
    """Wide enough for a row, also where the output is no terminal: a wrapped one is no Markdown."""
    return Console(width=max(Console().width, 120))


def _run_case(case: Case, rounds: int, options: Options, console: Console) -> dict[str, Any]:
    systems, skipped = select(case, options)
    started, timings = start_and_time(case, systems, rounds, options.threads, console)
    rows = [
        Row(name, timings[name], entry.first_step, entry.compiled)
        for name, entry in started.items()
    ]
    print_case(case.title, rows, skipped, console)
    first_costs = {name: entry.evidence.costs for name, entry in started.items()}
    return {"title": case.title, **as_data(rows, skipped), "first_costs": first_costs}


@dataclass(frozen=True)
class Started:
    """A system after its first steps: see Row and Evidence."""

    built: Built
    first_step: float
    compiled: int | None
    evidence: Evidence


def start_and_time(
    case: Case, systems: list[System], rounds: int, threads: int, console: Console
) -> tuple[dict[str, Started], dict[str, Timing]]:
    """Build all systems, see that they agree, and time them by turns."""
    gc.collect()  # the systems of the case before
    set_threads(threads)
    started: dict[str, Started] = {}
    for system in systems:
        console.print(f"starting {system.name} ...", style="dim", highlight=False)
        started[system.name] = _start(system, case)
    check_agreement({name: entry.evidence for name, entry in started.items()}, case.tolerance)
    timings = interleave({name: entry.built.calls for name, entry in started.items()}, rounds)
    return started, timings


def _start(system: System, case: Case) -> Started:
    cache = CompileCache()
    begin = time.perf_counter()
    built = system.build()
    costs = run_steps(built, 1)
    first_step = time.perf_counter() - begin
    compiled = cache.new_entries() if system.cached else None
    costs += run_steps(built, case.steps_compared - 1)
    moved = movement(built, case.problem.params)
    return Started(built, first_step, compiled, Evidence(tuple(costs), moved))
