"""JAX and optax: a model's cost, jitted, with the buffers that are replaced donated."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from itertools import cycle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array

from benchmarks.system import Built, System
from benchmarks.training_step.problem import EPSILON, RHO, Problem

Params = dict[str, Array]

Cost = Callable[..., Array]
"""Parameters and the arrays of a batch to the cost."""

ADADELTA = optax.adadelta(learning_rate=1.0, rho=RHO, eps=EPSILON)


def systems(problem: Problem, cost: Cost) -> Iterator[System]:
    """Two rows: the whole step jitted at once, as JAX is meant to be used, and in two phases."""
    yield System("jax scan + optax, one jit", partial(_one_jit, problem, cost))
    yield System("jax scan + optax, two jits", partial(_two_jits, problem, cost))


def _update(params: Params, state: Any, grads: Params) -> tuple[Params, Any]:
    steps, state = ADADELTA.update(grads, state, params)
    return optax.apply_updates(params, steps), state


def _start(problem: Problem) -> tuple[Params, Any, Any]:
    params = {name: jnp.array(value) for name, value in problem.params.items()}
    batches = [tuple(map(_on_device, batch)) for batch in problem.batches]
    return params, ADADELTA.init(params), cycle(batches)


def _on_device(value: np.ndarray) -> Array:
    """JAX's integers have 32 bits."""
    return jnp.array(value.astype(np.int32) if value.dtype == np.int64 else value)


def _one_jit(problem: Problem, cost: Cost) -> Built:
    params, state, batches = _start(problem)

    @partial(jax.jit, donate_argnums=(0, 1))
    def jitted(params: Params, state: Any, *batch: Array) -> Any:
        value, grads = jax.value_and_grad(cost)(params, *batch)
        return value, *_update(params, state, grads)

    def step() -> float:
        nonlocal params, state
        value, params, state = jax.block_until_ready(jitted(params, state, *next(batches)))
        return float(value)

    return Built({"step": step})


def _two_jits(problem: Problem, cost: Cost) -> Built:
    params, state, batches = _start(problem)
    grads: Params = {}
    value_and_grad = jax.jit(jax.value_and_grad(cost))
    jitted_update = jax.jit(_update, donate_argnums=(0, 1))

    def grad() -> float:
        nonlocal grads
        value, grads = jax.block_until_ready(value_and_grad(params, *next(batches)))
        return float(value)

    def update() -> None:
        nonlocal params, state
        params, state = jax.block_until_ready(jitted_update(params, state, grads))

    return Built({"grad": grad, "update": update})
