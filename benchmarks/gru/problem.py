"""Sizes, initial parameters and batches: NumPy arrays that every peer starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.training_step.problem import Problem


@dataclass(frozen=True)
class Sizes:
    """Embedding, width of the GRU (annotations are twice as wide), annotations, batch, steps."""

    emb: int
    dim: int
    annotations: int
    batch: int
    steps: int


FULL = Sizes(emb=256, dim=256, annotations=40, batch=16, steps=30)
QUICK = Sizes(emb=6, dim=8, annotations=5, batch=4, steps=6)


class Batch(NamedTuple):
    """Embedded sentences, float32 (time, batch, emb), and their masks, float32 (time, batch)."""

    source: NDArray[np.float32]
    source_mask: NDArray[np.float32]
    target: NDArray[np.float32]
    target_mask: NDArray[np.float32]


def make_problem(sizes: Sizes, batches: int = 4, seed: int = 123) -> Problem:
    """Random parameters, scaled as in dl4mt, and random batches.

    Sentences are between half and all of the time steps long, padded behind.
    """
    rng = np.random.default_rng(seed)
    return Problem(make_params(sizes, rng), [_make_batch(sizes, rng) for _ in range(batches)])


def make_params(sizes: Sizes, rng: np.random.Generator) -> dict[str, NDArray[np.float32]]:
    """dl4mt's decoder under dl4mt's names, and what stands around it here.

    ``encoder_W`` and ``encoder_b`` stand in the encoder's place; ``ff_state_*`` make the first
    state, ``ff_logit_*`` read states and contexts out. Square matrices are orthogonal, the others
    normal; no bias is zero, so that a peer that loses one is found out.
    """
    emb, dim, context = sizes.emb, sizes.dim, 2 * sizes.dim

    def normal(*shape: int) -> NDArray[np.float64]:
        return rng.standard_normal(shape) / np.sqrt(shape[0])

    def orthogonal(n: int) -> NDArray[np.float64]:
        return np.linalg.svd(rng.standard_normal((n, n)))[0]

    def gates() -> NDArray[np.float64]:
        return np.concatenate([orthogonal(dim), orthogonal(dim)], axis=1)

    def bias(n: int) -> NDArray[np.float64]:
        return 0.01 * rng.standard_normal(n)

    params = {
        "encoder_W": normal(emb, context),
        "encoder_b": bias(context),
        "ff_state_W": normal(context, dim),
        "ff_state_b": bias(dim),
        "decoder_W": normal(emb, 2 * dim),
        "decoder_b": bias(2 * dim),
        "decoder_U": gates(),
        "decoder_Wx": normal(emb, dim),
        "decoder_Ux": orthogonal(dim),
        "decoder_bx": bias(dim),
        "decoder_U_nl": gates(),
        "decoder_b_nl": bias(2 * dim),
        "decoder_Ux_nl": orthogonal(dim),
        "decoder_bx_nl": bias(dim),
        "decoder_Wc": normal(context, 2 * dim),
        "decoder_Wcx": normal(context, dim),
        "decoder_W_comb_att": normal(dim, context),
        "decoder_Wc_att": orthogonal(context),
        "decoder_b_att": bias(context),
        "decoder_U_att": normal(context, 1),
        "decoder_c_tt": bias(1),
        "ff_logit_lstm_W": normal(dim, emb),
        "ff_logit_lstm_b": bias(emb),
        "ff_logit_ctx_W": normal(context, emb),
        "ff_logit_ctx_b": bias(emb),
    }
    return {name: value.astype(np.float32) for name, value in params.items()}


def _make_batch(sizes: Sizes, rng: np.random.Generator) -> Batch:
    source, source_mask = _sentences(sizes.annotations, sizes, rng)
    target, target_mask = _sentences(sizes.steps, sizes, rng)
    return Batch(source, source_mask, target, target_mask)


def _sentences(
    longest: int, sizes: Sizes, rng: np.random.Generator
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    lengths = rng.integers(longest // 2, longest + 1, size=sizes.batch)
    lengths[0] = longest
    mask = np.arange(longest)[:, None] < lengths[None, :]
    emb = rng.standard_normal((longest, sizes.batch, sizes.emb)) * mask[:, :, None]
    return emb.astype(np.float32), mask.astype(np.float32)
