"""The table of ``python -m benchmarks fit``.

The step is that of ``symopt demo``, a small LSTM, with 128 digits: about a millisecond. All rows
train the same optimizer on the same minibatches; the time of an update is that from the end of the
first one to the end of the last one of a turn, so that what a run does at its beginning and end
(compiling, pictures, the last checkpoint) does not count, and what it does on the way does. It is
processor time of the whole process, its threads included, so that other work on the machine counts
for little.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

import symopt
from benchmarks.machine import describe_machine, heading
from benchmarks.options import Options
from benchmarks.run import wide_console
from symopt.backends import choose_backend
from symopt.cli.demo import DIM_PROJ, build_functions
from symopt.demos.lstm_digits import build_model, init_params, load_split
from symopt.optimizer import Optimizer
from symopt.training import Callback, Run
from symopt.training.display import choose_display

BARE = "bare loop"

LEGEND = f"""\
us: processor time of an update, median over the turns. added: to the row "{BARE}", median over
the turns of the difference to that row's time in the same turn; negative ones are noise.
"""

Batches = list[tuple[Any, ...]]


class Clock(Callback):
    """The time of an update, between the first one and the last one of a run."""

    def __init__(self) -> None:
        self.times: list[float] = []

    def on_update(self, run: Run) -> None:
        """Notes when."""
        self.times.append(time.process_time())

    @property
    def seconds(self) -> float:
        """Mean of an update: what is done only now and then counts too."""
        return (self.times[-1] - self.times[0]) / (len(self.times) - 1)


def run(options: Options) -> dict[str, Any]:
    """Time the rows by turns, each a run of its own."""
    console, machine, rounds = wide_console(), describe_machine(), options.rounds_or(15)
    symopt.config.threads = options.threads
    console.print(heading(machine, options.threads, rounds), highlight=False)
    opt, batches = _problem(8 if options.quick else 128, 20 if options.quick else 1000)
    opt.compile()
    rows: dict[str, Callable[[], float]] = {
        BARE: lambda: _bare(opt, batches),
        "fit": lambda: _fit(opt, batches),
        "fit, a display": lambda: _fit(opt, batches, progress=_display()),
        "fit, a display and a folder": lambda: _in_folder(opt, batches),
        "fit, the same, a checkpoint a second": lambda: _in_folder(opt, batches, save=True),
    }
    seconds: dict[str, list[float]] = {name: [] for name in rows}
    for turn in range(-1, rounds):
        for name in list(rows) if turn % 2 else list(rows)[::-1]:
            found = rows[name]()
            if turn >= 0:
                seconds[name].append(found)
    console.print(_table(seconds), highlight=False)
    console.print(f"\n{LEGEND}", highlight=False)
    return {"benchmark": "fit", "quick": options.quick, "machine": machine, "seconds": seconds}


def _problem(batch_size: int, updates: int) -> tuple[Optimizer, Batches]:
    rng = np.random.default_rng(0)
    train = load_split().train
    tparams = symopt.init_tparams(init_params(rng, DIM_PROJ))
    opt, _ = build_functions(tparams, build_model(tparams), choose_backend("c"))
    rows = (rng.permutation(len(train.y))[:batch_size] for _ in range(updates))
    return opt, [tuple(train.take(digits)) for digits in rows]


def _bare(opt: Optimizer, batches: Batches) -> float:
    f_grad_shared, f_update = opt
    times, costs = [], []
    for batch in batches:
        costs.append(float(f_grad_shared(*batch)))
        f_update(1.0)
        times.append(time.process_time())
    return (times[-1] - times[0]) / (len(times) - 1)


def _fit(opt: Optimizer, batches: Batches, **keywords: Any) -> float:
    clock = Clock()
    keywords = {"progress": False, **keywords}
    symopt.fit(opt, batches, rate=1.0, max_epochs=1, callbacks=[clock], **keywords)
    return clock.seconds


def _in_folder(opt: Optimizer, batches: Batches, save: bool = False) -> float:
    from datetime import timedelta

    every: Any = timedelta(seconds=1) if save else 10**9
    with tempfile.TemporaryDirectory() as folder:
        return _fit(
            opt, batches, out=Path(folder) / "run", checkpoint_every=every, progress=_display()
        )


def _display() -> Callback:
    return choose_display(Console(file=io.StringIO(), force_terminal=True, width=100))


def _table(seconds: dict[str, list[float]]) -> Table:
    table = Table(box=MARKDOWN)
    table.add_column("loop", no_wrap=True)
    for title in ("us", "added us", "added"):
        table.add_column(title, justify="right")
    bare = seconds[BARE]
    for name, times in seconds.items():
        added = median(one - other for one, other in zip(times, bare, strict=True))
        table.add_row(
            name,
            f"{1e6 * median(times):.1f}",
            "-" if name == BARE else f"{1e6 * added:.1f}",
            "-" if name == BARE else f"{added / median(bare):.1%}",
        )
    return table
