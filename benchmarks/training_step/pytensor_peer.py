"""Plain PyTensor: the tutorial's two functions, written by hand, in PyTensor's own modes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import cycle
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt

from benchmarks.plain_pytensor import Mode, modes
from benchmarks.system import Built, Skipped, System
from benchmarks.training_step.problem import EPSILON, RHO, Problem
from benchmarks.training_step.symopt_peer import Model


def systems(problem: Problem, build_model: Model) -> Iterator[System | Skipped]:
    """A row for each mode."""
    for mode in modes():
        if isinstance(mode, Skipped):
            yield mode
        else:
            yield System(mode.row, partial(_build, problem, build_model, mode), cached=True)


def _build(problem: Problem, build_model: Model, mode: Mode) -> Built:
    tparams = {name: pytensor.shared(value, name) for name, value in problem.params.items()}
    inputs, cost = build_model(tparams)
    grads = pt.grad(cost, list(tparams.values()))
    with mode.compiling():
        f_grad_shared, f_update = adadelta(tparams, grads, inputs, cost, mode.mode)
    batches = cycle(problem.batches)

    def grad() -> Any:
        return f_grad_shared(*next(batches))

    def update() -> None:
        f_update()

    return Built({"grad": grad, "update": update})


def adadelta(tparams: Any, grads: Any, inputs: Any, cost: Any, mode: str) -> tuple[Any, Any]:
    """The tutorial's adadelta: gradient statistics move in the first function, its rate is unused.

    References
    ----------
    DeepLearningTutorials, code/lstm.py.
    """

    def zeros(suffix: str) -> list[Any]:
        return [
            pytensor.shared(np.zeros_like(p.get_value(borrow=True)), name=f"{name}_{suffix}")
            for name, p in tparams.items()
        ]

    rho, epsilon = np.float32(RHO), np.float32(EPSILON)
    zipped_grads, running_up2, running_grads2 = zeros("grad"), zeros("rup2"), zeros("rgrad2")
    zgup = list(zip(zipped_grads, grads, strict=True))
    rg2up = [
        (rg2, rho * rg2 + (1 - rho) * g**2) for rg2, g in zip(running_grads2, grads, strict=True)
    ]
    updir = [
        -pt.sqrt(ru2 + epsilon) / pt.sqrt(rg2 + epsilon) * zg
        for zg, ru2, rg2 in zip(zipped_grads, running_up2, running_grads2, strict=True)
    ]
    ru2up = [
        (ru2, rho * ru2 + (1 - rho) * ud**2) for ru2, ud in zip(running_up2, updir, strict=True)
    ]
    param_up = [(p, p + ud) for p, ud in zip(tparams.values(), updir, strict=True)]
    f_grad_shared = pytensor.function(
        inputs, cost, updates=zgup + rg2up, mode=mode, name="adadelta_f_grad_shared"
    )
    f_update = pytensor.function(
        [], [], updates=ru2up + param_up, mode=mode, name="adadelta_f_update"
    )
    return f_grad_shared, f_update
