"""symopt: ``legacy_examples.wap`` as it trains, on c and on jax.

Not on numba, which compiles each of some thousand nodes for a second or two.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import count, cycle
from typing import Any

from benchmarks.system import Built, Skipped, System
from benchmarks.training_step.symopt_peer import wait_for
from benchmarks.wap.problem import COMPARED, WapProblem
from legacy_examples.wap.saved import Saved
from legacy_examples.wap.train import Trainer
from symopt.backends import all_backends


def systems(problem: WapProblem) -> Iterator[System | Skipped]:
    """A row for either backend."""
    for name in ("c", "jax"):
        diagnosis = all_backends()[name].diagnose()
        if diagnosis.works:
            yield System(f"symopt {name}", partial(_build, problem, name), name, cached=True)
        else:
            yield Skipped(f"symopt {name}", diagnosis.found)


def _build(problem: WapProblem, backend: str) -> Built:
    options = dict(problem.options)
    start = Saved(problem.params, problem.statistics, options)
    trainer = Trainer(options, start, backend=backend)
    f_grad_shared, f_update = trainer.opt
    steps, batches = count(), cycle(problem.batches)

    def grad() -> Any:
        if next(steps) == COMPARED:
            trainer.noise(True)
        return f_grad_shared(*next(batches))

    def update() -> None:
        f_update(options["lrate"])
        wait_for(trainer.opt)

    return Built({"grad": grad, "update": update})
