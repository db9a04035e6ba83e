"""Rates that follow a formula; all but the constant one decay."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from symopt.errors import HyperparameterError
from symopt.hyperparameters import check_integer, check_real
from symopt.schedules.schedule import Schedule


class Constant(Schedule):
    """See :func:`constant`."""

    name = "constant"

    def __init__(self, rate: float) -> None:
        self.rate = check_real(self.name, "rate", rate)

    def rate_at(self, step: int) -> float:
        return self.rate


def constant(rate: float) -> Constant:
    r"""The same rate for every update.

    .. math:: \eta_t = \eta

    Parameters
    ----------
    rate
        :math:`\eta` in [0, inf).

    References
    ----------
    Caffe, ``lr_policy: "fixed"``.
    """
    return Constant(rate)


class Step(Schedule):
    """See :func:`step`."""

    name = "step"

    def __init__(self, rate: float, every: int, factor: float = 0.1) -> None:
        self.rate = check_real(self.name, "rate", rate)
        self.every = check_integer(self.name, "every", every, low=1)
        self.factor = check_real(self.name, "factor", factor, low_open=True, high=1.0)

    def rate_at(self, step: int) -> float:
        return self.rate * self.factor ** (step // self.every)


def step(rate: float, every: int, factor: float = 0.1) -> Step:
    r"""Multiply the rate by a factor at regular intervals.

    .. math:: \eta_t = \eta\, \gamma^{\lfloor t / k \rfloor}

    Parameters
    ----------
    rate
        :math:`\eta` in [0, inf).
    every
        :math:`k`, the updates between two reductions, at least 1. Update ``every`` is the first
        with a smaller rate.
    factor
        :math:`\gamma` in (0, 1].

    References
    ----------
    Caffe, ``lr_policy: "step"``. ``torch.optim.lr_scheduler.StepLR``.
    """
    return Step(rate, every, factor)


class MultiStep(Schedule):
    """See :func:`multistep`."""

    name = "multistep"

    def __init__(self, rate: float, milestones: Iterable[int], factor: float = 0.1) -> None:
        self.rate = check_real(self.name, "rate", rate)
        self.milestones = self._increasing(milestones)
        self.factor = check_real(self.name, "factor", factor, low_open=True, high=1.0)

    def _increasing(self, milestones: Iterable[int]) -> tuple[int, ...]:
        if not isinstance(milestones, Iterable):
            raise HyperparameterError(
                f"{self.name}: milestones={milestones!r}; expected a sequence of increasing "
                "integers of at least 1, such as [1000, 2000]."
            )
        increasing: list[int] = []
        for milestone in milestones:
            low = increasing[-1] + 1 if increasing else 1
            name = f"milestones[{len(increasing)}]"
            increasing.append(check_integer(self.name, name, milestone, low=low))
        return tuple(increasing)

    def rate_at(self, step: int) -> float:
        return self.rate * self.factor ** bisect_right(self.milestones, step)


def multistep(rate: float, milestones: Iterable[int], factor: float = 0.1) -> MultiStep:
    r"""Multiply the rate by a factor at each milestone.

    .. math:: \eta_t = \eta\, \gamma^{\,\left|\{i \,:\, m_i \le t\}\right|}

    Parameters
    ----------
    rate
        :math:`\eta` in [0, inf).
    milestones
        :math:`m_1 < m_2 < \dots`, integers of at least 1. Update :math:`m_i` is the first with a
        smaller rate.
    factor
        :math:`\gamma` in (0, 1].

    References
    ----------
    Caffe, ``lr_policy: "multistep"``. ``torch.optim.lr_scheduler.MultiStepLR``.
    """
    return MultiStep(rate, milestones, factor)


class Exponential(Schedule):
    """See :func:`exponential`."""

    name = "exponential"

    def __init__(self, rate: float, decay: float) -> None:
        self.rate = check_real(self.name, "rate", rate)
        self.decay = check_real(self.name, "decay", decay, low_open=True, high=1.0)

    def rate_at(self, step: int) -> float:
        return self.rate * self.decay**step


def exponential(rate: float, decay: float) -> Exponential:
    r"""Multiply the rate by a factor at every update.

    .. math:: \eta_t = \eta\, \gamma^t

    Parameters
    ----------
    rate
        :math:`\eta` in [0, inf).
    decay
        :math:`\gamma` in (0, 1]. ``0.5 ** (1 / k)`` halves the rate every ``k`` updates.

    References
    ----------
    Caffe, ``lr_policy: "exp"``. ``torch.optim.lr_scheduler.ExponentialLR``.
    """
    return Exponential(rate, decay)


class Inverse(Schedule):
    """See :func:`inverse`."""

    name = "inverse"

    def __init__(self, rate: float, gamma: float, power: float = 1.0) -> None:
        self.rate = check_real(self.name, "rate", rate)
        self.gamma = check_real(self.name, "gamma", gamma)
        self.power = check_real(self.name, "power", power)

    def rate_at(self, step: int) -> float:
        return self.rate * (1 + self.gamma * step) ** -self.power


def inverse(rate: float, gamma: float, power: float = 1.0) -> Inverse:
    r"""Let the rate decay like a power of the time.

    .. math:: \eta_t = \eta\, (1 + \gamma t)^{-p}

    Parameters
    ----------
    rate
        :math:`\eta` in [0, inf).
    gamma
        :math:`\gamma` in [0, inf): with ``power=1``, the rate is halved after :math:`1 / \gamma`
        updates.
    power
        :math:`p` in [0, inf). The sum of the rates diverges and that of their squares converges,
        as stochastic approximation wants it, for :math:`1/2 < p \le 1`.

    References
    ----------
    Robbins, Monro (1951), A stochastic approximation method.
    Caffe, ``lr_policy: "inv"``; its LeNet has ``inverse(0.01, 1e-4, power=0.75)``.
    """
    return Inverse(rate, gamma, power)


class Polynomial(Schedule):
    """See :func:`polynomial`."""

    name = "polynomial"

    def __init__(self, rate: float, max_steps: int, power: float = 1.0, end: float = 0.0) -> None:
        self.rate = check_real(self.name, "rate", rate)
        self.max_steps = check_integer(self.name, "max_steps", max_steps, low=1)
        self.power = check_real(self.name, "power", power, low_open=True)
        self.end = check_real(self.name, "end", end, high=self.rate)

    def rate_at(self, step: int) -> float:
        remaining = 1 - min(step, self.max_steps) / self.max_steps
        return self.end + (self.rate - self.end) * remaining**self.power


def polynomial(rate: float, max_steps: int, power: float = 1.0, end: float = 0.0) -> Polynomial:
    r"""Let the rate fall to its end like a power of the time that remains.

    .. math::

        \eta_t = \eta_{\text{end}} + (\eta - \eta_{\text{end}})
                 \left(1 - \frac{\min(t, T)}{T}\right)^p

    Parameters
    ----------
    rate
        :math:`\eta` in [0, inf).
    max_steps
        :math:`T`, at least 1. From this update on the rate is ``end``.
    power
        :math:`p` in (0, inf); 1 is a straight line.
    end
        :math:`\eta_{\text{end}}` in [0, rate].

    References
    ----------
    Caffe, ``lr_policy: "poly"``, and ``torch.optim.lr_scheduler.PolynomialLR``, both with
    ``end=0``.
    """
    return Polynomial(rate, max_steps, power, end)
