"""Gradual warmup before another schedule."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

from symopt.errors import HyperparameterError
from symopt.hyperparameters import check_integer, check_real
from symopt.schedules.decay import Constant
from symopt.schedules.schedule import Schedule


class Warmup(Schedule):
    """See :func:`warmup`."""

    name = "warmup"

    def __init__(self, schedule: Schedule | float, steps: int, start: float = 0.0) -> None:
        if isinstance(schedule, Real):
            schedule = Constant(check_real(self.name, "schedule", schedule))
        if not isinstance(schedule, Schedule):
            raise HyperparameterError(
                f"{self.name}: schedule={schedule!r} is a {type(schedule).__name__}; expected a "
                "schedule such as constant(0.1), or its rate as a number."
            )
        self.schedule = schedule
        self.steps = check_integer(self.name, "steps", steps)
        self.start = check_real(self.name, "start", start, high=schedule(0))

    def rate_at(self, step: int) -> float:
        if step >= self.steps:
            return self.schedule(step - self.steps)
        return self.start + (self.schedule(0) - self.start) * (step / self.steps)

    def observe(self, metric: Any) -> None:
        self.schedule.observe(metric)

    def state_dict(self) -> dict[str, Any]:
        return self.schedule.state_dict()

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        self.schedule.load_state_dict(state)


def warmup(schedule: Schedule | float, steps: int, start: float = 0.0) -> Warmup:
    r"""Let the rate climb in a straight line before another schedule begins.

    .. math::

        \eta_t = \begin{cases}
            \eta_{\text{start}} + (S(0) - \eta_{\text{start}})\, t / w & t < w \\
            S(t - w) & t \ge w
        \end{cases}

    Parameters
    ----------
    schedule
        :math:`S`, what follows; it begins at its own step 0. A number in [0, inf) stands for
        ``constant(number)``.
    steps
        :math:`w`, the updates that warm up, at least 0. Update ``steps`` is the first with the full
        rate.
    start
        :math:`\eta_{\text{start}}`, the rate of update 0, in [0, S(0)].

    Notes
    -----
    With ``start=0`` update 0 moves nothing but the statistics of the rule. The state is that of
    ``schedule``, and metrics go there, also during the climb: a plateau that is met then lowers
    the rate at which it ends.

    References
    ----------
    Goyal et al. (2017), Accurate, large minibatch SGD: Training ImageNet in 1 hour, section 2.2.
    """
    return Warmup(schedule, steps, start)
