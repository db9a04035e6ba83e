"""JAX and optax: a hand-written lax.scan, jitted, with the buffers that are replaced donated."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import cycle
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jax import Array, lax

from benchmarks.lstm.problem import EPSILON, LOG_OFFSET, RHO, Problem
from benchmarks.system import Built, System

Params = dict[str, Array]

ADADELTA = optax.adadelta(learning_rate=1.0, rho=RHO, eps=EPSILON)


def systems(problem: Problem) -> Iterator[System]:
    """Two rows: the whole step jitted at once, as JAX is meant to be used, and in two phases."""
    yield System("jax scan + optax, one jit", partial(_one_jit, problem))
    yield System("jax scan + optax, two jits", partial(_two_jits, problem))


def cost(params: Params, x: Array, mask: Array, y: Array) -> Array:
    """The tutorial's cost."""
    U = params["lstm_U"]
    below = params["Wemb"][x] @ params["lstm_W"] + params["lstm_b"]

    def step(carry: tuple[Array, Array], inputs: tuple[Array, Array]) -> Any:
        h, c = carry
        x_, m = inputs
        i, f, o, candidate = jnp.split(h @ U + x_, 4, axis=-1)
        c_next = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(candidate)
        c_next = m * c_next + (1.0 - m) * c
        h_next = jax.nn.sigmoid(o) * jnp.tanh(c_next)
        h_next = m * h_next + (1.0 - m) * h
        return (h_next, c_next), h_next

    start = jnp.zeros((x.shape[1], U.shape[0]), below.dtype)
    _, hidden = lax.scan(step, (start, start), (below, mask[:, :, None]))
    proj = (hidden * mask[:, :, None]).sum(0) / mask.sum(0)[:, None]
    pred = jax.nn.softmax(proj @ params["U"] + params["b"], axis=-1)
    return -jnp.log(pred[jnp.arange(x.shape[1]), y] + LOG_OFFSET).mean()


def _update(params: Params, state: Any, grads: Params) -> tuple[Params, Any]:
    steps, state = ADADELTA.update(grads, state, params)
    return optax.apply_updates(params, steps), state


def _start(problem: Problem) -> tuple[Params, Any, Any]:
    params = {name: jnp.array(value) for name, value in problem.params.items()}
    batches = [
        tuple(map(jnp.array, (one.x.astype(np.int32), one.mask, one.y.astype(np.int32))))
        for one in problem.batches
    ]
    return params, ADADELTA.init(params), cycle(batches)


def _one_jit(problem: Problem) -> Built:
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


def _two_jits(problem: Problem) -> Built:
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
