"""Sizes, initial parameters and batches: NumPy arrays that every peer starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.training_step.problem import Problem

LOG_OFFSET = 1e-8
"""Added to the probability inside the logarithm of the cost, as the tutorial does."""


@dataclass(frozen=True)
class Sizes:
    """Vocabulary, width of embedding and LSTM, classes, batch size, time steps."""

    words: int
    dim: int
    classes: int
    batch: int
    steps: int


FULL = Sizes(words=10_000, dim=128, classes=2, batch=16, steps=80)
QUICK = Sizes(words=50, dim=8, classes=2, batch=4, steps=6)


class Batch(NamedTuple):
    """Word numbers, int64 (time, batch); mask, float32 (time, batch); classes, int64 (batch,)."""

    x: NDArray[np.int64]
    mask: NDArray[np.float32]
    y: NDArray[np.int64]


def make_problem(sizes: Sizes, batches: int = 4, seed: int = 123) -> Problem:
    """Random parameters, scaled as in the tutorial, and random batches.

    Sentences are between half and all of the time steps long, padded behind; several batches,
    because a single one is soon known by heart and its gradients vanish.
    """
    rng = np.random.default_rng(seed)
    return Problem(make_params(sizes, rng), [_make_batch(sizes, rng) for _ in range(batches)])


def make_params(sizes: Sizes, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """The tutorial's initial parameters.

    ``Wemb`` (words, dim), ``lstm_W`` and ``lstm_U`` (dim, 4 dim) and ``lstm_b`` (4 dim,), with the
    gates in the order input, forget, output, candidate, and the classifier's ``U`` (dim, classes)
    and ``b`` (classes,). No bias is zero, so that a peer that loses one is found out.
    """

    def orthogonal() -> NDArray[np.float64]:
        return np.linalg.svd(rng.standard_normal((sizes.dim, sizes.dim)))[0]

    params = {
        "Wemb": 0.01 * rng.random((sizes.words, sizes.dim)),
        "lstm_W": np.concatenate([orthogonal() for _ in range(4)], axis=1),
        "lstm_U": np.concatenate([orthogonal() for _ in range(4)], axis=1),
        "lstm_b": 0.01 * rng.standard_normal(4 * sizes.dim),
        "U": 0.01 * rng.standard_normal((sizes.dim, sizes.classes)),
        "b": 0.01 * rng.standard_normal(sizes.classes),
    }
    return {name: value.astype(np.float32) for name, value in params.items()}


def _make_batch(sizes: Sizes, rng: np.random.Generator) -> Batch:
    lengths = rng.integers(sizes.steps // 2, sizes.steps + 1, size=sizes.batch)
    lengths[0] = sizes.steps
    mask = np.arange(sizes.steps)[:, None] < lengths[None, :]
    x = rng.integers(0, sizes.words, size=mask.shape) * mask
    y = rng.integers(0, sizes.classes, size=sizes.batch)
    return Batch(x, mask.astype(np.float32), y)
