"""RMSProp and its variants."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_choice, check_flag, check_real
from symopt.rules.rule import PerParameterRule
from symopt.state import Slot, Variables


class RMSProp(PerParameterRule):
    """RMSProp; see :func:`symopt.rmsprop` for the formulas."""

    name = "rmsprop"

    def __init__(
        self,
        rho: float = 0.9,
        epsilon: float = 1e-6,
        epsilon_placement: str = "outside",
        centered: bool = False,
        momentum: float = 0.0,
        formulation: str = "torch",
        statistics: str = "phase2",
    ) -> None:
        self.rho = check_real(self.name, "rho", rho, high=1.0, high_open=True)
        self.epsilon = check_real(self.name, "epsilon", epsilon, low_open=True)
        self.epsilon_placement = check_choice(
            self.name, "epsilon_placement", epsilon_placement, ("outside", "inside")
        )
        self.centered = check_flag(self.name, "centered", centered)
        self.momentum = check_real(self.name, "momentum", momentum, high=1.0, high_open=True)
        self.formulation = check_choice(
            self.name, "formulation", formulation, ("torch", "classical")
        )
        self.statistics = check_choice(self.name, "statistics", statistics, ("phase2", "phase1"))
        self.slots = (Slot("mean_square_grad"),)
        if self.centered:
            self.slots += (Slot("mean_grad"),)
        if self.momentum:
            self.slots += (Slot("velocity"),)

    def accumulate(
        self, param: TensorVariable, grad: TensorVariable, state: Variables
    ) -> Variables:
        rho = self.rho
        moved = {"mean_square_grad": rho * state["mean_square_grad"] + (1 - rho) * grad**2}
        if self.centered:
            moved["mean_grad"] = rho * state["mean_grad"] + (1 - rho) * grad
        return moved

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        mean_square = state["mean_square_grad"]
        if self.centered:
            # A variance; rounding can leave it below zero, and its root NaN.
            mean_square = pt.maximum(mean_square - state["mean_grad"] ** 2, 0)
        if self.epsilon_placement == "inside":
            denominator = pt.sqrt(mean_square + self.epsilon)
        else:
            denominator = pt.sqrt(mean_square) + self.epsilon
        if not self.momentum:
            return -(rate * grad / denominator), {}
        mu, v = self.momentum, state["velocity"]
        if self.formulation == "classical":
            v_t = mu * v - rate * grad / denominator
            return v_t, {"velocity": v_t}
        v_t = mu * v + grad / denominator
        return -(rate * v_t), {"velocity": v_t}
