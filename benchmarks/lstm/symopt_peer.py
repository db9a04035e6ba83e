"""symopt: the two phases, and both merged into f_step, on each backend."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import cycle
from typing import Any

import pytensor.tensor as pt

import symopt
from benchmarks.lstm.graph import build_model
from benchmarks.lstm.problem import EPSILON, RHO, Problem
from benchmarks.system import Built, Skipped, System
from symopt.backends import all_backends


def systems(problem: Problem) -> Iterator[System | Skipped]:
    """Two rows for each backend that works here."""
    for name, backend in all_backends().items():
        diagnosis = backend.diagnose()
        if not diagnosis.works:
            yield Skipped(f"symopt {name}", diagnosis.found)
            continue
        yield System(f"symopt {name}", partial(_two_phases, problem, name), name, cached=True)
        yield System(f"symopt {name}, f_step", partial(_merged, problem, name), name, cached=True)


def _optimizer(problem: Problem, backend: str) -> symopt.Optimizer:
    tparams = symopt.init_tparams(problem.params)
    inputs, cost = build_model(tparams)
    grads = pt.grad(cost, list(tparams.values()))
    lr = pt.scalar("lr")
    return symopt.adadelta(
        lr, tparams, grads, inputs, cost, rho=RHO, epsilon=EPSILON, backend=backend
    )


def _two_phases(problem: Problem, backend: str) -> Built:
    f_grad_shared, f_update = _optimizer(problem, backend)
    batches = cycle(problem.batches)

    def grad() -> Any:
        batch = next(batches)
        return f_grad_shared(batch.x, batch.mask, batch.y)

    def update() -> None:
        f_update(1.0)

    return Built({"grad": grad, "update": update})


def _merged(problem: Problem, backend: str) -> Built:
    opt = _optimizer(problem, backend)
    batches = cycle(problem.batches)

    def step() -> Any:
        batch = next(batches)
        return opt.f_step(batch.x, batch.mask, batch.y, 1.0)

    return Built({"step": step})
