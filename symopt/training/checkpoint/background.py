"""One save at a time in a thread of its own."""

from __future__ import annotations

import os
import sys
import threading
import weakref
from collections.abc import Callable
from pathlib import Path


class _Outcome:
    """What became of a save; kept apart from the writer, which may be gone before it is read."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.error: BaseException | None = None
        self.pid = os.getpid()

    def take_error(self) -> BaseException | None:
        error, self.error = self.error, None
        return error

    def report_at_exit(self) -> None:
        if self.error is not None and self.pid == os.getpid():
            print(f"symopt: the last checkpoint was not written: {self.error}", file=sys.stderr)


class BackgroundWriter:
    """Runs saves in a thread, one at a time.

    The thread is no daemon: the interpreter waits for it before it ends. An error is raised by
    the next call; if there is none before the interpreter ends, it is printed.
    """

    def __init__(self) -> None:
        self._thread: threading.Thread | None = None
        self._outcome = _Outcome()
        weakref.finalize(self, self._outcome.report_at_exit)

    def start(self, save: Callable[[], Path]) -> None:
        """Wait for the save before and start this one.

        Raises
        ------
        BaseException
            What the save before raised; this one is not started then.
        """
        self.wait()
        thread = threading.Thread(target=self._run, args=(save,), name="symopt-checkpoint-writer")
        try:
            thread.start()
        except RuntimeError:  # there are too many threads: then not in the background
            self._run(save)
        else:
            self._thread = thread

    def join(self) -> None:
        """Wait for the save that goes on, if one does; its error is kept for :meth:`wait`."""
        if self._thread is not None and self._outcome.pid == os.getpid():
            self._thread.join()
            self._thread = None

    def wait(self) -> Path | None:
        """Wait for the save that goes on; what the last one wrote, None if there was none.

        Raises
        ------
        BaseException
            What the save raised; once.
        """
        self.join()
        error = self._outcome.take_error()
        if error is not None:
            raise error
        return self._outcome.path

    def _run(self, save: Callable[[], Path]) -> None:
        try:
            self._outcome.path = save()
        except BaseException as error:  # raised again by the thread that asked for the save
            self._outcome.error = error
