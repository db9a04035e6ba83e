"""Memory does not grow with the updates and checkpoints of a run."""

from __future__ import annotations

import gc
import tracemalloc
from pathlib import Path

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from symopt.training import Callback

PAGE = 4096
MIB = 1 << 20


def resident():
    """Bytes of memory that the process holds."""
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


def traced():
    """Bytes that Python and NumPy hold."""
    return tracemalloc.get_traced_memory()[0]


class Memory(Callback):
    """Notes the least memory held in the second fifth of a run and in the last one.

    The least: a checkpoint that is being written, and a picture that is being drawn, come and go.
    """

    def __init__(self, updates, measure):
        self.measure = measure
        self.fifth = updates // 5
        self.held = {1: [], 4: []}

    def on_update(self, run):
        part = (run.update - 1) // self.fifth
        if part in self.held and run.update % max(self.fifth // 40, 1) == 0:
            self.held[part].append(self.measure())

    @property
    def grown(self):
        return min(self.held[4]) - min(self.held[1])


def grown(backend, folder, updates, every, measure):
    """By how many bytes a run grows, whose checkpoints have 3 MB."""
    size = 250_000  # of the parameter: 1 MB, and so is its velocity
    tparams = symopt.init_tparams({"p": np.zeros(size, "f")})
    x = pt.fvector("x")
    cost = ((tparams["p"] - x) ** 2).mean()
    opt = symopt.momentum(0.1, tparams, None, [x], cost, backend=backend)
    memory = Memory(updates, measure)
    for name, count in (("first", 20), ("second", updates)):  # the first one imports matplotlib
        symopt.fit(
            opt, symopt.prefetch(lambda: (np.full(size, i, "f") for i in range(100))), rate=None,
            max_updates=count, validate=lambda: 1.0, validate_every=every, out=folder / name,
            checkpoint_every=every, callbacks=[memory] if name == "second" else [],
            progress=False, tensorboard=False,
        )  # fmt: skip
    return memory.grown


def test_memory_is_flat(python_backend, tmp_path):
    tracemalloc.start()
    try:
        # One checkpoint may be on its way to the disk; 24 of them were written in between.
        assert grown(python_backend, tmp_path, 400, 10, traced) < 6 * MIB
    finally:
        tracemalloc.stop()


@pytest.mark.long
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs /proc")
def test_memory_is_flat_over_20000_updates(python_backend, tmp_path):
    assert grown(python_backend, tmp_path, 20_000, 100, resident) < 6 * MIB
