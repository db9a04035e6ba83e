"""The table of ``python -m benchmarks conv`` and its picture."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

import numpy as np
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

import symopt
from benchmarks.agreement import DisagreementError
from benchmarks.conv.layers import DIRECTIONS, QUICK, STRENGTHS, WATCHER, Layer
from benchmarks.conv.systems import arrays, jax_plain, symopt_c, symopt_jax, torch_cpu
from benchmarks.interleave import Timing, interleave
from benchmarks.machine import describe_machine, heading
from benchmarks.options import Options
from benchmarks.system import Call

BASELINE = "torch"


def run(options: Options) -> dict[str, Any]:
    """Time all layers and print a table for each set of them."""
    rounds, threads, quick = options.rounds_or(20), options.threads, options.quick
    symopt.config.threads = threads
    console, machine = Console(width=150), describe_machine()
    console.print(heading(machine, threads, rounds), highlight=False)
    report: dict[str, Any] = {"benchmark": "conv", "quick": quick, "machine": machine, "sets": {}}
    sets = {"tiny": QUICK} if quick else {"WAP's DenseNet watcher": WATCHER, "strengths": STRENGTHS}
    for title, layers in sets.items():
        timings = {layer: _timed(layer, rounds, threads, options.peers) for layer in layers}
        console.print(f"\n{title}: ms forward + by input + by weights = all\n", highlight=False)
        console.print(_table(timings), highlight=False)
        report["sets"][title] = [
            {
                "layer": vars(layer),
                "ms": {
                    name: {p: 1e3 * timing.median(p) for p in (*DIRECTIONS, "total")}
                    for name, timing in found.items()
                },
            }
            for layer, found in timings.items()
        ]
    if options.plot is not None:
        from benchmarks.conv.plot import draw

        draw(options.plot, rounds=rounds, threads=threads, quick=quick)
    return report


def _timed(layer: Layer, rounds: int, threads: int, peers: Sequence[str]) -> dict[str, Timing]:
    """Every system on one layer, once all agree."""
    given = arrays(layer)
    systems: dict[str, dict[str, Call]] = {
        f"symopt {name}": symopt_c(layer, name, given) for name in ("auto", *layer.algorithms())
    }
    if find_spec("torch") and (not peers or "torch" in peers):
        systems["torch"] = torch_cpu(layer, given, threads)
    if find_spec("jax") and (not peers or "jax" in peers):
        systems["jax"] = jax_plain(layer, given)
        systems["symopt jax"] = symopt_jax(layer, given)
    wanted = [np.asarray(call()) for call in systems["symopt direct"].values()]
    for name, calls in systems.items():
        for direction, call, reference in zip(DIRECTIONS, calls.values(), wanted, strict=True):
            error = np.abs(np.asarray(call()) - reference).max() / np.abs(reference).max()
            if not error < 1e-4:
                raise DisagreementError(f"{name}, {layer.name}, {direction}: off by {error:.1e}.")
    return interleave(systems, rounds, calls=2, settle=0.02)


def _table(timings: dict[Layer, dict[str, Timing]]) -> Table:
    """A row for each layer: the time of each system, and what auto takes relative to PyTorch's."""
    names = list(dict.fromkeys(name for found in timings.values() for name in found))
    table = Table(box=MARKDOWN)
    table.add_column("layer", no_wrap=True)
    for name in [*names, f"auto / {BASELINE}", "symopt jax / jax"]:
        short = name if name.startswith("symopt jax") else name.removeprefix("symopt ")
        table.add_column(short, justify="right")

    def ratio(a: float, b: float) -> str:
        return f"{a / b:.2f}" if b else "-"

    sums = dict.fromkeys(names, 0.0)
    for layer, found in timings.items():
        ms = {name: 1e3 * timing.median("total") for name, timing in found.items()}
        for name, value in ms.items():
            sums[name] += value
        table.add_row(
            layer.name,
            *(f"{ms[name]:.2f}" if name in ms else "-" for name in names),
            ratio(ms["symopt auto"], ms.get(BASELINE, 0.0)),
            ratio(ms.get("symopt jax", 0.0), ms.get("jax", 0.0)),
        )
    whole = [name for name in names if all(name in found for found in timings.values())]
    table.add_row(
        "sum",
        *(f"{sums[name]:.2f}" if name in whole else "-" for name in names),
        ratio(sums["symopt auto"], sums.get(BASELINE, 0.0)),
        ratio(sums.get("symopt jax", 0.0), sums.get("jax", 0.0)),
    )
    return table
