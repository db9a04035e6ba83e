"""JAX and optax: a hand-written lax.scan."""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from jax import Array, lax

from benchmarks.training_step import jax_peer
from benchmarks.training_step.jax_peer import Params


def cost(p: Params, source: Array, x_mask: Array, target: Array, y_mask: Array) -> Array:
    """Squared error of the embeddings that state and context give."""
    ctx = jnp.tanh(source @ p["encoder_W"] + p["encoder_b"])
    ctx_mean = (ctx * x_mask[:, :, None]).sum(0) / x_mask.sum(0)[:, None]
    state = jnp.tanh(ctx_mean @ p["ff_state_W"] + p["ff_state_b"])
    shifted = jnp.concatenate([jnp.zeros_like(target[:1]), target[:-1]])
    states, contexts = _gru_cond(p, shifted, y_mask, ctx, state, x_mask)
    logit = states @ p["ff_logit_lstm_W"] + p["ff_logit_lstm_b"]
    logit = logit + contexts @ p["ff_logit_ctx_W"] + p["ff_logit_ctx_b"]
    return (((logit - target) ** 2).mean(2) * y_mask).sum() / y_mask.sum()


def _gru_cond(
    params: Params, below: Array, mask: Array, context: Array, start: Array, context_mask: Array
) -> tuple[Array, Array]:
    p = {name.removeprefix("decoder_"): value for name, value in params.items()}
    projected = context @ p["Wc_att"] + p["b_att"]

    def step(h: Array, inputs: tuple[Array, Array, Array]) -> Any:
        m, x_, xx_ = inputs
        r1, u1 = jnp.split(jax.nn.sigmoid(h @ p["U"] + x_), 2, axis=-1)
        h1 = jnp.tanh((h @ p["Ux"]) * r1 + xx_)
        h1 = u1 * h + (1.0 - u1) * h1
        h1 = m * h1 + (1.0 - m) * h

        found = jnp.tanh(projected + h1 @ p["W_comb_att"])
        alpha = jnp.exp((found @ p["U_att"] + p["c_tt"]).squeeze(-1)) * context_mask
        alpha = alpha / alpha.sum(0, keepdims=True)
        ctx = (context * alpha[:, :, None]).sum(0)

        r2, u2 = jnp.split(jax.nn.sigmoid(h1 @ p["U_nl"] + p["b_nl"] + ctx @ p["Wc"]), 2, axis=-1)
        h2 = jnp.tanh((h1 @ p["Ux_nl"] + p["bx_nl"]) * r2 + ctx @ p["Wcx"])
        h2 = u2 * h1 + (1.0 - u2) * h2
        h2 = m * h2 + (1.0 - m) * h1
        return h2, (h2, ctx)

    below_gates, below_x = below @ p["W"] + p["b"], below @ p["Wx"] + p["bx"]
    _, found = lax.scan(step, start, (mask[:, :, None], below_gates, below_x))
    return found


systems = partial(jax_peer.systems, cost=cost)
