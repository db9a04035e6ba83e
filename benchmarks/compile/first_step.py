"""A fresh process up to the end of the LSTM tutorial's first step, both phases.

``python -m benchmarks.compile.first_step BACKEND [--quick]`` prints the seconds of its parts.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

from rich.box import MARKDOWN
from rich.table import Table

from benchmarks.compile.fresh_process import run_fresh

PARTS = ("imports", "build", "first step")

Seconds = dict[str, float]


def measure(backend: str, rounds: int, quick: bool) -> dict[str, Seconds]:
    """Medians of PARTS and of the total, with a cold cache and with the warm one it left behind.

    Of a quick run only warm: what is compiled into is the usual cache.
    """
    found: dict[str, list[Seconds]] = {} if quick else {"cold": [], "warm": []}
    for _ in range(rounds):
        if quick:
            found.setdefault("warm", []).append(_fresh(backend, None, quick))
            continue
        with tempfile.TemporaryDirectory() as folder:
            for cache in ("cold", "warm"):
                found[cache].append(_fresh(backend, Path(folder), quick))
    return {
        cache: {part: median(one[part] for one in runs) for part in (*PARTS, "total")}
        for cache, runs in found.items()
    }


def make_table(found: dict[str, Seconds]) -> Table:
    """A row for each state of the cache."""
    table = Table(box=MARKDOWN)
    table.add_column("cache")
    for title in (*PARTS, "total"):
        table.add_column(f"{title} s", justify="right", no_wrap=True)
    for cache, seconds in found.items():
        table.add_row(cache, *(f"{seconds[part]:.2f}" for part in (*PARTS, "total")))
    return table


def _fresh(backend: str, cache: Path | None, quick: bool) -> Seconds:
    arguments = [backend, "--quick"] if quick else [backend]
    parts, total = run_fresh("benchmarks.compile.first_step", *arguments, cache=cache)
    return {**parts, "total": total}


def _once(backend: str, quick: bool) -> Seconds:
    times = [time.perf_counter()]
    from benchmarks.agreement import run_steps
    from benchmarks.lstm import symopt_peer
    from benchmarks.lstm.problem import FULL, QUICK, make_problem

    problem = make_problem(QUICK if quick else FULL)
    times.append(time.perf_counter())
    systems = {system.name: system for system in symopt_peer.systems(problem)}
    built = systems[f"symopt {backend}"].build()
    times.append(time.perf_counter())
    run_steps(built, 1)
    times.append(time.perf_counter())
    return {part: times[i + 1] - times[i] for i, part in enumerate(PARTS)}


if __name__ == "__main__":
    print(json.dumps(_once(sys.argv[1], "--quick" in sys.argv)), flush=True)
