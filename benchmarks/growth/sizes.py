"""The sizes that are timed: the tutorial's, with one of them varied at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from benchmarks.lstm.problem import FULL, QUICK, Sizes


@dataclass(frozen=True)
class Axis:
    """A panel of the figure.

    Attributes
    ----------
    field
        Of ``Sizes``, what is varied.
    label
        Under the panel.
    values
        What it takes.
    """

    field: str
    label: str
    values: Sequence[int]

    def sizes(self, quick: bool) -> dict[int, Sizes]:
        """Value -> sizes; of a quick run the two smallest, around tiny ones."""
        values = (2, 4) if quick else self.values
        return {v: replace(QUICK if quick else FULL, **{self.field: v}) for v in values}


AXES = (
    Axis("steps", "time steps", (10, 20, 40, 80, 160, 320)),
    Axis("batch", "batch", (1, 4, 16, 64, 256)),
    Axis("dim", "units (and width of the embedding)", (32, 64, 128, 256, 512)),
    Axis("words", "parameters, by the vocabulary", (1_000, 10_000, 100_000, 300_000)),
)
