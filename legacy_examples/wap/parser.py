"""The parser: a pair of GRUs with attention and coverage between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import pytensor
import pytensor.tensor as pt

from legacy_examples.wap.layers import Parameters
from legacy_examples.wap.watcher import Grid
from symopt.nnet import conv2d

GRU = ["U", "Ux", "U_nl", "b_nl", "Ux_nl", "bx_nl", "Wc", "Wcx"]
"""Weights of the two GRUs that a step reads; those of the tokens are applied before the loop."""

PREFIXES = ("decoder", "decoder_high")
"""Of the attention over each grid."""


class Memory(NamedTuple):
    """A grid, and what attention over it needs at every step and computes once.

    Shapes: ``context`` (batch, channels, rows, columns), ``projected`` (batch, attention, rows,
    columns), ``coverage`` (attention, 1, height, width), ``mask`` (batch, rows, columns) or None.
    """

    context: Any
    projected: Any
    coverage: Any
    mask: Any = None


def remember(tparams: Parameters, grids: Sequence[Grid]) -> list[Memory]:
    """Project each grid for its attention.

    The coverage convolution conv_Q and the weights conv_Uf behind it are linear, so that their
    product is one convolution, with a tenth of the work.
    """
    memories = []
    for prefix, (context, mask) in zip(PREFIXES, grids, strict=False):
        projected = conv2d(context, tparams[f"{prefix}_Wc_att"])
        bias = tparams[f"{prefix}_b_att"] + tparams[f"{prefix}_conv_b"]
        kernels = tparams[f"{prefix}_conv_Q"]  # (coverage, 1, height, width)
        coverage = pt.tensordot(tparams[f"{prefix}_conv_Uf"], kernels, [[0], [0]])
        memories.append(Memory(context, projected + bias[:, None, None], coverage, mask))
    return memories


def halves(x: Any) -> tuple[Any, Any]:
    """The two halves of the last axis."""
    size = x.shape[-1] // 2
    return x[..., :size], x[..., size:]


def attend(memory: Memory, past: Any, h: Any, W_comb_att: Any, U_att: Any, c_tt: Any) -> Any:
    """Look at a grid from state h; where the parser looked before weighs in.

    Returns what is seen (batch, channels), the attention (batch, rows, columns) and the attention
    given so far.
    """
    covered = conv2d(past[:, None], memory.coverage, border_mode="half")
    energy = pt.tanh(memory.projected + pt.dot(h, W_comb_att)[:, :, None, None] + covered)
    weight = pt.exp((energy * U_att[:, 0][:, None, None]).sum(axis=1) + c_tt[0])
    if memory.mask is not None:
        weight = weight * memory.mask
    alpha = weight / weight.sum(axis=(1, 2), keepdims=True)
    seen = (memory.context * alpha[:, None]).sum(axis=(2, 3))
    return seen, alpha, past + alpha


class Step(NamedTuple):
    """What a step gives.

    The state (batch, units), what was seen (batch, channels of all grids), and for each grid the
    attention and its sum so far, (batch, rows, columns).
    """

    h: Any
    seen: Any
    alphas: list[Any]
    pasts: list[Any]


def gru_cond_step(
    mask: Any,
    gates: Any,
    candidate: Any,
    h: Any,
    pasts: Sequence[Any],
    memories: Sequence[Memory],
    weights: Sequence[Any],
) -> Step:
    """One token: a GRU step, a look at the grids, and another GRU step with what was seen.

    Parameters
    ----------
    mask
        (batch,), 0 where a formula has ended; its state is carried along. None: it has not.
    gates, candidate
        The token's share of the first GRU, (batch, 2 * units) and (batch, units).
    weights
        Those named in ``GRU``, then W_comb_att, U_att and c_tt of each grid.
    """
    U, Ux, U_nl, b_nl, Ux_nl, bx_nl, Wc, Wcx, *attention = weights

    def carried(new: Any, old: Any) -> Any:
        return new if mask is None else mask[:, None] * new + (1 - mask[:, None]) * old

    reset, update = halves(pt.sigmoid(pt.dot(h, U) + gates))
    proposed = pt.tanh(pt.dot(h, Ux) * reset + candidate)
    h1 = carried(update * h + (1 - update) * proposed, h)

    looks = [
        attend(memory, past, h1, *attention[3 * i : 3 * i + 3])
        for i, (memory, past) in enumerate(zip(memories, pasts, strict=True))
    ]
    seen = pt.concatenate([look[0] for look in looks], axis=1) if len(looks) > 1 else looks[0][0]

    reset, update = halves(pt.sigmoid(pt.dot(h1, U_nl) + b_nl + pt.dot(seen, Wc)))
    proposed = pt.tanh((pt.dot(h1, Ux_nl) + bx_nl) * reset + pt.dot(seen, Wcx))
    h2 = carried(update * h1 + (1 - update) * proposed, h1)
    return Step(h2, seen, [look[1] for look in looks], [look[2] for look in looks])


def gru_cond_weights(tparams: Parameters, grids: int) -> list[Any]:
    """What a step reads, in the order in which it takes it."""
    weights = [tparams[f"decoder_{name}"] for name in GRU]
    for prefix in PREFIXES[:grids]:
        weights += [tparams[f"{prefix}_{name}"] for name in ("W_comb_att", "U_att", "c_tt")]
    return weights


def token_shares(tparams: Parameters, emb: Any) -> tuple[Any, Any]:
    """The tokens' shares of the first GRU: its gates, and its candidate."""
    gates = pt.dot(emb, tparams["decoder_W"]) + tparams["decoder_b"]
    return gates, pt.dot(emb, tparams["decoder_Wx"]) + tparams["decoder_bx"]


def gru_cond_layer(
    tparams: Parameters, emb: Any, mask: Any, memories: Sequence[Memory], init_state: Any
) -> Step:
    """Parse whole formulas, as training does.

    Parameters
    ----------
    emb
        Embeddings of the tokens before, (steps, batch, word).
    mask
        (steps, batch), 1 up to the end of a formula.
    memories
        See :func:`remember`.
    init_state
        (batch, units).

    Returns
    -------
    Of all steps: each array has the steps first.
    """
    gates, candidate = token_shares(tparams, emb)
    weights = gru_cond_weights(tparams, len(memories))
    fixed = [part for memory in memories for part in memory if part is not None]
    width = len(fixed) // len(memories)

    def step(mask: Any, gates: Any, candidate: Any, h: Any, *rest: Any) -> list[Any]:
        pasts, others = rest[: len(memories)], rest[len(memories) :]
        parts, given = others[: len(fixed)], others[len(fixed) :]
        inner = [Memory(*parts[i : i + width]) for i in range(0, len(parts), width)]
        found = gru_cond_step(mask, gates, candidate, h, pasts, inner, given)
        return [found.h, found.seen, *found.alphas, *found.pasts]

    nothing = [pt.zeros_like(memory.context[:, 0]) for memory in memories]
    h, seen, *others = pytensor.scan(
        step,
        sequences=[mask, gates, candidate],
        outputs_info=[init_state, None, *[None for _ in memories], *nothing],
        non_sequences=[*fixed, *weights],
        strict=True,
        return_updates=False,
    )
    return Step(h, seen, others[: len(memories)], others[len(memories) :])
