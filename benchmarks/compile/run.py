"""Compilation with a warm cache, interleaved, and once with a cold one in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from benchmarks.compile.problem import LAYERS, steps
from benchmarks.interleave import Timing, interleave, ratios
from benchmarks.machine import describe_machine, heading
from symopt.backends import all_backends

RULES = ("sgd", "adadelta", "adam")
BASELINE = "sgd"

Seconds = dict[str, float]


def run(
    *, rounds: int, threads: int, backends: Sequence[str], quick: bool, json_file: Path | None
) -> None:
    """Time the rules on every backend and print a table for each."""
    console, machine, layers = Console(width=120), describe_machine(), 1 if quick else LAYERS
    console.print(heading(machine, threads, rounds), highlight=False)
    report = {"benchmark": "compile", "quick": quick, "machine": machine, "backends": {}}
    for name, backend in all_backends().items():
        if (backends and name not in backends) or not backend.diagnose().works:
            continue
        cold = {} if quick else {rule: _cold(rule, name) for rule in RULES}
        warm = interleave(
            {rule: steps(rule, name, layers) for rule in RULES}, rounds, calls=1, settle=0.0
        )
        console.print(f"\n{name}, {5 * layers} parameters\n", highlight=False)
        console.print(_table(cold, warm), highlight=False)
        report["backends"][name] = {
            rule: {
                "cold_seconds": cold.get(rule),
                "warm_seconds": {p: timing.median(p) for p in (*timing.samples, "total")},
            }
            for rule, timing in warm.items()
        }
    if json_file is not None:
        json_file.write_text(json.dumps(report, indent=1) + "\n")


def _cold(rule: str, backend: str) -> Seconds:
    """Seconds of each step in a fresh process whose compile cache is empty."""
    with tempfile.TemporaryDirectory() as folder:
        given = os.environ.get("PYTENSOR_FLAGS")
        flags = f"{given}," if given else ""
        environment = os.environ | {
            "PYTENSOR_FLAGS": f"{flags}base_compiledir={folder}",
            "NUMBA_CACHE_DIR": folder,
        }
        command = [sys.executable, "-m", "benchmarks.compile.run", rule, backend]
        done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _table(cold: dict[str, Seconds], warm: dict[str, Timing]) -> Table:
    phases = [*next(iter(warm.values())).samples, "total"]
    table = Table(box=MARKDOWN)
    table.add_column("rule", no_wrap=True)
    for title in [*(f"{phase} s" for phase in phases), "ratio", "cold s", "cold ratio"]:
        table.add_column(title, justify="right", no_wrap=True)
    against = ratios(warm, BASELINE)
    cold_totals = {rule: sum(seconds.values()) for rule, seconds in cold.items()}
    for rule, timing in warm.items():
        total = cold_totals.get(rule)
        table.add_row(
            rule,
            *(f"{timing.median(phase):.2f}" for phase in phases),
            f"{against[rule]:.2f}",
            f"{total:.1f}" if total else "-",
            f"{total / cold_totals[BASELINE]:.2f}" if total else "-",
        )
    return table


def _once(rule: str, backend: str) -> Seconds:
    seconds = {}
    for name, step in steps(rule, backend).items():
        begin = time.perf_counter()
        step()
        seconds[name] = time.perf_counter() - begin
    return seconds


if __name__ == "__main__":
    print(json.dumps(_once(*sys.argv[1:])))
