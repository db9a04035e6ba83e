"""AdaDelta."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_choice, check_real
from symopt.rules.rule import PerParameterRule
from symopt.state import Slot, Variables


class AdaDelta(PerParameterRule):
    """Zeiler's AdaDelta; see :func:`symopt.adadelta` for the formulas."""

    name = "adadelta"
    slots = (Slot("mean_square_grad"), Slot("mean_square_step"))

    def __init__(
        self,
        rho: float = 0.95,
        epsilon: float = 1e-6,
        epsilon_placement: str = "inside",
        statistics: str = "phase2",
    ) -> None:
        self.rho = check_real(self.name, "rho", rho, high=1.0, high_open=True)
        self.epsilon = check_real(self.name, "epsilon", epsilon, low_open=True)
        self.epsilon_placement = check_choice(
            self.name, "epsilon_placement", epsilon_placement, ("inside", "outside")
        )
        self.statistics = check_choice(self.name, "statistics", statistics, ("phase2", "phase1"))

    def accumulate(
        self, param: TensorVariable, grad: TensorVariable, state: Variables
    ) -> Variables:
        rho = self.rho
        return {"mean_square_grad": rho * state["mean_square_grad"] + (1 - rho) * grad**2}

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        rho = self.rho
        delta = self._rms(state["mean_square_step"]) / self._rms(state["mean_square_grad"]) * grad
        moved = {"mean_square_step": rho * state["mean_square_step"] + (1 - rho) * delta**2}
        return -(rate * delta), moved

    def _rms(self, mean_square: TensorVariable) -> TensorVariable:
        if self.epsilon_placement == "inside":
            return pt.sqrt(mean_square + self.epsilon)
        return pt.sqrt(mean_square) + self.epsilon
