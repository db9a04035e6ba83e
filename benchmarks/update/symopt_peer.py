"""symopt's f_update on each backend; the gradients are put where f_grad_shared would park them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pytensor.tensor as pt

import symopt
from benchmarks.system import Built, Skipped, System
from benchmarks.update.problem import (
    ADADELTA_EPSILON,
    ADAM_EPSILON,
    BETA1,
    BETA2,
    LR,
    RHO,
    Problem,
)
from symopt.backends import all_backends

FACTORIES = {
    "adadelta": (partial(symopt.adadelta, rho=RHO, epsilon=ADADELTA_EPSILON), 1.0),
    "adam": (partial(symopt.adam, beta1=BETA1, beta2=BETA2, epsilon=ADAM_EPSILON), LR),
}
"""Rule -> factory and rate."""


def systems(problem: Problem) -> Iterator[System | Skipped]:
    """A row for each backend that works here."""
    for name, backend in all_backends().items():
        diagnosis = backend.diagnose()
        if diagnosis.works:
            yield System(f"symopt {name}", partial(_build, problem, name), name, cached=True)
        else:
            yield Skipped(f"symopt {name}", diagnosis.found)


def _build(problem: Problem, backend: str) -> Built:
    tparams = symopt.init_tparams(problem.params)
    # Any cost of all parameters will do: f_grad_shared is never compiled.
    cost = sum((p**2).sum() for p in tparams.values())
    factory, rate = FACTORIES[problem.rule]
    opt = factory(pt.scalar("lr"), tparams, None, [], cost, backend=backend)
    for name, value in problem.grads.items():
        opt.grads[name].set_value(value)

    def update() -> None:
        opt.f_update(rate)

    return Built({"update": update}, lambda: symopt.unzip(tparams))
