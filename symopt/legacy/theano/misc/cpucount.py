"""The number of processors."""

from __future__ import annotations

import os


def cpuCount() -> int:  # Theano's name
    """The number of processors of this machine."""
    return os.cpu_count() or 1
