"""Resilient propagation."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError
from symopt.hyperparameters import check_choice, check_real
from symopt.rules.rule import PerParameterRule
from symopt.state import Slot, Variables


class Rprop(PerParameterRule):
    """Rprop; see :func:`symopt.rprop` for the formulas."""

    name = "rprop"

    def __init__(
        self,
        eta_plus: float = 1.2,
        eta_minus: float = 0.5,
        step_min: float = 1e-6,
        step_max: float = 50.0,
        on_sign_change: str = "step",
    ) -> None:
        self.eta_plus = check_real(self.name, "eta_plus", eta_plus, low=1.0, low_open=True)
        self.eta_minus = check_real(
            self.name, "eta_minus", eta_minus, high=1.0, low_open=True, high_open=True
        )
        self.step_min = check_real(self.name, "step_min", step_min)
        self.step_max = check_real(self.name, "step_max", step_max, low_open=True)
        if self.step_min > self.step_max:
            raise HyperparameterError(
                f"rprop: step_min={step_min!r} is above step_max={step_max!r}; "
                "expected step_min <= step_max."
            )
        self.on_sign_change = check_choice(
            self.name, "on_sign_change", on_sign_change, ("step", "skip")
        )
        self.slots = (Slot("step_size", first=self._first_size), Slot("last_grad"))

    def _first_size(
        self, param: TensorVariable, grad: TensorVariable, rate: TensorVariable
    ) -> TensorVariable:
        if self.on_sign_change == "skip":  # PyTorch holds the first size within the range too
            return pt.clip(rate, self.step_min, self.step_max)
        return rate

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        size = state["step_size"]
        agreement = pt.sign(grad) * pt.sign(state["last_grad"])
        size_t = pt.switch(
            agreement > 0,
            pt.minimum(size * self.eta_plus, self.step_max),
            pt.switch(agreement < 0, pt.maximum(size * self.eta_minus, self.step_min), size),
        )
        if self.on_sign_change == "skip":
            grad = pt.switch(agreement < 0, 0, grad)
        return -(size_t * pt.sign(grad)), {"step_size": size_t, "last_grad": grad}
