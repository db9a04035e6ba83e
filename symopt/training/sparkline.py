"""The costs of a whole run in one line of a terminal."""

from __future__ import annotations

import math
from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"


class Sparkline:
    """Means of equal parts of a run, as bars; each look costs as much as there are new costs.

    Parameters
    ----------
    width
        Bars at most (at least half of them are used).
    """

    def __init__(self, width: int = 32) -> None:
        self.width = width
        self._seen = 0
        self._size = 1  # costs to a bar
        self._means: list[float] = []
        self._sum, self._count = 0.0, 0
        self._inside = 0  # of the part that is not complete yet

    def add(self, costs: Sequence[float]) -> None:
        """Take in the costs that were not there at the last call."""
        new = costs[self._seen :]
        self._seen += len(new)
        for cost in new:
            if math.isfinite(cost):
                self._sum += cost
                self._count += 1
            self._inside += 1
            if self._inside == self._size:
                self._means.append(self._sum / self._count if self._count else math.nan)
                self._sum, self._count, self._inside = 0.0, 0, 0
                if len(self._means) == self.width:
                    self._halve()

    def _halve(self) -> None:
        pairs = zip(self._means[::2], self._means[1::2], strict=True)
        self._means = [_mean(pair) for pair in pairs]
        self._size *= 2

    def __str__(self) -> str:
        finite = [mean for mean in self._means if math.isfinite(mean)]
        if not finite:
            return ""
        low, high = min(finite), max(finite)
        if low > 0 and high > 10 * low:
            return _bars([math.log(m) if m > 0 else m for m in self._means])
        return _bars(self._means)


def _mean(values: Sequence[float]) -> float:
    finite = [value for value in values if math.isfinite(value)]
    return sum(finite) / len(finite) if finite else math.nan


def _bars(values: Sequence[float]) -> str:
    finite = [value for value in values if math.isfinite(value)]
    low, high = min(finite), max(finite)
    scale = (len(BARS) - 1) / (high - low) if high > low else 0.0
    return "".join(
        BARS[round((value - low) * scale)] if math.isfinite(value) else " " for value in values
    )
