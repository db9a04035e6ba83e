"""How a classifier does on some examples."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Score:
    """How a classifier does on some examples.

    Attributes
    ----------
    cost
        Mean negative log-likelihood of the labels, in nats.
    error
        Fraction it gets wrong.
    """

    cost: float
    error: float

    @classmethod
    def of(cls, probabilities: NDArray[Any], labels: NDArray[np.int64]) -> Score:
        """Judge the class probabilities (examples, classes) by the labels (examples,)."""
        likelihood = probabilities[np.arange(len(labels)), labels].astype(np.float64)
        wrong = probabilities.argmax(axis=1) != labels
        smallest = np.finfo(probabilities.dtype).tiny
        return cls(float(-np.log(likelihood.clip(smallest)).mean()), float(wrong.mean()))

    @property
    def metrics(self) -> dict[str, float]:
        """Both by name, as ``symopt.fit`` takes them; the cost decides.

        The error of a few hundred examples moves in coarse steps.
        """
        return asdict(self)
