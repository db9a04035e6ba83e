"""Gradient descent with classical momentum."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_choice, check_real
from symopt.rules.rule import PerParameterRule
from symopt.state import STEP_COUNT, Slot, Variables


class Momentum(PerParameterRule):
    """Classical momentum; see :func:`symopt.momentum` for the formulas."""

    name = "momentum"
    slots = (Slot("velocity"),)

    def __init__(
        self, momentum: float = 0.9, formulation: str = "classical", dampening: float = 0.0
    ) -> None:
        self.momentum = check_real(self.name, "momentum", momentum, high=1.0, high_open=True)
        self.formulation = check_choice(
            self.name, "formulation", formulation, ("classical", "torch")
        )
        high = 1.0 if formulation == "torch" else 0.0  # dampening is a word of PyTorch's form only
        self.dampening = check_real(self.name, "dampening", dampening, high=high)
        if self.dampening:  # only then does the first step differ from the others
            self.global_slots = (STEP_COUNT,)

    def advance(self, state: Variables) -> Variables:
        return {"step": state["step"] + 1} if self.global_slots else {}

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        mu, v = self.momentum, state["velocity"]
        if self.formulation == "classical":
            v_t = mu * v - rate * grad
            return v_t, {"velocity": v_t}
        v_t = mu * v + (1 - self.dampening) * grad
        if self.dampening:
            v_t = pt.switch(pt.eq(state["step"], 1), grad, v_t)
        return -(rate * v_t), {"velocity": v_t}
