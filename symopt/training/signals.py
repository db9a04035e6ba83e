"""SIGINT and SIGTERM as requests, so that a run ends between two updates and not within one."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = (signal.SIGINT, signal.SIGTERM)


class StopRequest:
    """Whether, and by which signal, the process was asked to stop.

    Attributes
    ----------
    signal
        The signal; None if there was none.
    """

    def __init__(self) -> None:
        self.signal: signal.Signals | None = None

    def __bool__(self) -> bool:
        return self.signal is not None


@contextmanager
def stop_on_signals() -> Iterator[StopRequest]:
    """Turn the first SIGINT or SIGTERM into a request; the second one acts as it would have before.

    Handlers are put back at the end. In a thread other than the main one, which gets no signals,
    nothing is changed. A signal that was ignored stays ignored (``nohup``, a shell's ``&``).
    """
    request = StopRequest()
    if threading.current_thread() is not threading.main_thread():
        yield request
        return
    before = {number: signal.getsignal(number) for number in SIGNALS}
    # None: a handler that was not set from Python, and that Python could not put back.
    ours = [number for number in SIGNALS if before[number] not in (None, signal.SIG_IGN)]

    def put_back() -> None:
        for number in ours:
            signal.signal(number, before[number])

    def ask(number: int, _frame: FrameType | None) -> None:
        request.signal = signal.Signals(number)
        put_back()

    for number in ours:
        signal.signal(number, ask)
    try:
        yield request
    finally:
        put_back()
