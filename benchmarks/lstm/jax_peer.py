"""JAX and optax: a hand-written lax.scan."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from benchmarks.lstm.problem import LOG_OFFSET
from benchmarks.training_step import jax_peer
from benchmarks.training_step.jax_peer import Params


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


systems = partial(jax_peer.systems, cost=cost)
