"""The curves of a run as arrays, from the run itself or from its metrics file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from symopt.training.metrics_lines import MetricsLines
from symopt.training.run import Validation

Floats = NDArray[np.float64]


class History(Protocol):
    """What a :class:`~symopt.training.run.Run` and the result of a fit both have."""

    @property
    def costs(self) -> Any:
        """The cost of every update: an array of the standard library or of NumPy."""

    @property
    def validations(self) -> Sequence[Validation]:
        """Every validation."""

    @property
    def best(self) -> Validation | None:
        """The best validation."""


@dataclass(frozen=True)
class CurveData:
    """The curves of a run.

    Attributes
    ----------
    updates, costs
        Updates with a cost, (n,), and the costs: each, or the mean of some updates.
    lowest, highest
        The range of those costs, (n,).
    seconds, epochs
        Of training, and the epoch, at those updates, (n,); NaN where they are not known.
    rate_updates, rates
        Where the learning rate is known, (m,).
    skipped
        Updates that were skipped, or the first ones known to come after skipped ones.
    validations
        All of them.
    best
        The best of them; None if there is none.
    """

    updates: Floats
    costs: Floats
    lowest: Floats
    highest: Floats
    seconds: Floats
    epochs: Floats
    rate_updates: Floats
    rates: Floats
    skipped: Floats
    validations: tuple[Validation, ...]
    best: Validation | None

    @classmethod
    def from_run(cls, run: History) -> CurveData:
        """The curves of a run, or of the result of a fit; the rates are those at validations."""
        costs = np.array(run.costs[:], dtype=np.float64)
        updates = np.arange(1.0, len(costs) + 1)
        unknown = np.full(len(costs), np.nan)
        validations = tuple(run.validations)
        return cls(
            updates=updates,
            costs=costs,
            lowest=costs,
            highest=costs,
            seconds=unknown,
            epochs=unknown,
            rate_updates=_floats(v.update for v in validations),
            rates=_floats(v.rate for v in validations),
            skipped=updates[~np.isfinite(costs)],
            validations=validations,
            best=run.best,
        )

    @classmethod
    def from_lines(cls, lines: MetricsLines) -> CurveData:
        """The curves that a metrics file holds."""
        rows = sorted(lines.updates, key=lambda line: line.update)
        updates = _floats(line.update for line in rows)
        rates = _floats(line.rate for line in rows)
        known = np.isfinite(rates)
        skipped = np.array([0, *(line.skipped for line in rows)])
        best = [validation for validation, is_best in lines.validations if is_best]
        return cls(
            updates=updates,
            costs=_floats(line.cost for line in rows),
            lowest=_floats(line.lowest for line in rows),
            highest=_floats(line.highest for line in rows),
            seconds=_floats(line.seconds for line in rows),
            epochs=_floats(line.epoch for line in rows),
            rate_updates=updates[known],
            rates=rates[known],
            skipped=updates[np.diff(skipped) > 0],
            validations=tuple(validation for validation, _ in lines.validations),
            best=best[-1] if best else None,
        )

    @property
    def metrics(self) -> tuple[str, ...]:
        """Names of the validation metrics, in the order in which they came."""
        return tuple(dict.fromkeys(name for v in self.validations for name in v.metrics))

    def metric(self, name: str) -> tuple[Floats, Floats]:
        """The updates at which a metric is known, and its values."""
        points = [(v.update, v.metrics[name]) for v in self.validations if name in v.metrics]
        return _floats(update for update, _ in points), _floats(value for _, value in points)


def _floats(values: Any) -> Floats:
    return np.array(list(values), dtype=np.float64)
