"""Minibatches of sequences with many lengths, for the LSTM tutorial's model."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.lstm.problem import Sizes

SHORTEST, LONGEST = 5, 100


def corpus(sizes: Sizes, minibatches: int, seed: int = 0) -> Iterator[tuple[Any, Any, Any]]:
    """``x, mask, y``, each minibatch as long as its longest sequence, from 5 to 100 steps."""
    rng = np.random.default_rng(seed)
    for _ in range(minibatches):
        longest = int(rng.integers(SHORTEST, LONGEST + 1))
        lengths = np.append(longest, rng.integers(SHORTEST, longest + 1, sizes.batch - 1))
        mask = (np.arange(longest)[:, None] < lengths).astype("float32")
        x = rng.integers(2, sizes.words, (longest, sizes.batch)) * mask.astype("int64")
        yield x, mask, rng.integers(0, 2, sizes.batch)
