"""What a training run prints: a live view on a terminal, plain lines elsewhere, or little."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from symopt.demos.training import History

LINE_EVERY = 5.0  # seconds, at least, between two plain lines
RECENT = 50  # updates whose mean cost is shown: single minibatches jump about

Watcher = Callable[[History], None]
Reporter = Callable[[int, str], None]


class PlainDisplay:
    """Whole lines, for a file or a pipe."""

    def __init__(self, console: Console) -> None:
        self.console = console

    def say(self, text: str = "") -> None:
        """Print a line about the run."""
        # Words are wrapped on a terminal only: a line in a file stays a line.
        wrapped = self.console.is_terminal
        self.console.print(text, soft_wrap=not wrapped, highlight=False, markup=False)

    def facts(self, facts: Mapping[str, str]) -> None:
        """Print names and what there is to say of each."""
        width = max(map(len, facts))
        for name, fact in facts.items():
            self.say(f"{name:{width}}  {fact}")

    def result(self, text: str) -> None:
        """Print a line that is wanted even by those who asked for quiet."""
        self.say(text)

    def waiting(self, text: str) -> AbstractContextManager[None]:
        """Say what is being waited for while the block runs."""
        return self._waiting(text)

    def training(self, epochs: int, updates: int) -> AbstractContextManager[Watcher]:
        """Give the callback for :func:`symopt.demos.training.train`.

        Parameters
        ----------
        epochs, updates
            How many there will be at most.
        """
        return self._training(epochs, updates)

    def progress(self, name: str, steps: int) -> AbstractContextManager[Reporter]:
        """Give a callback for the number of steps done and a word on them.

        Parameters
        ----------
        name
            What goes on.
        steps
            How many there will be at most.
        """
        return self._progress(name, steps)

    @contextmanager
    def _waiting(self, text: str) -> Iterator[None]:
        self.say(f"{text} ...")
        yield

    @contextmanager
    def _training(self, epochs: int, updates: int) -> Iterator[Watcher]:
        seen = 0
        printed_at = time.perf_counter()

        def watch(history: History) -> None:
            nonlocal seen, printed_at
            if len(history.epochs) == seen:
                return
            seen = len(history.epochs)
            now = time.perf_counter()
            if seen == 1 or history.ended or now - printed_at >= LINE_EVERY:
                printed_at = now
                numbers = filter(None, _numbers(history, updates))
                self.say(f"epoch {seen}/{epochs}: {', '.join(numbers)}")

        yield watch

    @contextmanager
    def _progress(self, name: str, steps: int) -> Iterator[Reporter]:
        printed_at = time.perf_counter()

        def report(done: int, text: str) -> None:
            nonlocal printed_at
            now = time.perf_counter()
            if now - printed_at >= LINE_EVERY:
                printed_at = now
                self.say(f"{name}: {done:,} of at most {steps:,}, {text}")

        yield report


class LiveDisplay(PlainDisplay):
    """A view that is redrawn in place, and leaves only whole lines behind."""

    def facts(self, facts: Mapping[str, str]) -> None:
        """Print names and what there is to say of each, in two columns."""
        columns = Table.grid(padding=(0, 2))
        for name, fact in facts.items():
            columns.add_row(Text(name, "bold"), Text(fact))
        self.console.print(columns)

    @contextmanager
    def _waiting(self, text: str) -> Iterator[None]:
        began = time.perf_counter()
        spinner = Spinner("dots")

        def view() -> RenderableType:
            spinner.update(text=Text(f"{text} {_clock(time.perf_counter() - began)}"))
            return spinner

        with self._live(view):
            yield

    @contextmanager
    def _training(self, epochs: int, updates: int) -> Iterator[Watcher]:
        history = History({})

        def watch(current: History) -> None:
            nonlocal history
            history = current

        def view() -> RenderableType:
            done = len(history.costs)
            cost, error, speed, left = _numbers(history, updates)
            epoch = min(len(history.epochs) + 1, epochs)
            bar = Table.grid(padding=(0, 2))
            bar.add_row(f"epoch {epoch}/{epochs}", ProgressBar(updates, done, width=40), left)
            return Group(bar, Text(f"{cost}   {error}   {speed}"))

        with self._live(view):
            yield watch

    @contextmanager
    def _progress(self, name: str, steps: int) -> Iterator[Reporter]:
        began = time.perf_counter()
        done, text = 0, ""

        def report(now_done: int, now_text: str) -> None:
            nonlocal done, text
            done, text = now_done, now_text

        def view() -> RenderableType:
            seconds = time.perf_counter() - began
            left = f"at most {_clock((steps - done) * seconds / done)} left" if done else ""
            bar = Table.grid(padding=(0, 2))
            bar.add_row(name, ProgressBar(steps, done, width=40), left)
            return Group(bar, Text(f"{done:,} of at most {steps:,}   {text}"))

        with self._live(view):
            yield report

    def _live(self, view: Callable[[], RenderableType]) -> Live:
        return Live(console=self.console, get_renderable=view, refresh_per_second=8, transient=True)


class QuietDisplay(PlainDisplay):
    """Nothing but results."""

    def say(self, text: str = "") -> None:
        """Print nothing."""

    def result(self, text: str) -> None:
        super().say(text)


def choose_display(console: Console, quiet: bool = False) -> PlainDisplay:
    """The display that fits the console."""
    if quiet:
        return QuietDisplay(console)
    return LiveDisplay(console) if console.is_terminal else PlainDisplay(console)


def _numbers(history: History, updates: int) -> tuple[str, str, str, str]:
    """Cost, validation error, speed and time left, as text."""
    done = len(history.costs)
    recent = history.costs[-RECENT:]
    cost = f"cost {sum(recent) / len(recent):.4f}" if recent else "cost -"
    error = "validation error -"
    if history.epochs:
        error = f"validation error {100 * history.epochs[-1].validation.error:.1f}%"
    if not done or not history.seconds:
        return cost, error, "- updates/s", ""
    speed = done / history.seconds
    left = "" if history.ended else f"at most {_clock((updates - done) / speed)} left"
    return cost, error, f"{speed:.0f} updates/s", left


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"
