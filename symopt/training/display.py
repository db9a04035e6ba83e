"""What a training run prints: a live view on a terminal, plain lines elsewhere, or little.

A display is a callback for :func:`symopt.fit`; a program that trains says what else it has to say
by the same object, so that the two do not get in each other's way.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import TYPE_CHECKING

from symopt.training import progress_text
from symopt.training.callback import Callback
from symopt.training.pace import Pace
from symopt.training.run import Run

if TYPE_CHECKING:
    from rich.console import Console

LINE_EVERY = 5.0  # seconds, at least, between two plain lines that no validation asks for

Reporter = Callable[[int, str], None]


class PlainDisplay(Callback):
    """Whole lines, for a file or a pipe: one for each validation, and one every few seconds.

    Parameters
    ----------
    console
        Where to.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._pace = Pace()
        self._next_line = 0.0

    def say(self, text: str = "") -> None:
        """Print a line about the run."""
        # Words are wrapped on a terminal only: a line in a file stays a line.
        wrapped = self.console.is_terminal
        self.console.print(text, soft_wrap=not wrapped, highlight=False, markup=False, emoji=False)

    def facts(self, facts: Mapping[str, str]) -> None:
        """Print names and what there is to say of each."""
        width = max(map(len, facts), default=0)
        for name, fact in facts.items():
            self.say(f"{name:{width}}  {fact}")

    def result(self, text: str) -> None:
        """Print a line that is wanted even by those who asked for quiet."""
        self.say(text)

    def waiting(self, text: str) -> AbstractContextManager[None]:
        """Say what is being waited for while the block runs."""
        return self._waiting(text)

    def progress(self, name: str, steps: int) -> AbstractContextManager[Reporter]:
        """Give a function that is told the number of steps done and a word on them.

        Parameters
        ----------
        name
            What goes on.
        steps
            How many there will be at most.
        """
        return self._progress(name, steps)

    def on_start(self, run: Run) -> None:
        self._pace = Pace()
        self._pace.look(run)
        self._next_line = 0.0

    def on_update(self, run: Run) -> None:
        now = time.perf_counter()
        if now < self._next_line:
            return
        self._pace.look(run)
        # The first update is where the clock starts: what came before was compiling.
        if self._next_line:
            self._tell(progress_text.progress_line(run, self._pace))
        self._next_line = now + LINE_EVERY

    def on_validation(self, run: Run) -> None:
        self._pace.look(run)
        self._tell(progress_text.validation_line(run, self._pace))

    def on_message(self, run: Run, text: str) -> None:
        self._tell(text, always=True)

    def on_end(self, run: Run) -> None:
        self._tell(progress_text.end_line(run))

    def _tell(self, text: str, always: bool = False) -> None:
        """Print a line of the training itself, which goes on when nobody reads any more."""
        # SystemExit is rich's answer to a broken pipe, ValueError Python's to a closed file.
        with suppress(OSError, ValueError, SystemExit):
            self.result(text) if always else self.say(text)

    @contextmanager
    def _waiting(self, text: str) -> Iterator[None]:
        self.say(f"{text} ...")
        yield

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


class QuietDisplay(PlainDisplay):
    """Nothing but results and what went wrong."""

    def say(self, text: str = "") -> None:
        """Print nothing."""

    def result(self, text: str) -> None:
        super().say(text)

    def on_update(self, run: Run) -> None:
        """Nothing."""

    def on_validation(self, run: Run) -> None:
        """Nothing."""


def choose_display(console: Console | None = None, quiet: bool = False) -> PlainDisplay:
    """The display that fits a console: live on a terminal that can be drawn on, else plain.

    Parameters
    ----------
    console
        Default: standard output.
    quiet
        Print nothing but results and messages.
    """
    from rich.console import Console

    from symopt.training.live_display import LiveDisplay

    console = Console() if console is None else console
    if quiet:
        return QuietDisplay(console)
    drawable = console.is_terminal and not console.is_dumb_terminal
    return LiveDisplay(console) if drawable else PlainDisplay(console)
