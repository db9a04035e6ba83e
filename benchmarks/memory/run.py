"""The table of ``python -m benchmarks memory``."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from importlib import import_module
from statistics import median
from typing import Any

from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from benchmarks.machine import describe_machine, heading
from benchmarks.memory.process import STEPS
from benchmarks.options import Options
from benchmarks.run import wide_console
from benchmarks.selection import select
from benchmarks.table import BASELINE

MIB = 1 << 20

LEGEND = f"""\
Peak resident memory above what the imports took, with each system in a process of its own.
first step: from the initial numbers to the end of the first step, compilation included.
warm: of the steps after it, {STEPS}, from the same base: what compilation left counts.
again: building and one step more, above what a tiny problem of the same system left before.
ratio: of the column before it, to {BASELINE}; above 1, {BASELINE} takes less.
"""

Peaks = dict[str, int]
"""``first``, ``warm`` and, where it could be measured, ``again``: medians of bytes."""


def run(options: Options) -> dict[str, Any]:
    """Measure each system in a fresh process, as often as there are rounds."""
    console, machine, rounds = wide_console(), describe_machine(), options.rounds_or(1)
    console.print(heading(machine, options.threads, rounds), highlight=False)
    (case,) = import_module(f"benchmarks.{options.of}").cases(options.quick)
    found: dict[str, Peaks] = {}
    reasons: dict[str, str] = {}
    for peer in case.peers:
        if options.peers and peer.name not in options.peers:
            continue
        systems, skipped = select(replace(case, peers=[peer]), replace(options, peers=()))
        reasons |= {entry.name: entry.reason for entry in skipped}
        for system in systems:
            console.print(f"measuring {system.name} ...", style="dim", highlight=False)
            found[system.name] = _peaks(peer.name, system.name, rounds, options)
    _print(case.title, found, reasons, console)
    report = {"benchmark": "memory", "of": options.of, "quick": options.quick, "machine": machine}
    return report | {"bytes": found, "skipped": reasons}


def _peaks(peer: str, row: str, rounds: int, options: Options) -> Peaks:
    measured = [
        _measure(peer, row, options) | _measure(peer, row, options, "--again")
        for _ in range(rounds)
    ]
    return {key: int(median(one[key] for one in measured)) for key in measured[0]}


def _measure(peer: str, row: str, options: Options, *flags: str) -> Peaks:
    command = [sys.executable, "-m", "benchmarks.memory.process"]
    command += [options.of, peer, row, str(options.threads)]
    command += [*flags, "--quick"] if options.quick else flags
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def _print(title: str, found: dict[str, Peaks], skipped: dict[str, str], console: Console) -> None:
    table = Table(box=MARKDOWN)
    table.add_column("system", no_wrap=True)
    for column in ("first step MiB", "warm MiB", "ratio", "again MiB", "ratio"):
        table.add_column(column, justify="right")
    base = found.get(BASELINE, {})
    for name, peaks in found.items():
        cells = {key: f"{value / MIB:.0f}" for key, value in peaks.items()}
        against = {key: f"{value / base[key]:.2f}" for key, value in peaks.items() if key in base}
        shown = [(cells, "first"), (cells, "warm"), (against, "warm")]
        shown += [(cells, "again"), (against, "again")]
        table.add_row(name, *(values.get(key, "-") for values, key in shown))
    console.print(f"\n{title}\n", highlight=False)
    console.print(table, highlight=False)
    for name, reason in skipped.items():
        console.print(f"skipped: {name}: {reason}", highlight=False)
    console.print(f"\n{LEGEND}", highlight=False)
