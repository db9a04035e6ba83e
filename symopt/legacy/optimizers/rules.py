"""Rules as the historical optimizers had them, quirks included."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.rules import AdaDelta, Adam, PerParameterRule, RMSProp
from symopt.state import Slot, Variables


class UnratedAdaDelta(AdaDelta):
    """Zeiler's AdaDelta at its own step, whatever the rate."""

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        return super().step(param, grad, state, pt.ones_like(rate))


class RateAsEpsilonAdaDelta(AdaDelta):
    """AdaDelta whose rate stands where epsilon belongs, inside both roots (WAP)."""

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        s_t, u = state["mean_square_grad"], state["mean_square_step"]
        delta = pt.sqrt(u + rate) / pt.sqrt(s_t + rate) * grad
        return -delta, {"mean_square_step": self.rho * u + (1 - self.rho) * delta**2}


class UnratedRMSProp(RMSProp):
    """Centered RMSProp with momentum 0.9 (Graves 2013) at the rate 1e-4, whatever the rate."""

    def __init__(self, statistics: str = "phase1") -> None:
        super().__init__(
            rho=0.95,
            epsilon=1e-4,
            epsilon_placement="inside",
            centered=True,
            momentum=0.9,
            formulation="classical",
            statistics=statistics,
        )

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        return super().step(param, grad, state, pt.full_like(rate, 1e-4))


class MisbasedAdam(Adam):
    r"""Adam whose bias corrections take :math:`1 - \beta` where :math:`\beta` belongs.

    .. math::

        p \leftarrow p - \eta\, \frac{\sqrt{1 - (1 - \beta_2)^t}}{1 - (1 - \beta_1)^t}\,
            \frac{m_t}{\sqrt{v_t} + \varepsilon}

    The code behind it called the weight of the new term b1, as the first version of the paper
    did, and corrected as the second version does. With the usual decays the corrections are near
    1 from the second update on, while the averages are still near 0.
    """

    def __init__(
        self, beta1: float = 0.9, beta2: float = 0.999, fixed_rate: float | None = None
    ) -> None:
        super().__init__(beta1, beta2, epsilon_hat=True)
        self.fixed_rate = fixed_rate

    def factors(self, state: Variables, rate: TensorVariable) -> Variables:
        t = state["step"]
        if self.fixed_rate is not None:
            rate = pt.full_like(rate, self.fixed_rate)
        fix1, fix2 = 1 - (1 - self.beta1) ** t, 1 - (1 - self.beta2) ** t
        return {"step_size": rate * pt.sqrt(fix2) / fix1}


class StaleMomentum(PerParameterRule):
    """Momentum whose step is the velocity of the update before (WAP).

    Both updates stood in one ``theano.function``, so the parameters read the old velocity: they do
    not move in the first update, and lag one behind ever after.
    """

    name = "sgd_momentum"
    slots = (Slot("velocity"),)

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        v = state["velocity"]
        return v, {"velocity": 0.9 * v - rate * grad}
