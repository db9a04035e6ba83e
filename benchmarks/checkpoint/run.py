"""The table of ``python -m benchmarks checkpoint``."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from typing import Any

import numpy as np
from rich.box import MARKDOWN
from rich.table import Table

from benchmarks.machine import describe_machine, heading
from benchmarks.options import Options
from benchmarks.run import wide_console
from symopt.training.checkpoint import CheckpointStore

PARAMETERS, PARAMETERS_QUICK = 50_000_000, 500_000
ARRAYS = 24
BLOCK = 1 << 20
BASELINE = "dd, fsync"
COPY, BACKGROUND = "copy of the arrays", "save_in_background, returns"

LEGEND = f"""\
ms: median, and the quartiles: half of the rounds lie between.
ratio: the row's median / that of {BASELINE}: as many zeros written to a new file and flushed.
save: written, flushed, renamed; "and the oldest removed" with that as well.
{BACKGROUND}: how long it holds up training, besides the copy that the caller makes.
load: read, every sum and hash checked.
"""


def run(options: Options) -> dict[str, Any]:
    """Time each of them in turn, in a folder of the temporary folder's disk."""
    console, machine, rounds = wide_console(), describe_machine(), options.rounds_or(20)
    console.print(heading(machine, options.threads, rounds), highlight=False)
    arrays = _arrays(PARAMETERS_QUICK if options.quick else PARAMETERS)
    with tempfile.TemporaryDirectory(prefix="symopt-benchmark-") as folder:
        samples = _measure(Path(folder), arrays, rounds)
    size = sum(array.nbytes for array in arrays.values())
    rows = _rows(samples)
    console.print(f"\n{size / 1e6:,.0f} MB in {len(arrays)} float32 arrays\n", highlight=False)
    console.print(_table(rows), highlight=False)
    console.print(f"\n{LEGEND}", highlight=False)
    report = {"benchmark": "checkpoint", "quick": options.quick, "machine": machine}
    return report | {"bytes": size, "rows": rows}


def _arrays(parameters: int) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(0)
    size = parameters // ARRAYS
    return {f"params/{i}": rng.standard_normal(size, dtype="float32") for i in range(ARRAYS)}


class _Stopwatch:
    """Collects the seconds of calls by name."""

    def __init__(self) -> None:
        self.samples: dict[str, list[float]] = {}

    def time(self, name: str, call: Callable[..., Any], *args: Any) -> Any:
        started = time.perf_counter()
        result = call(*args)
        self.samples.setdefault(name, []).append(time.perf_counter() - started)
        return result


def _measure(folder: Path, arrays: dict[str, np.ndarray], rounds: int) -> dict[str, list[float]]:
    _round(folder, arrays, _Stopwatch())  # the first pages that a new machine gives cost it more
    stopwatch = _Stopwatch()
    for _ in range(rounds):
        _round(folder, arrays, stopwatch)
    return stopwatch.samples


def _round(folder: Path, arrays: dict[str, np.ndarray], stopwatch: _Stopwatch) -> None:
    timed = stopwatch.time
    timed(BASELINE, _dd, folder / "zeros", sum(array.nbytes for array in arrays.values()))
    (folder / "zeros").unlink()
    with CheckpointStore(folder / "one", keep=1) as store:
        path = timed("save", store.save, 1, arrays, {})
        timed("load", store.load, path)
        timed("save, and the oldest removed", store.save, 2, arrays, {})
        copies = timed(COPY, _copied, arrays)
        timed(BACKGROUND, store.save_in_background, 3, copies, {})
        store.wait()
    shutil.rmtree(folder / "one")


def _copied(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array.copy() for name, array in arrays.items()}


def _dd(path: Path, size: int) -> None:
    blocks = f"count={-(-size // BLOCK)}"
    command = ["dd", "if=/dev/zero", f"of={path}", f"bs={BLOCK}", blocks, "conv=fsync"]
    subprocess.run(command, check=True, stderr=subprocess.DEVNULL)


def _rows(samples: dict[str, list[float]]) -> list[dict[str, Any]]:
    medians = {name: quantiles(times, n=4) for name, times in samples.items()}
    return [
        {
            "name": name,
            "ms": 1e3 * median,
            "quartiles_ms": [1e3 * first, 1e3 * third],
            "ratio": median / medians[BASELINE][1],
        }
        for name, (first, median, third) in medians.items()
    ]


def _table(rows: list[dict[str, Any]]) -> Table:
    table = Table(box=MARKDOWN)
    table.add_column("", no_wrap=True)
    for title in ("ms", "quartiles", "ratio"):
        table.add_column(title, justify="right", no_wrap=True)
    for row in rows:
        first, third = row["quartiles_ms"]
        table.add_row(
            row["name"], f"{row['ms']:.1f}", f"{first:.1f}-{third:.1f}", f"{row['ratio']:.2f}"
        )
    return table
