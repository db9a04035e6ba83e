"""Rules that end a run when a metric gets no better."""

from __future__ import annotations

import math
from typing import ClassVar

from symopt.hyperparameters import check_integer
from symopt.training.run import Run
from symopt.training.stopping.rule import Change, StoppingRule, check_loss


class Patience(StoppingRule):
    """See :func:`patience`."""

    name = "patience"
    reason = "patience"
    slots: ClassVar = {"bad_counter": check_integer}

    def __init__(self, patience: int, metric: str | None = None, mode: str | None = None) -> None:
        super().__init__(metric, mode)
        self.patience = check_integer(self.name, "patience", patience, low=1)
        self.bad_counter = 0

    def after_validation(self, run: Run) -> Change | None:
        losses = [self.loss(run, validation) for validation in run.validations]
        if losses[-1] <= min(losses):
            self.bad_counter = 0
        if len(losses) > self.patience and losses[-1] >= min(losses[: -self.patience]):
            self.bad_counter += 1
        return None

    def is_over(self, run: Run) -> bool:
        return self.bad_counter > self.patience


def patience(patience: int, metric: str | None = None, mode: str | None = None) -> Patience:
    r"""End a run as the LSTM tutorial, dl4mt and their descendants do.

    With :math:`e_1 \ldots e_n` the validations so far and :math:`k` the patience, a validation is
    bad if

    .. math:: n > k \quad\text{and}\quad e_n \ge \min(e_1, \ldots, e_{n-k})

    and the run ends at bad validation number :math:`k + 1` since the last one that was the lowest
    of all.

    Parameters
    ----------
    patience
        :math:`k`, at least 1. The tutorial has 10.
    metric, mode
        Which metric, and whether it should fall ("min") or rise ("max"); default the one that
        decides.

    Returns
    -------
    StoppingRule
        State: ``bad_counter``.

    Notes
    -----
    It is more patient than it sounds: :math:`2k + 1` validations after the lowest. The tutorial's
    minimum becomes NaN with the first error that is NaN; here such an error is the worst of all.

    References
    ----------
    lisa-lab/DeepLearningTutorials, code/lstm.py; nyu-dl/dl4mt-tutorial, session2/nmt.py.
    """
    return Patience(patience, metric, mode)


class NoBetter(StoppingRule):
    """See :func:`no_better`."""

    name = "no_better"
    reason = "no better metric"
    slots: ClassVar = {"best": check_loss, "since": check_integer}

    def __init__(self, patience: int, metric: str | None = None, mode: str | None = None) -> None:
        super().__init__(metric, mode)
        self.patience = check_integer(self.name, "patience", patience, low=1)
        self.best = math.inf
        self.since = 0

    def after_validation(self, run: Run) -> Change | None:
        loss = self.loss(run, run.validations[-1])
        # The first validation is no failure to get better, whatever it gave.
        if loss < self.best or len(run.validations) == 1:
            self.best, self.since = loss, 0
        else:
            self.since += 1
        return None

    def is_over(self, run: Run) -> bool:
        return self.since >= self.patience


def no_better(patience: int, metric: str | None = None, mode: str | None = None) -> NoBetter:
    """End a run after ``patience`` validations in a row without a new best metric.

    Parameters
    ----------
    patience
        At least 1. cutedl's document on optimizers has 20.
    metric, mode
        Which metric, and whether it should fall ("min") or rise ("max"); default the one that
        decides.

    Returns
    -------
    StoppingRule
        State: ``best`` (the metric; negated if it should rise) and ``since``, validations after it.

    Notes
    -----
    A metric that moves in coarse steps (a fraction of few examples) gets no better for long; a cost
    tells more.
    """
    return NoBetter(patience, metric, mode)
