"""What the commands that train share: a backend, its threads, and how they end."""

from __future__ import annotations

import os
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

from symopt.config import config

if TYPE_CHECKING:
    from symopt.backends import Backend
    from symopt.training.display import PlainDisplay


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


def exit_after(number: signal.Signals) -> NoReturn:
    """End as a program that a signal ended, 130 for Ctrl-C: a script's next step does not follow.

    Whatever there was to write has been written.
    """
    sys.exit(128 + number)
