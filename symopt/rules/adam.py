"""The Adam family: Adam, AMSGrad, AdamW, NAdam, RAdam, AdaMax."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_choice, check_flag, check_real
from symopt.rules.rule import PerParameterRule
from symopt.state import STEP_COUNT, Slot, Variables


class _AdamFamily(PerParameterRule):
    """What the family shares: two decays, an epsilon, the step count and both averages."""

    slots: tuple[Slot, ...] = (Slot("mean_grad"), Slot("mean_square_grad"))
    global_slots: tuple[Slot, ...] = (STEP_COUNT,)

    def __init__(self, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8) -> None:
        self.beta1 = check_real(self.name, "beta1", beta1, high=1.0, high_open=True)
        self.beta2 = check_real(self.name, "beta2", beta2, high=1.0, high_open=True)
        self.epsilon = check_real(self.name, "epsilon", epsilon, low_open=True)

    def advance(self, state: Variables) -> Variables:
        return {"step": state["step"] + 1}

    def averages(self, grad: TensorVariable, state: Variables) -> dict[str, TensorVariable]:
        """The new averages of the gradient and of its square."""
        m_t = self.beta1 * state["mean_grad"] + (1 - self.beta1) * grad
        v_t = self.beta2 * state["mean_square_grad"] + (1 - self.beta2) * grad**2
        return {"mean_grad": m_t, "mean_square_grad": v_t}


class Adam(_AdamFamily):
    """Adam and AMSGrad; see :func:`symopt.adam` for the formulas."""

    name = "adam"

    def __init__(
        self,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        epsilon_hat: bool = False,
        amsgrad: bool = False,
    ) -> None:
        super().__init__(beta1, beta2, epsilon)
        self.epsilon_hat = check_flag(self.name, "epsilon_hat", epsilon_hat)
        self.amsgrad = check_flag(self.name, "amsgrad", amsgrad)
        if self.amsgrad:
            self.slots += (Slot("max_mean_square_grad"),)

    def factors(self, state: Variables, rate: TensorVariable) -> Variables:
        t = state["step"]
        bias1, root_bias2 = 1 - self.beta1**t, pt.sqrt(1 - self.beta2**t)
        if self.epsilon_hat:
            return {"step_size": rate * root_bias2 / bias1}
        return {"step_size": rate / bias1, "root_bias2": root_bias2}

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        moved = self.averages(grad, state)
        m_t, v_t = moved["mean_grad"], moved["mean_square_grad"]
        if self.amsgrad:
            v_t = moved["max_mean_square_grad"] = pt.maximum(state["max_mean_square_grad"], v_t)
        root = pt.sqrt(v_t)
        if not self.epsilon_hat:
            root = root / state["root_bias2"]
        return -(state["step_size"] * m_t / (root + self.epsilon)), moved


class AdamW(Adam):
    """Adam with decoupled weight decay; see :func:`symopt.adamw` for the formulas."""

    name = "adamw"

    def __init__(
        self,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        epsilon_hat: bool = False,
        amsgrad: bool = False,
        weight_decay: float = 0.01,
    ) -> None:
        super().__init__(beta1, beta2, epsilon, epsilon_hat, amsgrad)
        self.weight_decay = check_real(self.name, "weight_decay", weight_decay)

    def factors(self, state: Variables, rate: TensorVariable) -> Variables:
        return {**super().factors(state, rate), "decay": rate * self.weight_decay}

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        step, moved = super().step(param, grad, state, rate)
        return step - state["decay"] * param, moved


class NAdam(_AdamFamily):
    """Adam with Nesterov's momentum; see :func:`symopt.nadam` for the formulas."""

    name = "nadam"
    global_slots = (STEP_COUNT, Slot("momentum_product", initial=1.0))

    def __init__(
        self,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        momentum_decay: float = 0.004,
    ) -> None:
        super().__init__(beta1, beta2, epsilon)
        self.momentum_decay = check_real(self.name, "momentum_decay", momentum_decay)

    def advance(self, state: Variables) -> Variables:
        t = state["step"] + 1
        return {"step": t, "momentum_product": state["momentum_product"] * self._mu(t)}

    def factors(self, state: Variables, rate: TensorVariable) -> Variables:
        t, product = state["step"], state["momentum_product"]
        mu_t, mu_next = self._mu(t), self._mu(t + 1)
        return {
            "grad_scale": rate * (1 - mu_t) / (1 - product),
            "mean_scale": rate * mu_next / (1 - product * mu_next),
            "root_bias2": pt.sqrt(1 - self.beta2**t),
        }

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        moved = self.averages(grad, state)
        denominator = pt.sqrt(moved["mean_square_grad"]) / state["root_bias2"] + self.epsilon
        ahead = state["grad_scale"] * grad + state["mean_scale"] * moved["mean_grad"]
        return -(ahead / denominator), moved

    def _mu(self, t: TensorVariable) -> TensorVariable:
        return self.beta1 * (1 - 0.5 * 0.96 ** (t * self.momentum_decay))


class RAdam(_AdamFamily):
    """Rectified Adam; see :func:`symopt.radam` for the formulas."""

    name = "radam"

    def factors(self, state: Variables, rate: TensorVariable) -> Variables:
        t = state["step"]
        bias1, bias2 = 1 - self.beta1**t, 1 - self.beta2**t
        rho_max = 2 / (1 - self.beta2) - 1
        if rho_max <= 5:  # the average is too short ever to be rectified
            return {"step_size": rate / bias1, "rectified": pt.zeros_like(rate)}
        rho = rho_max - 2 * t * self.beta2**t / bias2
        rectified = rho > 5
        rho = pt.maximum(rho, 5)  # below, the root is not used and need not exist
        r = pt.sqrt((rho - 4) * (rho - 2) * rho_max / ((rho_max - 4) * (rho_max - 2) * rho))
        return {
            "step_size": rate / bias1 * pt.switch(rectified, r * pt.sqrt(bias2), 1.0),
            "rectified": pt.cast(rectified, "float64"),
        }

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        moved = self.averages(grad, state)
        root = pt.sqrt(moved["mean_square_grad"]) + self.epsilon
        denominator = pt.switch(state["rectified"] > 0, root, 1)
        return -(state["step_size"] * moved["mean_grad"] / denominator), moved


class AdaMax(_AdamFamily):
    """Adam with the infinity norm; see :func:`symopt.adamax` for the formulas."""

    name = "adamax"
    slots = (Slot("mean_grad"), Slot("norm"))

    def __init__(
        self,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        epsilon_placement: str = "max",
    ) -> None:
        super().__init__(beta1, beta2, epsilon)
        self.epsilon_placement = check_choice(
            self.name, "epsilon_placement", epsilon_placement, ("max", "denominator")
        )

    def factors(self, state: Variables, rate: TensorVariable) -> Variables:
        return {"step_size": rate / (1 - self.beta1 ** state["step"])}

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        inside = self.epsilon_placement == "max"
        size = abs(grad) + self.epsilon if inside else abs(grad)
        m_t = self.beta1 * state["mean_grad"] + (1 - self.beta1) * grad
        u_t = pt.maximum(self.beta2 * state["norm"], size)
        denominator = u_t if inside else u_t + self.epsilon
        return -(state["step_size"] * m_t / denominator), {"mean_grad": m_t, "norm": u_t}
