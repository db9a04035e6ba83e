"""The live view of a training run on a terminal."""

from __future__ import annotations

import atexit
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.errors import LiveError
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from symopt.training import formatting, progress_text
from symopt.training.checkpoint.names import parse_folder
from symopt.training.display import PlainDisplay, Reporter
from symopt.training.machine import resident_memory
from symopt.training.pace import done_fraction, most_updates
from symopt.training.run import Run
from symopt.training.sparkline import Sparkline

REDRAWS = 4  # a second: each takes the interpreter from the training for about a millisecond
BAR_WIDTH = 40


class LiveDisplay(PlainDisplay):
    """A view that is redrawn in place, and leaves only whole lines behind.

    It is drawn by a thread of its own from what the run holds; updates cost nothing. Where another
    live view has the console, lines are printed instead.
    """

    def __init__(self, console: Console) -> None:
        super().__init__(console)
        self._live: Live | None = None
        self._sparkline = Sparkline()
        self._checkpoint: int | None = None

    def facts(self, facts: Mapping[str, str]) -> None:
        """Print names and what there is to say of each, in two columns."""
        columns = Table.grid(padding=(0, 2))
        for name, fact in facts.items():
            columns.add_row(Text(name, "bold"), Text(fact))
        self.console.print(columns)

    def on_start(self, run: Run) -> None:
        super().on_start(run)
        self._sparkline = Sparkline()
        self._checkpoint = None
        live = self._make_live(lambda: self._view(run))
        with suppress(LiveError):
            live.start()
            self._live = live
            # Training that is left by an error that nobody catches still gives the cursor back.
            atexit.register(self._stop)

    def on_update(self, run: Run) -> None:
        if self._live is None:
            super().on_update(run)

    def on_validation(self, run: Run) -> None:
        if self._live is None:
            super().on_validation(run)

    def on_checkpoint(self, run: Run, path: Path) -> None:
        # Written in the background: the run may be further on by now.
        folder = parse_folder(path.name)
        self._checkpoint = None if folder is None else folder.update

    def on_end(self, run: Run) -> None:
        self._stop()
        super().on_end(run)

    def _stop(self) -> None:
        live, self._live = self._live, None
        atexit.unregister(self._stop)
        if live is not None:
            with suppress(OSError, ValueError, SystemExit):  # the terminal may be gone
                live.stop()

    def _view(self, run: Run) -> RenderableType:
        self._pace.look(run)
        view = Table.grid(padding=(0, 2))
        view.add_row(Text(_epoch(run), "bold"), self._progress_row(run))
        cost = Text(progress_text.cost(run))
        if not self.console.options.ascii_only:
            self._sparkline.add(run.costs)
            cost.append(f"  {self._sparkline}", "cyan")
        cost.append(f"   rate {formatting.number(run.rate)}")
        view.add_row(Text("cost", "bold"), cost)
        if run.validations:
            validation = progress_text.metrics(run.validations[-1].metrics)
            best = run.best
            if best is not None:
                validation += f"   {progress_text.best(best)}"
            view.add_row(Text("validation", "bold"), Text(validation))
        speeds = progress_text.speeds(run, self._pace) or ["- updates/s"]
        memory = formatting.memory(resident_memory())
        parts = [*speeds, f"{formatting.clock(run.seconds)} so far", f"memory {memory}"]
        if self._checkpoint is not None:
            parts.append(f"checkpoint at update {self._checkpoint:,}")
        view.add_row(Text("speed", "bold"), Text("   ".join(parts)))
        if run.skipped:
            view.add_row(Text("warning", "bold yellow"), Text(progress_text.skipped(run), "yellow"))
        return view

    def _progress_row(self, run: Run) -> RenderableType:
        done, most = done_fraction(run), most_updates(run)
        row = Table.grid(padding=(0, 2))
        width = max(10, min(BAR_WIDTH, self.console.width - 60))
        of_at_most = f" of at most {most:,}" if most is not None else ""
        parts = [Text(f"update {run.update:,}{of_at_most}")]
        if done is not None:
            parts = [Text(f"{100 * done:.0f}%"), *parts]
        parts.append(Text(progress_text.left(run, self._pace)))
        bar = ProgressBar(1.0, done or 0.0, width=width, pulse=done is None)
        row.add_row(bar, *parts)
        return row

    @contextmanager
    def _waiting(self, text: str) -> Iterator[None]:
        began = time.perf_counter()
        spinner = Spinner("line" if self.console.options.ascii_only else "dots")

        def view() -> RenderableType:
            spinner.update(text=Text(f"{text} {formatting.clock(time.perf_counter() - began)}"))
            return spinner

        with self._make_live(view):
            yield

    @contextmanager
    def _progress(self, name: str, steps: int) -> Iterator[Reporter]:
        began = time.perf_counter()
        done, text = 0, ""

        def report(now_done: int, now_text: str) -> None:
            nonlocal done, text
            done, text = now_done, now_text

        def view() -> RenderableType:
            seconds = time.perf_counter() - began
            left = formatting.clock((steps - done) * seconds / done) if done else ""
            bar = Table.grid(padding=(0, 2))
            bar.add_row(
                name, ProgressBar(steps, done, width=BAR_WIDTH), left and f"at most {left} left"
            )
            return Group(bar, Text(f"{done:,} of at most {steps:,}   {text}"))

        with self._make_live(view):
            yield report

    def _make_live(self, view: Callable[[], RenderableType]) -> Live:
        return Live(
            console=self.console, get_renderable=view, refresh_per_second=REDRAWS, transient=True
        )


def _epoch(run: Run) -> str:
    return f"epoch {run.epoch:,}" + (f"/{run.max_epochs:,}" if run.max_epochs is not None else "")
