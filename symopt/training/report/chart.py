"""The charts of a page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symopt.training.curve_data import Floats
from symopt.training.curves import RATE_FLOOR, is_logarithmic
from symopt.training.report.recorded_run import RecordedRun
from symopt.training.report.series import (
    Series,
    cost_series,
    metric_series,
    rate_series,
    smoothed,
)

COLOURS = 8
"""How many runs have a colour of their own; the next ones have the same, dashed."""


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes
    ----------
    kind
        "cost", "metric" or "rate".
    title
        Stands above it.
    series
        A curve for each run; empty ones for runs that have none.
    best
        For each run the update of its best value, where this chart is about it.
    """

    kind: str
    title: str
    series: tuple[Series, ...]
    best: tuple[int | None, ...]

    @property
    def shown(self) -> tuple[Floats, ...]:
        """The values as they are drawn at first."""
        if self.kind == "cost":
            return tuple(smoothed(one.values) for one in self.series)
        return tuple(one.values for one in self.series)

    @property
    def logarithmic(self) -> bool:
        """Whether its axis is at first."""
        return is_logarithmic(np.concatenate(self.shown))

    @property
    def floor(self) -> float:
        """The part of the highest value below which a logarithmic axis is cut off."""
        return RATE_FLOOR if self.kind == "rate" else 0.0

    def to_json(self) -> dict[str, Any]:
        """What the page's script draws it from."""
        return {
            "kind": self.kind,
            "title": self.title,
            "logarithmic": self.logarithmic,
            "floor": self.floor,
            "best": self.best,
            "series": [one.to_json() for one in self.series],
        }


def make_charts(runs: Sequence[RecordedRun]) -> list[Chart]:
    """The training cost, every validation metric that a run has, and the rate."""
    nothing = (None,) * len(runs)
    charts = [Chart("cost", "Training cost", tuple(map(cost_series, runs)), nothing)]
    for name in dict.fromkeys(name for run in runs for name in run.curves.metrics):
        title = "Validation" if name == "validation" else f"Validation {name}"
        series = tuple(metric_series(run, name) for run in runs)
        best = tuple(_best_update(run, name) for run in runs)
        charts.append(Chart("metric", title, series, best))
    charts.append(Chart("rate", "Learning rate", tuple(map(rate_series, runs)), nothing))
    return [chart for chart in charts if any(len(one.updates) for one in chart.series)]


def run_class(place: int) -> str:
    """The classes of what belongs to the run at this place: its colour and its dashes."""
    return f"run-{place % COLOURS} dash-{place // COLOURS % 3}"


def _best_update(run: RecordedRun, name: str) -> int | None:
    best = run.curves.best
    return best.update if best is not None and next(iter(best.metrics)) == name else None
