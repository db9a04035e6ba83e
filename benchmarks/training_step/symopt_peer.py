"""symopt: the two phases, and both merged into f_step, on each backend."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import cycle
from typing import Any

import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.variable import TensorVariable

import symopt
from benchmarks.system import Built, Skipped, System
from benchmarks.training_step.problem import EPSILON, RHO, Problem
from symopt.backends import Backend, all_backends
from symopt.pytensor_internals import cell

Model = Callable[[Mapping[str, SharedVariable]], tuple[list[TensorVariable], TensorVariable]]
"""Parameters to inputs and cost."""


def systems(problem: Problem, build_model: Model) -> Iterator[System | Skipped]:
    """Two rows for each backend that works here."""
    for name, backend in all_backends().items():
        diagnosis = backend.diagnose()
        if not diagnosis.works:
            yield Skipped(f"symopt {name}", diagnosis.found)
            continue
        for row, build in ((f"symopt {name}", two_phases), (f"symopt {name}, f_step", merged)):
            yield System(row, partial(build, problem, build_model, name), name, cached=True)


def two_phases(problem: Problem, build_model: Model, backend: str | Backend) -> Built:
    """f_grad_shared, then f_update."""
    opt = _optimizer(problem, build_model, backend)
    f_grad_shared, f_update = opt
    batches = cycle(problem.batches)

    def grad() -> Any:
        return f_grad_shared(*next(batches))

    def update() -> None:
        f_update(1.0)
        wait_for(opt)

    return Built({"grad": grad, "update": update})


def merged(problem: Problem, build_model: Model, backend: str | Backend) -> Built:
    """f_step alone."""
    opt = _optimizer(problem, build_model, backend)
    batches = cycle(problem.batches)

    def step() -> Any:
        cost = opt.f_step(*next(batches), 1.0)
        wait_for(opt)
        return cost

    return Built({"step": step})


def wait_for(opt: symopt.Optimizer) -> None:
    """Until the device is done with the parameters; nothing where they are NumPy arrays."""
    for variable in opt.params.values():
        ready = getattr(cell(variable)[0], "block_until_ready", None)
        if ready is None:
            return
        ready()


def _optimizer(problem: Problem, build_model: Model, backend: str | Backend) -> symopt.Optimizer:
    tparams = symopt.init_tparams(problem.params)
    inputs, cost = build_model(tparams)
    grads = pt.grad(cost, list(tparams.values()))
    lr = pt.scalar("lr")
    return symopt.adadelta(
        lr, tparams, grads, inputs, cost, rho=RHO, epsilon=EPSILON, backend=backend
    )
