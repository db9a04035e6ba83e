"""The curves of a run as the page draws them: few points, on three axes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.training.curve_data import CurveData, Floats
from symopt.training.report.recorded_run import RecordedRun

POINTS = 600  # of a curve at most, evenly over the updates; a screen has few more
SMOOTHING = 0.7  # of the training cost, at first


@dataclass(frozen=True)
class Series:
    """A curve: values over updates, epochs and seconds, all of shape (n,).

    ``lowest`` and ``highest`` are the range that each value stands for; None where it is a single
    one.
    """

    updates: Floats
    epochs: Floats
    seconds: Floats
    values: Floats
    lowest: Floats | None = None
    highest: Floats | None = None

    def to_json(self) -> dict[str, Any]:
        """The arrays by short names, for the page's script; null for what is not finite."""
        arrays = {
            "updates": self.updates,
            "epochs": self.epochs,
            "seconds": self.seconds,
            "values": self.values,
            "lowest": self.lowest,
            "highest": self.highest,
        }
        return {name: _rounded(array) for name, array in arrays.items() if array is not None}


def cost_series(run: RecordedRun) -> Series:
    """The training cost: means of parts of the run, with the range inside each part."""
    curves = run.curves
    low, high = curves.lowest, curves.highest
    return _thinned(curves.updates, curves.costs, low, high, run)


def rate_series(run: RecordedRun) -> Series:
    """The learning rate, where it changes."""
    updates, rates = run.curves.rate_updates, run.curves.rates
    changes = np.flatnonzero(np.diff(rates))
    # The ends, and both sides of each change.
    kept = np.unique([*changes, *(changes + 1), *range(len(rates))[:1], *range(len(rates))[-1:]])
    kept = kept.astype(int)
    return _thinned(updates[kept], rates[kept], None, None, run)


def metric_series(run: RecordedRun, name: str) -> Series:
    """A validation metric; empty if the run has none of that name."""
    updates, values = run.curves.metric(name)
    low, high = (values, values) if len(values) > POINTS else (None, None)
    return _thinned(updates, values, low, high, run)


def smoothed(values: Floats, weight: float = SMOOTHING) -> Floats:
    r"""Running averages, :math:`a_t = w a_{t-1} + (1 - w) y_t`, without their bias to the start.

    They are divided by :math:`1 - w^t`. What is not finite is passed over and stays.
    """
    average, mass = 0.0, 0.0
    result = np.full(len(values), np.nan)
    for place, value in enumerate(values):
        if np.isfinite(value):
            average = weight * average + (1 - weight) * value
            mass = weight * mass + (1 - weight)
            result[place] = average / mass
    return result


def _thinned(
    updates: Floats, values: Floats, low: Floats | None, high: Floats | None, run: RecordedRun
) -> Series:
    if len(updates) > POINTS:
        edges = np.linspace(0, updates[-1], POINTS, endpoint=False)
        starts = np.unique(np.searchsorted(updates, edges, side="right"))
        # The last value of each part where there is no range: a rate jumps, it has no mean.
        ends = np.append(starts[1:], len(updates)) - 1
        if low is None or high is None:
            values = values[ends]
        else:
            values = _means(updates, values, starts)
            low = np.fmin.reduceat(np.where(np.isfinite(low), low, np.nan), starts)
            high = np.fmax.reduceat(np.where(np.isfinite(high), high, np.nan), starts)
        updates = updates[ends]
    return Series(updates, _epochs(updates, run), _seconds(updates, run.curves), values, low, high)


def _means(updates: Floats, values: Floats, starts: NDArray[np.int_]) -> Floats:
    """Means of the finite values of each part; a value counts as often as it has updates."""
    finite = np.isfinite(values)
    weights = np.where(finite, np.diff(updates, prepend=0.0), 0.0)
    masses = np.add.reduceat(weights, starts)
    sums = np.add.reduceat(weights * np.where(finite, values, 0.0), starts)
    return np.divide(sums, masses, out=np.full(len(starts), np.nan), where=masses > 0)


def _epochs(updates: Floats, run: RecordedRun) -> Floats:
    """Epochs done after some updates, with fractions."""
    length = run.number("updates_per_epoch")
    if not length or not length > 0:
        curves = run.curves
        ends = [0.0, *(curves.updates[np.flatnonzero(np.diff(curves.epochs) > 0)])]
        lengths = np.diff(ends) / np.maximum(1, np.diff(curves.epochs)[np.diff(curves.epochs) > 0])
        if not len(lengths):  # nothing more is known than that this is the first
            length = max(1.0, float(curves.updates.max(initial=1.0)))
        else:
            length = float(np.median(lengths))
    return updates / length


def _seconds(updates: Floats, curves: CurveData) -> Floats:
    """Seconds of training after some updates, between those that are known."""
    validations = curves.validations
    known = np.concatenate([[0.0], curves.updates, [float(v.update) for v in validations]])
    seconds = np.concatenate([[0.0], curves.seconds, [v.seconds for v in validations]])
    finite = np.isfinite(seconds)
    known, seconds = known[finite], seconds[finite]
    order = np.argsort(known, kind="stable")
    return np.interp(updates, known[order], np.maximum.accumulate(seconds[order]))


def _rounded(array: Floats) -> list[float | int | None]:
    return [_short(float(value)) for value in array]


def _short(value: float) -> float | int | None:
    if not np.isfinite(value):
        return None
    short = float(f"{value:.6g}") if abs(value) < 1e6 else value
    return int(short) if short == int(short) and abs(short) < 2**53 else short
