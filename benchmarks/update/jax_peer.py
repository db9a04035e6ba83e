"""optax, jitted, with the parameters and the state donated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

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
    "adadelta": optax.adadelta(1.0, rho=RHO, eps=ADADELTA_EPSILON),
    "adam": optax.adam(LR, b1=BETA1, b2=BETA2, eps=ADAM_EPSILON),
}


def systems(problem: Problem) -> Iterator[System]:
    """One row."""
    yield System("optax, jitted and donated", partial(_build, problem))


def _build(problem: Problem) -> Built:
    params = {name: jnp.array(value) for name, value in problem.params.items()}
    grads = {name: jnp.array(value) for name, value in problem.grads.items()}
    optimizer = OPTIMIZERS[problem.rule]
    state = optimizer.init(params)

    @partial(jax.jit, donate_argnums=(0, 1))
    def jitted(params: Any, state: Any, grads: Any) -> Any:
        steps, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, steps), state

    def update() -> None:
        nonlocal params, state
        params, state = jax.block_until_ready(jitted(params, state, grads))

    return Built({"update": update}, lambda: {name: np.asarray(p) for name, p in params.items()})
