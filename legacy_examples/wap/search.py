"""Decoding: beam search over the tokens of a formula, by one model or several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from legacy_examples.wap.model import Sampler

END = 0


class Hypothesis(NamedTuple):
    """A formula as it was read.

    Attributes
    ----------
    tokens
        Numbers of its tokens, with the end if it was found.
    score
        Its negative log probability; divided by its length, the lowest is the best.
    looks
        For each token, for each grid of the first model, where the parser looked: (rows, columns),
        adding up to 1.
    """

    tokens: list[int]
    score: float
    looks: list[list[NDArray[np.float32]]]

    @property
    def caption(self) -> list[int]:
        """The tokens before the end."""
        return self.tokens[:-1] if self.tokens and self.tokens[-1] == END else self.tokens

    @property
    def normalised(self) -> float:
        return self.score / max(len(self.tokens), 1)


class _Reader:
    """What one model knows of the hypotheses that are alive."""

    def __init__(self, sampler: Sampler, x: NDArray[np.float32]) -> None:
        h, *memory = sampler.f_init(x)
        self.f_next, self.memory, self.grids = sampler.f_next, memory, sampler.grids
        rows = [part.shape[2:] for part in memory[::3]]
        self.states: list[Any] = [h, *(np.zeros((1, *shape), "float32") for shape in rows)]

    def step(self, tokens: NDArray[np.int64]) -> tuple[Any, list[Any]]:
        """Probabilities of the next tokens, and where the parser looked."""
        probs, *found = self.f_next(tokens, *self.states, *self.memory)
        self.states, alphas = found[: 1 + self.grids], found[1 + self.grids :]
        return probs, alphas

    def keep(self, rows: NDArray[np.int64]) -> None:
        self.states = [state[rows] for state in self.states]


def beam_search(
    samplers: Sequence[Sampler], picture: NDArray[np.uint8], k: int = 10, maxlen: int = 200
) -> list[Hypothesis]:
    """Read a formula.

    Parameters
    ----------
    samplers
        One model, or several, whose probabilities are averaged.
    picture
        uint8 (1, height, width), 255 for ink.
    k
        Width of the beam; 1 is greedy decoding.
    maxlen
        Tokens at most.

    Returns
    -------
    Up to k hypotheses, the best one (by length-normalised score) first.
    """
    readers = [_Reader(sampler, picture[None].astype("float32") / 255) for sampler in samplers]
    alive, ended = [Hypothesis([], 0.0, [])], list[Hypothesis]()
    tokens = np.array([-1])
    for _ in range(maxlen):
        steps = [reader.step(tokens) for reader in readers]
        probs = steps[0][0] if len(steps) == 1 else np.mean([p for p, _ in steps], axis=0)
        looks = steps[0][1]
        with np.errstate(divide="ignore"):
            scores = np.array([one.score for one in alive])[:, None] - np.log(probs)
        wanted = k - len(ended)
        best = np.argsort(scores, axis=None, kind="stable")[:wanted]
        rows, words = np.unravel_index(best, scores.shape)
        grown, kept = [], []
        for row, word in zip(rows.tolist(), words.tolist(), strict=True):
            old = alive[row]
            look = [alpha[row] for alpha in looks]
            new = Hypothesis([*old.tokens, word], float(scores[row, word]), [*old.looks, look])
            if word == END:
                ended.append(new)
            else:
                grown.append(new)
                kept.append(row)
        alive = grown
        if not alive or len(ended) >= k:
            break
        tokens = np.array([one.tokens[-1] for one in alive])
        for reader in readers:
            reader.keep(np.array(kept))
    return sorted([*ended, *alive], key=lambda one: one.normalised)
