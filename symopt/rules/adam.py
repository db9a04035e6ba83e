"""Adam and AMSGrad."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_flag, check_real
from symopt.rules.rule import PerParameterRule
from symopt.state import STEP_COUNT, Slot, Variables


class Adam(PerParameterRule):
    """Adam and AMSGrad; see :func:`symopt.adam` for the formulas."""

    name = "adam"
    global_slots = (STEP_COUNT,)

    def __init__(
        self,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        epsilon_hat: bool = False,
        amsgrad: bool = False,
    ) -> None:
        self.beta1 = check_real(self.name, "beta1", beta1, high=1.0, high_open=True)
        self.beta2 = check_real(self.name, "beta2", beta2, high=1.0, high_open=True)
        self.epsilon = check_real(self.name, "epsilon", epsilon, low_open=True)
        self.epsilon_hat = check_flag(self.name, "epsilon_hat", epsilon_hat)
        self.amsgrad = check_flag(self.name, "amsgrad", amsgrad)
        self.slots = (Slot("mean_grad"), Slot("mean_square_grad"))
        if self.amsgrad:
            self.slots += (Slot("max_mean_square_grad"),)

    def advance(self, state: Variables) -> Variables:
        return {"step": state["step"] + 1}

    def factors(self, state: Variables, rate: TensorVariable) -> Variables:
        t = state["step"]
        bias1, root_bias2 = 1 - self.beta1**t, pt.sqrt(1 - self.beta2**t)
        if self.epsilon_hat:
            return {"step_size": rate * root_bias2 / bias1}
        return {"step_size": rate / bias1, "root_bias2": root_bias2}

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        m_t = self.beta1 * state["mean_grad"] + (1 - self.beta1) * grad
        v_t = self.beta2 * state["mean_square_grad"] + (1 - self.beta2) * grad**2
        moved = {"mean_grad": m_t, "mean_square_grad": v_t}
        if self.amsgrad:
            v_t = moved["max_mean_square_grad"] = pt.maximum(state["max_mean_square_grad"], v_t)
        root = pt.sqrt(v_t)
        if not self.epsilon_hat:
            root = root / state["root_bias2"]
        return -(state["step_size"] * m_t / (root + self.epsilon)), moved
