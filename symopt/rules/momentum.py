"""Gradient descent with classical and with Nesterov's momentum."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_choice, check_real
from symopt.rules.rule import VELOCITY_DECAY, PerParameterRule
from symopt.state import STEP_COUNT, Slot, Variables


class Momentum(PerParameterRule):
    """Classical momentum; see :func:`symopt.momentum` for the formulas."""

    name = "momentum"
    slots = (Slot("velocity"),)
    takes_velocity_decay = True

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
            v_t = mu * v - _with_decay(rate * grad, state)
            return v_t, {"velocity": v_t}
        grad = _with_decay(grad, state)
        v_t = mu * v + (1 - self.dampening) * grad
        if self.dampening:
            v_t = pt.switch(pt.eq(state["step"], 1), grad, v_t)
        return -(rate * v_t), {"velocity": v_t}


class Nesterov(PerParameterRule):
    """Nesterov's momentum; see :func:`symopt.nesterov` for the formulas."""

    name = "nesterov"
    slots = (Slot("velocity"),)
    takes_velocity_decay = True

    def __init__(self, momentum: float = 0.9, formulation: str = "classical") -> None:
        self.momentum = check_real(self.name, "momentum", momentum, high=1.0, high_open=True)
        self.formulation = check_choice(
            self.name, "formulation", formulation, ("classical", "torch")
        )

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        mu, v = self.momentum, state["velocity"]
        if self.formulation == "classical":
            push = _with_decay(rate * grad, state)
            v_t = mu * v - push
            return mu * v_t - push, {"velocity": v_t}
        grad = _with_decay(grad, state)
        v_t = mu * v + grad
        return -(rate * (grad + mu * v_t)), {"velocity": v_t}


def _with_decay(push: TensorVariable, state: Variables) -> TensorVariable:
    """What drives the velocity, with the weight decay that stands inside it."""
    return push + state[VELOCITY_DECAY] if VELOCITY_DECAY in state else push
