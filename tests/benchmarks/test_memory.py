"""The peak of resident memory, of memory that is really taken and given back."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from benchmarks.memory.resident import PeakMemory

MIB = 1 << 20

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


def test_a_peak_counts_once_and_from_the_beginning():
    memory = PeakMemory()
    taken = np.ones(64 * MIB, np.uint8)
    del taken
    assert 60 * MIB < memory.take() < 90 * MIB
    assert memory.take() < 30 * MIB
    kept = np.ones(64 * MIB, np.uint8)
    memory.take()
    assert memory.take() > 60 * MIB  # from the beginning, not from the last call
    del kept
