"""The peak of this process's resident memory, from Linux's /proc; runs under Python 3.7 too.

getrusage's ru_maxrss would not do: a process inherits it from the one that started it.
"""

from __future__ import annotations

import gc
from pathlib import Path


class PeakMemory:
    """How far resident memory has grown since this object was made, at its highest."""

    def __init__(self) -> None:
        gc.collect()
        _forget_peak()
        self._before = _kibibytes("VmRSS")

    def take(self) -> int:
        """Bytes at the highest point since the beginning or the last call of this."""
        grown = _kibibytes("VmHWM") - self._before
        gc.collect()
        _forget_peak()
        return 1024 * grown


def _kibibytes(field: str) -> int:
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(field + ":"):
            return int(line.split()[1])
    raise OSError("/proc/self/status has no " + field)


def _forget_peak() -> None:
    """Begin a new peak at what is resident now; 5 is the kernel's word for that (man 5 proc)."""
    Path("/proc/self/clear_refs").write_text("5")
