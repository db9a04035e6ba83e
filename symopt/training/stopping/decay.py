"""Rules that lower the rate when a metric gets no better, and may end the run after that."""

from __future__ import annotations

import math
from typing import ClassVar

from symopt.hyperparameters import check_flag, check_integer, check_real
from symopt.training.run import Run
from symopt.training.stopping.rule import Change, StoppingRule, check_loss


class RateDecay(StoppingRule):
    """See :func:`decay_and_restart` and :func:`plateau`."""

    reason = "no better at any rate"
    changes_rate = True
    slots: ClassVar = {"best": check_loss, "bad_counter": check_integer, "decays": check_integer}

    def __init__(
        self,
        patience: int,
        factor: float,
        times: int | None,
        threshold: float,
        restart: bool,
        metric: str | None,
        mode: str | None,
    ) -> None:
        super().__init__(metric, mode)
        self.patience = check_integer(self.name, "patience", patience)
        self.factor = check_real(
            self.name, "factor", factor, low_open=True, high=1.0, high_open=True
        )
        self.times = None if times is None else check_integer(self.name, "times", times)
        self.threshold = check_real(self.name, "threshold", threshold)
        self.restart = check_flag(self.name, "restart", restart)
        self.best = math.inf
        self.bad_counter = 0
        self.decays = 0

    def after_validation(self, run: Run) -> Change | None:
        loss = self.loss(run, run.validations[-1])
        if self._is_good(loss) or len(run.validations) == 1:
            self.best, self.bad_counter = min(self.best, loss), 0
            return None
        self.bad_counter += 1
        if self.bad_counter <= self.patience or self.decays == self.times:
            return None
        self.bad_counter = 0
        self.decays += 1
        restart = self.restart and run.best is not None
        text = f"no better for {self.patience + 1} validations: the rate is multiplied by "
        text += f"{self.factor:g}"
        if restart:
            assert run.best is not None  # for mypy
            text += f", and the parameters are those of update {run.best.update:,} again"
        return Change(self.factor, restart, text)

    def _is_good(self, loss: float) -> bool:
        if not self.threshold:
            return loss <= self.best and loss < math.inf
        margin = self.threshold * abs(self.best) if math.isfinite(self.best) else 0.0
        return loss < self.best - margin

    def is_over(self, run: Run) -> bool:
        return self.decays == self.times and self.bad_counter > self.patience


class DecayAndRestart(RateDecay):
    """See :func:`decay_and_restart`."""

    name = "decay_and_restart"


class Plateau(RateDecay):
    """See :func:`plateau`."""

    name = "plateau"


def decay_and_restart(
    patience: int,
    factor: float = 0.1,
    times: int = 2,
    restart: bool = True,
    metric: str | None = None,
    mode: str | None = None,
) -> DecayAndRestart:
    r"""Lower the rate and begin again at the best parameters, as WAP trains; then end the run.

    A validation is bad if a better one came before. At bad validation number ``patience + 1`` in a
    row the rate is multiplied by ``factor`` and the parameters (and the targets of
    ``extra_updates``) are set back to the best ones, up to ``times`` times; the next time the run
    is over.

    Parameters
    ----------
    patience
        At least 0. WAP has 15.
    factor
        In (0, 1). WAP divides by 10.
    times
        How often the rate is lowered, at least 0. WAP does so twice.
    restart
        Whether to go back to the best parameters. The optimizer's state (its averages) stays as it
        is in either case.
    metric, mode
        Which metric, and whether it should fall ("min") or rise ("max"); default the one that
        decides. The best parameters are those of the metric that decides.

    Returns
    -------
    StoppingRule
        State: ``best`` (the metric; negated if it should rise), ``bad_counter`` and ``decays``.

    Notes
    -----
    WAP's script means to go back: it says "Lr decay and retrain!" and assigns the best parameters,
    but to a dict that nothing reads, so that its training goes on where it is. ``restart=False`` is
    what it does.

    References
    ----------
    JianshuZhang/WAP, DenseNet/nmt.py (``bad_counter``, ``halfLrFlag``).
    """
    return DecayAndRestart(patience, factor, times, 0.0, restart, metric, mode)


def plateau(
    patience: int,
    factor: float = 0.1,
    times: int | None = None,
    threshold: float = 1e-4,
    metric: str | None = None,
    mode: str | None = None,
) -> Plateau:
    r"""Lower the rate when a metric has stopped improving, whatever the rate is made of.

    A validation :math:`e` is good, and the new best :math:`b`, if :math:`e < b - \theta |b|` (for
    a metric that should rise, :math:`e > b + \theta |b|`). At bad validation number
    ``patience + 1`` in a row the rate is multiplied by ``factor``.

    Parameters
    ----------
    patience
        At least 0.
    factor
        In (0, 1).
    times
        How often the rate is lowered before the run is over; None (default): the rule never ends a
        run.
    threshold
        :math:`\theta` in [0, inf). With 0, a metric equal to the best is good.
    metric, mode
        Which metric, and whether it should fall ("min") or rise ("max"); default the one that
        decides.

    Returns
    -------
    StoppingRule
        State: ``best`` (the metric; negated if it should rise), ``bad_counter`` and ``decays``.

    See Also
    --------
    symopt.schedules.reduce_on_plateau : the same as a schedule, with a cooldown and a lowest rate.
    """
    return Plateau(patience, factor, times, threshold, False, metric, mode)
