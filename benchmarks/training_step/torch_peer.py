"""PyTorch: a model's cost, backward, and torch.optim.Adadelta."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import cycle

import torch
from torch import Tensor

from benchmarks.system import Built
from benchmarks.training_step.problem import EPSILON, RHO, Problem

Cost = Callable[..., Tensor]
"""The tensors of a batch to the cost."""

Model = Callable[[dict[str, Tensor]], tuple[Cost, Sequence[Tensor]]]
"""Parameters by name to the cost and to the tensors that are trained."""


def build(problem: Problem, model: Model) -> Built:
    """The two phases."""
    cost_of, trained = model(
        {name: torch.from_numpy(value.copy()) for name, value in problem.params.items()}
    )
    optimizer = torch.optim.Adadelta(trained, lr=1.0, rho=RHO, eps=EPSILON)
    batches = cycle([tuple(map(torch.from_numpy, batch)) for batch in problem.batches])

    def grad() -> float:
        optimizer.zero_grad()
        cost = cost_of(*next(batches))
        cost.backward()
        return cost.item()

    def update() -> None:
        optimizer.step()

    return Built({"grad": grad, "update": update})
