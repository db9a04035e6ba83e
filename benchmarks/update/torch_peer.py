"""torch.optim: Adadelta and Adam, each in the implementations that the library has for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import torch

from benchmarks.system import Built, System
from benchmarks.update.problem import (
    ADADELTA_EPSILON,
    ADAM_EPSILON,
    BETA1,
    BETA2,
    LR,
    RHO,
    Problem,
)

OPTIMIZERS = {
    "adadelta": partial(torch.optim.Adadelta, lr=1.0, rho=RHO, eps=ADADELTA_EPSILON),
    "adam": partial(torch.optim.Adam, lr=LR, betas=(BETA1, BETA2), eps=ADAM_EPSILON),
}

IMPLEMENTATIONS = {
    "foreach": {"foreach": True},
    "for-loop": {"foreach": False},
    "fused": {"fused": True},
}
"""Row -> keywords of the optimizer."""


def systems(problem: Problem) -> Iterator[System]:
    """A row for each implementation; Adadelta has no fused one."""
    for row, keywords in IMPLEMENTATIONS.items():
        if row != "fused" or problem.rule == "adam":
            yield System(f"torch {row}", partial(_build, problem, keywords))


def _build(problem: Problem, keywords: dict[str, bool]) -> Built:
    params = {
        name: torch.from_numpy(value.copy()).requires_grad_()
        for name, value in problem.params.items()
    }
    for name, value in problem.grads.items():
        params[name].grad = torch.from_numpy(value.copy())
    optimizer = OPTIMIZERS[problem.rule](list(params.values()), **keywords)

    def update() -> None:
        optimizer.step()

    return Built(
        {"update": update}, lambda: {name: p.detach().numpy() for name, p in params.items()}
    )
