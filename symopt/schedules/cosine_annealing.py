"""Cosine annealing, with and without warm restarts."""

from __future__ import annotations

from math import cos, pi

from symopt.errors import HyperparameterError
from symopt.hyperparameters import check_flag, check_integer, check_real
from symopt.schedules.schedule import Schedule


class Cosine(Schedule):
    """See :func:`cosine`."""

    name = "cosine"

    def __init__(
        self,
        rate: float,
        max_steps: int,
        minimum: float = 0.0,
        restarts: bool = False,
        cycle_multiplier: int = 1,
    ) -> None:
        self.rate = check_real(self.name, "rate", rate)
        self.max_steps = check_integer(self.name, "max_steps", max_steps, low=1)
        self.minimum = check_real(self.name, "minimum", minimum, high=self.rate)
        self.restarts = check_flag(self.name, "restarts", restarts)
        self.cycle_multiplier = check_integer(
            self.name, "cycle_multiplier", cycle_multiplier, low=1
        )
        if self.cycle_multiplier > 1 and not self.restarts:
            raise HyperparameterError(
                f"{self.name}: cycle_multiplier={cycle_multiplier!r} has no cycles to lengthen; "
                "add restarts=True."
            )

    def rate_at(self, step: int) -> float:
        angle = pi * self._part_of_cycle(step)
        return self.minimum + (self.rate - self.minimum) / 2 * (1 + cos(angle))

    def _part_of_cycle(self, step: int) -> float:
        length = self.max_steps
        if not self.restarts:
            return min(step, length) / length
        if self.cycle_multiplier == 1:
            return step % length / length
        while step >= length:
            step -= length
            length *= self.cycle_multiplier
        return step / length


def cosine(
    rate: float,
    max_steps: int,
    minimum: float = 0.0,
    restarts: bool = False,
    cycle_multiplier: int = 1,
) -> Cosine:
    r"""Let the rate fall to its minimum along half a cosine.

    .. math::

        \eta_t = \eta_{\min} + \frac{\eta - \eta_{\min}}{2}
                 \left(1 + \cos\frac{\pi \min(t, T)}{T}\right)

    With restarts, :math:`t` counts from the last restart and :math:`T` is the length of the current
    cycle: the rate is back at :math:`\eta` where it would have reached :math:`\eta_{\min}`.

    Parameters
    ----------
    rate
        :math:`\eta` in [0, inf).
    max_steps
        :math:`T`, the length of the (first) cycle, at least 1. Without restarts the rate is
        ``minimum`` from this update on.
    minimum
        :math:`\eta_{\min}` in [0, rate].
    restarts
        Begin again at the end of each cycle.
    cycle_multiplier
        How many times as long as the last one each cycle is, an integer of at least 1. Larger ones
        want ``restarts``.

    Notes
    -----
    ``torch.optim.lr_scheduler.CosineAnnealingLR`` climbs again after :math:`T`; this one stays.

    References
    ----------
    Loshchilov, Hutter (2017), SGDR: Stochastic gradient descent with warm restarts, equation 5.
    ``torch.optim.lr_scheduler.CosineAnnealingWarmRestarts``, with ``T_mult`` for
    ``cycle_multiplier``.
    """
    return Cosine(rate, max_steps, minimum, restarts, cycle_multiplier)
