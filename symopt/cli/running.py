"""What the commands that train share: a backend, its threads, and Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from symopt.config import config

if TYPE_CHECKING:
    from symopt.backends import Backend
    from symopt.demos.display import PlainDisplay


def choose_backend_aloud(name: str | None, display: PlainDisplay) -> Backend:
    """The backend; why the best one was passed over is said like everything else."""
    from symopt.backends import choose_backend

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        backend = choose_backend(name)
    for warning in caught:
        display.say(f"note: {warning.message}")
    return backend


@contextmanager
def one_thread() -> Iterator[None]:
    """Leave the BLAS one thread, unless the environment says how many.

    The products are so small that a second thread costs more than it gives; and the numbers are
    then the same whatever the number of processors.
    """
    if os.environ.get("SYMOPT_THREADS", "").strip():
        yield
        return
    config.threads = 1
    try:
        yield
    finally:
        config.threads = None


@contextmanager
def interrupt_as_request() -> Iterator[Callable[[], bool]]:
    """Turn the first Ctrl-C into a request; the second one interrupts as ever.

    Gives a function that says whether Ctrl-C was pressed.
    """
    asked = threading.Event()
    if threading.current_thread() is not threading.main_thread():  # no signals there
        yield asked.is_set
        return

    def ask(_number: int, _frame: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, ask)
    try:
        yield asked.is_set
    finally:
        signal.signal(signal.SIGINT, before)
