"""The model as a PyTensor graph, for symopt and for plain PyTensor alike.

``gru_cond_layer`` is dl4mt's (session2/nmt.py), line by line: the states of a GRU, an attention
over the annotations, a second GRU over what it found. Around it stands only what a training step
needs: a layer that makes the annotations, so that gradients flow into them as into an encoder's,
dl4mt's first state, and a cost of states and contexts without a vocabulary's softmax.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.variable import TensorVariable


def build_model(
    tparams: Mapping[str, SharedVariable],
) -> tuple[list[TensorVariable], TensorVariable]:
    """Inputs ``[source, source_mask, target, target_mask]`` and cost.

    The cost is the squared error with which state and context give the embedding that comes next,
    averaged over the words.
    """
    source, target = pt.ftensor3("source"), pt.ftensor3("target")
    x_mask, y_mask = pt.fmatrix("source_mask"), pt.fmatrix("target_mask")
    ctx = pt.tanh(pt.dot(source, tparams["encoder_W"]) + tparams["encoder_b"])
    ctx_mean = (ctx * x_mask[:, :, None]).sum(0) / x_mask.sum(0)[:, None]
    init_state = pt.tanh(pt.dot(ctx_mean, tparams["ff_state_W"]) + tparams["ff_state_b"])
    # The decoder sees the words before the one it has to give.
    emb_shifted = pt.set_subtensor(pt.zeros_like(target)[1:], target[:-1])
    proj_h, ctxs = gru_cond_layer(tparams, emb_shifted, y_mask, ctx, init_state, x_mask)
    logit = pt.dot(proj_h, tparams["ff_logit_lstm_W"]) + tparams["ff_logit_lstm_b"]
    logit += pt.dot(ctxs, tparams["ff_logit_ctx_W"]) + tparams["ff_logit_ctx_b"]
    cost = (((logit - target) ** 2).mean(2) * y_mask).sum() / y_mask.sum()
    return [source, x_mask, target, y_mask], cost


def gru_cond_layer(
    tparams: Mapping[str, SharedVariable],
    state_below: TensorVariable,
    mask: TensorVariable,
    context: TensorVariable,
    init_state: TensorVariable,
    context_mask: TensorVariable,
) -> tuple[TensorVariable, TensorVariable]:
    """States (time, batch, dim) and contexts (time, batch, 2 dim)."""
    nsteps, n_samples = state_below.shape[0], state_below.shape[1]
    dim = tparams["decoder_Wcx"].get_value(borrow=True).shape[1]
    pctx_ = pt.dot(context, tparams["decoder_Wc_att"]) + tparams["decoder_b_att"]

    def _slice(_x, n, dim):
        return _x[:, n * dim : (n + 1) * dim]

    state_belowx = pt.dot(state_below, tparams["decoder_Wx"]) + tparams["decoder_bx"]
    state_below_ = pt.dot(state_below, tparams["decoder_W"]) + tparams["decoder_b"]

    # fmt: off
    def _step_slice(m_, x_, xx_, h_, ctx_, alpha_, pctx_, cc_, context_mask,
                    U, Wc, W_comb_att, U_att, c_tt, Ux, Wcx,
                    U_nl, Ux_nl, b_nl, bx_nl):
        # fmt: on
        preact1 = pt.dot(h_, U)
        preact1 += x_
        preact1 = pt.sigmoid(preact1)

        r1 = _slice(preact1, 0, dim)
        u1 = _slice(preact1, 1, dim)

        preactx1 = pt.dot(h_, Ux)
        preactx1 *= r1
        preactx1 += xx_

        h1 = pt.tanh(preactx1)

        h1 = u1 * h_ + (1.0 - u1) * h1
        h1 = m_[:, None] * h1 + (1.0 - m_)[:, None] * h_

        # attention
        pstate_ = pt.dot(h1, W_comb_att)
        pctx__ = pctx_ + pstate_[None, :, :]
        pctx__ = pt.tanh(pctx__)
        alpha = pt.dot(pctx__, U_att) + c_tt
        alpha = alpha.reshape([alpha.shape[0], alpha.shape[1]])
        alpha = pt.exp(alpha)
        alpha = alpha * context_mask
        alpha = alpha / alpha.sum(0, keepdims=True)
        ctx_ = (cc_ * alpha[:, :, None]).sum(0)

        preact2 = pt.dot(h1, U_nl) + b_nl
        preact2 += pt.dot(ctx_, Wc)
        preact2 = pt.sigmoid(preact2)

        r2 = _slice(preact2, 0, dim)
        u2 = _slice(preact2, 1, dim)

        preactx2 = pt.dot(h1, Ux_nl) + bx_nl
        preactx2 *= r2
        preactx2 += pt.dot(ctx_, Wcx)

        h2 = pt.tanh(preactx2)

        h2 = u2 * h1 + (1.0 - u2) * h2
        h2 = m_[:, None] * h2 + (1.0 - m_)[:, None] * h1

        return h2, ctx_, alpha.T

    seqs = [mask, state_below_, state_belowx]
    attention, second = ("W_comb_att", "U_att", "c_tt"), ("U_nl", "Ux_nl", "b_nl", "bx_nl")
    names = ("U", "Wc", *attention, "Ux", "Wcx", *second)
    shared_vars = [tparams[f"decoder_{name}"] for name in names]
    zero = pt.constant(0.0, dtype="float32")
    proj_h, ctxs, _ = pytensor.scan(
        _step_slice,
        sequences=seqs,
        outputs_info=[
            init_state,
            pt.alloc(zero, n_samples, context.shape[2]),
            pt.alloc(zero, n_samples, context.shape[0]),
        ],
        # dl4mt's context_mask comes in by closure, which a strict scan no longer takes.
        non_sequences=[pctx_, context, context_mask, *shared_vars],
        name="decoder_layers",
        n_steps=nsteps,
        strict=True,
        return_updates=False,
    )
    return proj_h, ctxs
