"""The rate is lowered where a metric stops improving."""

from __future__ import annotations

import math
from typing import Any, ClassVar

import numpy as np

from symopt.errors import HyperparameterError
from symopt.hyperparameters import check_choice, check_integer, check_real
from symopt.schedules.schedule import Schedule


def _check_best(owner: str, name: str, value: object) -> float | None:
    return None if value is None else check_real(owner, name, value, low=-math.inf)


class ReduceOnPlateau(Schedule):
    """See :func:`reduce_on_plateau`."""

    name = "reduce_on_plateau"
    slots: ClassVar = {
        "current_rate": check_real,
        "best": _check_best,
        "bad_observations": check_integer,
        "cooldown_left": check_integer,
    }

    def __init__(
        self,
        rate: float,
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: str = "rel",
        mode: str = "min",
        cooldown: int = 0,
        minimum: float = 0.0,
    ) -> None:
        self.rate = check_real(self.name, "rate", rate)
        self.factor = check_real(
            self.name, "factor", factor, low_open=True, high=1.0, high_open=True
        )
        self.patience = check_integer(self.name, "patience", patience)
        self.threshold = check_real(self.name, "threshold", threshold)
        self.threshold_mode = check_choice(
            self.name, "threshold_mode", threshold_mode, ("rel", "abs")
        )
        self.mode = check_choice(self.name, "mode", mode, ("min", "max"))
        self.cooldown = check_integer(self.name, "cooldown", cooldown)
        self.minimum = check_real(self.name, "minimum", minimum, high=self.rate)

        self.current_rate = self.rate
        self.best: float | None = None
        self.bad_observations = 0
        self.cooldown_left = 0

    def rate_at(self, step: int) -> float:
        return self.current_rate

    def observe(self, metric: Any) -> None:
        value = np.asarray(metric)
        if value.ndim != 0 or value.dtype.kind not in "fiu":
            raise HyperparameterError(
                f"{self.name}: metric={metric!r} is a {type(metric).__name__}; expected a real "
                "scalar."
            )
        if self._is_better(float(value)):
            self.best = float(value)
            self.bad_observations = 0
        else:
            self.bad_observations += 1
        if self.cooldown_left > 0:
            self.cooldown_left -= 1
            self.bad_observations = 0
        if self.bad_observations > self.patience:
            self.current_rate = max(self.current_rate * self.factor, self.minimum)
            self.cooldown_left = self.cooldown
            self.bad_observations = 0

    def _is_better(self, metric: float) -> bool:
        if not math.isfinite(metric):
            return False
        if self.best is None:
            return True
        margin = self.threshold
        if self.threshold_mode == "rel":
            margin *= abs(self.best)
        return metric < self.best - margin if self.mode == "min" else metric > self.best + margin


def reduce_on_plateau(
    rate: float,
    factor: float = 0.1,
    patience: int = 10,
    threshold: float = 1e-4,
    threshold_mode: str = "rel",
    mode: str = "min",
    cooldown: int = 0,
    minimum: float = 0.0,
) -> ReduceOnPlateau:
    r"""Lower the rate when a metric has stopped improving.

    .. math::

        \eta \leftarrow \max(\gamma \eta, \eta_{\min})
        \quad\text{after } k + 1 \text{ bad observations in a row}

    Only ``schedule.observe(metric)`` moves the rate; ``schedule(t)`` is the same for every ``t``.
    An observation :math:`a` is good, and the new best :math:`b`, if

    .. math::

        a < b - m \ \text{(min)}, \quad a > b + m \ \text{(max)}, \qquad
        m = \theta |b| \ \text{(rel)}, \quad m = \theta \ \text{(abs)};

    so is the first finite one. All others are bad, NaN and infinities among them.

    Parameters
    ----------
    rate
        The first :math:`\eta`, in [0, inf).
    factor
        :math:`\gamma` in (0, 1).
    patience
        :math:`k`, how many bad observations in a row are put up with, at least 0.
    threshold
        :math:`\theta` in [0, inf), by how much a metric has to improve.
    threshold_mode
        "rel" (to the best) or "abs".
    mode
        "min" for a metric that should fall (a cost), "max" for one that should rise (an accuracy).
    cooldown
        How many observations after a reduction are not counted as bad, at least 0. A new best is
        still remembered.
    minimum
        :math:`\eta_{\min}` in [0, rate].

    Raises
    ------
    HyperparameterError
        An argument is out of range. :meth:`observe` raises it for what is not a real scalar.

    Notes
    -----
    State: ``current_rate``, ``best`` (None before the first finite metric), ``bad_observations``,
    ``cooldown_left``. PyTorch's differs in three ways: its relative margin of a negative best has
    the wrong sign, so that slightly worse counts as better; it takes an infinity of the good sign
    for the best; and it omits a reduction that would change the rate by less than ``eps=1e-8``.

    References
    ----------
    ``torch.optim.lr_scheduler.ReduceLROnPlateau``.
    """
    return ReduceOnPlateau(
        rate, factor, patience, threshold, threshold_mode, mode, cooldown, minimum
    )
