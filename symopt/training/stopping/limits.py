"""Rules that end a run when it is good enough, or has taken long enough."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import ClassVar

from symopt.hyperparameters import check_integer, check_real
from symopt.training.run import Run
from symopt.training.stopping.rule import Change, StoppingRule

ROUNDING = 1e-9
"""90 wrong of 1000 are 91% right, whatever 1 - 0.91 is in binary."""


class Held(StoppingRule):
    """See :func:`held` and :func:`target`."""

    name = "held"
    slots: ClassVar = {"count": check_integer}

    def __init__(
        self,
        value: float,
        patience: int,
        metric: str | None = None,
        mode: str | None = None,
        reason: str = "metric held",
    ) -> None:
        super().__init__(metric, mode)
        self.value = check_real(self.name, "value", value, low=-math.inf)
        self.patience = check_integer(self.name, "patience", patience, low=1)
        self.reason = reason
        self.count = 0

    def after_validation(self, run: Run) -> Change | None:
        wanted = self.value if self.direction(run) == "min" else -self.value
        loss = self.loss(run, run.validations[-1])
        self.count = self.count + 1 if loss <= wanted + ROUNDING * max(1.0, abs(wanted)) else 0
        return None

    def is_over(self, run: Run) -> bool:
        return self.count >= self.patience


def held(value: float, patience: int, metric: str | None = None, mode: str | None = None) -> Held:
    """End a run after ``patience`` validations in a row whose metric is as good as ``value``.

    Parameters
    ----------
    value
        What the metric has to reach (to a relative 1e-9).
    patience
        At least 1.
    metric, mode
        Which metric, and whether it should fall ("min") or rise ("max"); default the one that
        decides. cutedl's document on optimizers ends at 91% right in 20 validations:
        ``held(0.91, 20, "accuracy", "max")``.

    Returns
    -------
    StoppingRule
        State: ``count``, such validations in a row so far.
    """
    return Held(value, patience, metric, mode)


def target(value: float, metric: str | None = None, mode: str | None = None) -> Held:
    """End a run at the first validation with a metric at least as good as ``value``.

    Parameters
    ----------
    value, metric, mode
        As for :func:`held`.
    """
    return Held(value, 1, metric, mode, reason="target reached")


class MaxTime(StoppingRule):
    """See :func:`max_time`."""

    name = "max_time"
    reason = "time is up"
    validates = False

    def __init__(self, limit: timedelta | float) -> None:
        super().__init__()
        seconds = limit.total_seconds() if isinstance(limit, timedelta) else limit
        self.limit = check_real(self.name, "limit", seconds, low_open=True)

    def is_over(self, run: Run) -> bool:
        return run.seconds >= self.limit


def max_time(limit: timedelta | float) -> MaxTime:
    """End a run after the first update that is made when so much time has passed.

    Parameters
    ----------
    limit
        A ``datetime.timedelta``, or seconds. Training time of the run counts, validations included;
        what passed between an interruption and going on does not.

    Notes
    -----
    Where such a run ends depends on the machine.
    """
    return MaxTime(limit)
