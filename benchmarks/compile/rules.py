"""Rules over sixty parameters: compiled with a warm cache, by turns, and once with a cold one."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.box import MARKDOWN
from rich.table import Table

from benchmarks.compile.fresh_process import run_fresh
from benchmarks.compile.problem import LAYERS, steps
from benchmarks.interleave import Timing, interleave, ratios

RULES = ("sgd", "adadelta", "adam")
BASELINE = "sgd"

Seconds = dict[str, float]


def measure(backend: str, rounds: int, quick: bool) -> tuple[dict[str, Seconds], dict[str, Timing]]:
    """Seconds of each step of each rule with a cold cache (not of a quick run), then a warm one."""
    layers = 1 if quick else LAYERS
    cold = {} if quick else {rule: _cold(rule, backend) for rule in RULES}
    warm = interleave(
        {rule: steps(rule, backend, layers) for rule in RULES}, rounds, calls=1, settle=0.0
    )
    return cold, warm


def as_data(cold: dict[str, Seconds], warm: dict[str, Timing]) -> dict[str, Any]:
    """The same as JSON can hold it."""
    return {
        rule: {
            "cold_seconds": cold.get(rule),
            "warm_seconds": {p: timing.median(p) for p in (*timing.samples, "total")},
        }
        for rule, timing in warm.items()
    }


def _cold(rule: str, backend: str) -> Seconds:
    """Seconds of each step in a fresh process whose compile cache is empty."""
    with tempfile.TemporaryDirectory() as folder:
        return run_fresh("benchmarks.compile.rules", rule, backend, cache=Path(folder))[0]


def make_table(cold: dict[str, Seconds], warm: dict[str, Timing]) -> Table:
    """A row for each rule."""
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
