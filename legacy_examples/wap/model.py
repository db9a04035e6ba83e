"""The model: a watcher and a parser; its cost, and the functions that decode."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable

import symopt
from legacy_examples.wap.layers import Noise, Parameters, dropout_layer, fflayer
from legacy_examples.wap.options import Options
from legacy_examples.wap.parser import (
    Memory,
    gru_cond_layer,
    gru_cond_step,
    gru_cond_weights,
    remember,
    token_shares,
)
from legacy_examples.wap.watcher import Grid, watch, watcher_channels
from symopt.nnet import categorical_crossentropy, softmax


class Model(NamedTuple):
    """The graph that trains.

    ``inputs`` are pictures (batch, 1, height, width), their mask (batch, height, width), tokens
    (steps, batch) and their mask (steps, batch). ``costs`` holds a formula's negative log
    probability each, ``alphas`` for each grid the attention (steps, batch, rows, columns).
    """

    use_noise: SharedVariable
    inputs: list[Any]
    noise: Noise
    costs: Any
    alphas: list[Any]
    grids: list[Grid]


def build_model(
    tparams: Parameters, bn_tparams: Parameters, options: Options, training: bool = True
) -> Model:
    """Build the graph of the costs.

    With ``training``, batch normalisation takes the minibatch's statistics, and ``use_noise``
    switches dropout. Without, it is the graph of use: running statistics, no dropout.
    """
    use_noise = pytensor.shared(np.float32(0), name="use_noise")
    noise = Noise(use_noise if training else None)
    x = pt.tensor("x", dtype="float32", shape=(None, options["input_channels"], None, None))
    x_mask = pt.tensor3("x_mask", dtype="float32")
    y = pt.matrix("y", dtype="int64")
    y_mask = pt.matrix("y_mask", dtype="float32")

    grids = watch(tparams, bn_tparams, x, x_mask, options, noise)
    # A parser begins with what it sees on average, and with no token before.
    init_state = pt.tanh(fflayer(tparams, _averages(grids), "ff_state"))
    Wemb = tparams["Wemb_dec"]
    emb = Wemb[y.flatten()].reshape((y.shape[0], y.shape[1], options["dim_word"]))
    emb = pt.set_subtensor(pt.zeros_like(emb)[1:], emb[:-1])
    parsed = gru_cond_layer(tparams, emb, y_mask, remember(tparams, grids), init_state)

    scores = _readout(tparams, parsed.h, emb, parsed.seen, options, noise)
    steps, batch = y.shape[0], y.shape[1]
    probs = softmax(scores.reshape((steps * batch, options["dim_target"])))
    costs = categorical_crossentropy(probs, y.flatten()).reshape((steps, batch))
    costs = (costs * y_mask).sum(axis=0)
    return Model(use_noise, [x, x_mask, y, y_mask], noise, costs, parsed.alphas, grids)


def regularised(model: Model, tparams: Parameters, options: Options) -> Any:
    """The cost of a minibatch: the mean over its formulas, and penalties.

    - ``decay_c`` times the squares of all filters;
    - ``alpha_c`` times the squared distance between the attention that each part of the picture got
      in all and an even share of it. (The original's form of this one does not run: its masks do
      not fit each other.)
    """
    cost = model.costs.mean()
    if options["decay_c"]:
        filters = [p for name, p in tparams.items() if p.ndim == 4 and "_bn_" not in name]
        cost += np.float32(options["decay_c"]) * sum((p**2).sum() for p in filters)
    if options["alpha_c"]:
        y_mask = model.inputs[3]
        for alpha, (_, mask) in zip(model.alphas, model.grids, strict=True):
            got = (alpha * y_mask[:, :, None, None]).sum(axis=0)
            share = y_mask.sum(axis=0)[:, None, None] * mask
            share = share / mask.sum(axis=(1, 2), keepdims=True)
            penalty = ((share - got) ** 2).sum(axis=(1, 2)).mean()
            cost += np.float32(options["alpha_c"]) * penalty
    return cost


def _averages(grids: Sequence[Grid]) -> Any:
    """Mean annotation of each picture, (batch, channels of all grids)."""
    means = []
    for context, mask in grids:
        if mask is None:
            means.append(context.mean(axis=(2, 3)))
        else:
            pixels = mask.sum(axis=(1, 2))[:, None]
            means.append((context * mask[:, None]).sum(axis=(2, 3)) / pixels)
    return pt.concatenate(means, axis=1) if len(means) > 1 else means[0]


def _readout(
    tparams: Parameters, h: Any, emb: Any, seen: Any, options: Options, noise: Noise
) -> Any:
    """Scores of all tokens: maxout over pairs of what state, token before and picture say."""
    logit = fflayer(tparams, h, "ff_logit_gru")
    logit = logit + fflayer(tparams, emb, "ff_logit_prev")
    logit = logit + fflayer(tparams, seen, "ff_logit_ctx")
    pairs = [*(logit.shape[i] for i in range(logit.ndim - 1)), options["dim_word"] // 2, 2]
    logit = logit.reshape(pairs).max(axis=-1)
    if options["use_dropout"]:
        logit = dropout_layer(logit, noise)
    return fflayer(tparams, logit, "ff_logit")


class Sampler(NamedTuple):
    """The two functions that decode one picture.

    ``f_init(x)`` takes a picture (1, 1, height, width) and returns the first state (1, units), and
    of each grid context, projection and coverage filters. ``f_next(y, h, *pasts, *memories)`` takes
    the last token of each hypothesis (-1: none), its state and its attention so far, and returns
    probabilities (hypotheses, tokens), new states, new sums of attention and the attention.
    """

    f_init: Any
    f_next: Any
    grids: int


def build_sampler(
    tparams: Parameters, bn_tparams: Parameters, options: Options, backend: Any = None
) -> Sampler:
    """Build the functions that decode. They share the parameters with the graph that trains."""
    noise = Noise()
    channels = watcher_channels(options)
    # One picture, said in the types: what is seen of it is the same for every hypothesis.
    x = pt.tensor("x", dtype="float32", shape=(1, options["input_channels"], None, None))
    grids = watch(tparams, bn_tparams, x, None, {**options, "bn_mask": False}, noise)
    init_state = pt.tanh(fflayer(tparams, _averages(grids), "ff_state"))
    memories = remember(tparams, grids)
    computed = [part for memory in memories for part in memory[:3]]
    f_init = symopt.function([x], [init_state, *computed], name="f_init", backend=backend)

    y = pt.vector("y", dtype="int64")
    h = pt.matrix("h", dtype="float32")
    pasts = [pt.tensor3(f"past_{i}", dtype="float32") for i in range(len(grids))]
    natt, kernel = options["dim_attention"], options["kernel_coverage"]
    given = [
        Memory(
            pt.tensor(f"context_{i}", dtype="float32", shape=(1, width, None, None)),
            pt.tensor(f"projected_{i}", dtype="float32", shape=(1, natt, None, None)),
            pt.tensor(f"coverage_{i}", dtype="float32", shape=(natt, 1, *kernel)),
        )
        for i, width in enumerate(channels)
    ]
    Wemb = tparams["Wemb_dec"]
    emb = pt.switch(y[:, None] < 0, np.float32(0), Wemb[y])
    weights = gru_cond_weights(tparams, len(grids))
    found = gru_cond_step(None, *token_shares(tparams, emb), h, pasts, given, weights)
    probs = softmax(_readout(tparams, found.h, emb, found.seen, options, noise))
    f_next = symopt.function(
        [y, h, *pasts, *(part for memory in given for part in memory[:3])],
        [probs, found.h, *found.pasts, *found.alphas],
        name="f_next",
        backend=backend,
    )
    return Sampler(f_init, f_next, len(grids))
