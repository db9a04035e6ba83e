"""One benchmark from start to end: build, compare, time, print."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from benchmarks.agreement import (
    STEPS_COMPARED,
    Evidence,
    check_agreement,
    movement,
    run_steps,
)
from benchmarks.compile_cache import CompileCache
from benchmarks.interleave import interleave
from benchmarks.machine import describe_machine, heading
from benchmarks.system import Built, Case, Peer, System, collect
from benchmarks.table import LEGEND, Row, as_data, print_case
from benchmarks.threads import set_threads
from symopt.config import check_backend_name
from symopt.errors import UnknownBackendError


def run(
    name: str,
    *,
    rounds: int,
    threads: int,
    backends: Sequence[str] = (),
    peers: Sequence[str] = (),
    quick: bool = False,
    json_file: Path | None = None,
) -> None:
    """Run the benchmark ``name`` and print its tables; the arguments are the command's options.

    Raises
    ------
    DisagreementError
        The systems compute different things. Nothing is timed then.
    click.UsageError
        There is no such backend or peer.
    """
    _check_backends(backends)
    cases = [
        replace(case, peers=_chosen(case, peers))
        for case in import_module(f"benchmarks.{name}").cases(quick)
    ]
    # Wide enough for a row, also where the output is no terminal: a wrapped one is not Markdown.
    console = Console(width=max(Console().width, 120))
    machine = describe_machine()
    console.print(heading(machine, threads, rounds), highlight=False)
    report: dict[str, Any] = {"benchmark": name, "quick": quick, "threads": threads}
    report |= {"rounds": rounds, "machine": machine, "cases": {}}
    for case in cases:
        report["cases"][case.title] = _run_case(case, rounds, threads, backends, console)
    console.print(f"\n{LEGEND}", highlight=False)
    if hasattr(os, "getloadavg"):
        report["load_at_end"] = os.getloadavg()[0]
    if json_file is not None:
        json_file.write_text(json.dumps(report, indent=1) + "\n")


def _check_backends(names: Sequence[str]) -> None:
    for name in names:
        try:
            check_backend_name(name, "--backend")
        except UnknownBackendError as error:
            raise click.UsageError(str(error)) from error


def _chosen(case: Case, names: Sequence[str]) -> list[Peer]:
    known = [peer.name for peer in case.peers]
    for name in names:
        if name not in known:
            raise click.UsageError(f"--peer={name!r}: expected one of {', '.join(known)}.")
    return [peer for peer in case.peers if not names or peer.name in names]


def _run_case(
    case: Case, rounds: int, threads: int, backends: Sequence[str], console: Console
) -> dict[str, Any]:
    systems, skipped = collect(case)
    if backends:
        systems = [s for s in systems if s.backend is None or s.backend in backends]
    set_threads(threads)
    started: dict[str, _Started] = {}
    for system in systems:
        console.print(f"starting {system.name} ...", style="dim", highlight=False)
        started[system.name] = _start(system, case)
    check_agreement({name: entry.evidence for name, entry in started.items()})
    timings = interleave({name: entry.built.calls for name, entry in started.items()}, rounds)
    rows = [
        Row(name, timings[name], entry.first_step, entry.compiled)
        for name, entry in started.items()
    ]
    print_case(case.title, rows, skipped, console)
    first_costs = {name: entry.evidence.costs for name, entry in started.items()}
    return {**as_data(rows, skipped), "first_costs": first_costs}


@dataclass(frozen=True)
class _Started:
    """A system after its first steps: see Row and Evidence."""

    built: Built
    first_step: float
    compiled: int | None
    evidence: Evidence


def _start(system: System, case: Case) -> _Started:
    cache = CompileCache()
    begin = time.perf_counter()
    built = system.build()
    costs = run_steps(built, 1)
    first_step = time.perf_counter() - begin
    compiled = cache.new_entries() if system.cached else None
    costs += run_steps(built, STEPS_COMPARED - 1)
    moved = movement(built, case.problem.params)
    return _Started(built, first_step, compiled, Evidence(tuple(costs), moved))
