"""AdaGrad."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_choice, check_real
from symopt.rules.rule import PerParameterRule
from symopt.state import Slot, Variables


class AdaGrad(PerParameterRule):
    """AdaGrad; see :func:`symopt.adagrad` for the formulas."""

    name = "adagrad"

    def __init__(
        self,
        epsilon: float = 1e-6,
        epsilon_placement: str = "outside",
        initial_accumulator: float = 0.0,
    ) -> None:
        self.epsilon = check_real(self.name, "epsilon", epsilon, low_open=True)
        self.epsilon_placement = check_choice(
            self.name, "epsilon_placement", epsilon_placement, ("outside", "inside")
        )
        self.initial_accumulator = check_real(self.name, "initial_accumulator", initial_accumulator)
        self.slots = (Slot("sum_square_grad", initial=self.initial_accumulator),)

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        s_t = state["sum_square_grad"] + grad**2
        if self.epsilon_placement == "inside":
            denominator = pt.sqrt(s_t + self.epsilon)
        else:
            denominator = pt.sqrt(s_t) + self.epsilon
        return -(rate * grad / denominator), {"sum_square_grad": s_t}
