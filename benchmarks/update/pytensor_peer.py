"""Plain PyTensor: each rule's updates written by hand, in PyTensor's own modes."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt

from benchmarks.plain_pytensor import Mode, modes
from benchmarks.system import Built, Skipped, System
from benchmarks.update.problem import (
    ADADELTA_EPSILON,
    ADAM_EPSILON,
    BETA1,
    BETA2,
    LR,
    RHO,
    Arrays,
    Problem,
)


def systems(problem: Problem) -> Iterator[System | Skipped]:
    """A row for each mode; an update calls no BLAS."""
    for mode in modes(products=False):
        if isinstance(mode, Skipped):
            yield mode
        else:
            yield System(mode.row, partial(_build, problem, mode), cached=True)


def _build(problem: Problem, mode: Mode) -> Built:
    params, grads = _shared(problem.params), _shared(problem.grads)
    updates = {"adadelta": _adadelta, "adam": _adam}[problem.rule](params, grads)
    with mode.compiling():
        f_update = pytensor.function([], [], updates=updates, mode=mode.mode)

    def update() -> None:
        f_update()

    return Built({"update": update}, lambda: {name: p.get_value() for name, p in params.items()})


def _shared(values: Arrays) -> dict[str, Any]:
    return {name: pytensor.shared(value.copy(), name=name) for name, value in values.items()}


def _zeros(param: Any) -> Any:
    return pytensor.shared(np.zeros_like(param.get_value(borrow=True)))


def _adadelta(params: dict[str, Any], grads: dict[str, Any]) -> list[tuple[Any, Any]]:
    rho, epsilon = np.float32(RHO), np.float32(ADADELTA_EPSILON)
    updates = []
    for name, p in params.items():
        g, s, u = grads[name], _zeros(p), _zeros(p)
        s_t = rho * s + (1 - rho) * g**2
        delta = pt.sqrt(u + epsilon) / pt.sqrt(s_t + epsilon) * g
        updates += [(s, s_t), (u, rho * u + (1 - rho) * delta**2), (p, p - delta)]
    return updates


def _adam(params: dict[str, Any], grads: dict[str, Any]) -> list[tuple[Any, Any]]:
    beta1, beta2 = np.float32(BETA1), np.float32(BETA2)
    step = pytensor.shared(np.float64(0.0))
    t = step + 1.0
    # The corrections in float64: 1 - 0.999**t in float32 has lost four of its seven digits.
    correction1 = pt.cast(1.0 - BETA1**t, "float32")
    correction2 = pt.cast(1.0 - BETA2**t, "float32")
    updates = [(step, t)]
    for name, p in params.items():
        g, m, v = grads[name], _zeros(p), _zeros(p)
        m_t = beta1 * m + (1 - beta1) * g
        v_t = beta2 * v + (1 - beta2) * g**2
        root = pt.sqrt(v_t / correction2) + np.float32(ADAM_EPSILON)
        updates += [(m, m_t), (v, v_t), (p, p - np.float32(LR) * (m_t / correction1) / root)]
    return updates
