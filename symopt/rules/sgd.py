"""Stochastic gradient descent."""

from __future__ import annotations

from pytensor.tensor.variable import TensorVariable

from symopt.rules.rule import PerParameterRule
from symopt.state import Variables


class SGD(PerParameterRule):
    """Gradient descent, ``p <- p - rate * g``. It keeps no state."""

    name = "sgd"

    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        return -(rate * grad), {}
