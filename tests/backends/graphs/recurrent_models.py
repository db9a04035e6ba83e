"""Recurrent models as legacy code writes them, in float64: parameters, inputs, cost and a batch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

import symopt
from symopt.nnet import conv2d

T, M, D, E, C, A, Q = 4, 2, 3, 2, 4, 5, 3


@dataclass
class Model:
    tparams: dict[str, Any]
    inputs: list[TensorVariable]
    cost: TensorVariable
    batch: list[np.ndarray]

    @property
    def grads(self):
        return pt.grad(self.cost, list(self.tparams.values()))


def parameters(**shapes):
    rng = np.random.default_rng(0)
    return symopt.init_tparams({k: 0.5 * rng.normal(size=s) for k, s in shapes.items()})


def normal(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape)


def zeros(*shape):
    return pt.alloc(np.float64(0), *shape)


def _slice(x, n, dim):
    return x[:, n * dim : (n + 1) * dim]


def vanilla(*, strict=True, last=True):
    p = parameters(V=(E, D), U=(D, D), b=(D,))
    x = pt.dtensor3("x")
    h = pytensor.scan(
        lambda x, h, V, U, b: pt.tanh(pt.dot(x, V) + pt.dot(h, U) + b),
        sequences=[x],
        outputs_info=[zeros(x.shape[1], D)],
        non_sequences=list(p.values()),
        strict=strict,
        return_updates=False,
    )
    return Model(p, [x], ((h[-1] if last else h) ** 2).sum(), [normal(T, M, E)])


def linear():
    """The gradient of its states is added to as it is: no function in between."""
    p = parameters(U=(D, D), b=(D,))
    x = pt.dtensor3("x")
    h = pytensor.scan(
        lambda x, h, U, b: pt.dot(h, U) + x + b,
        sequences=[x],
        outputs_info=[x[0]],
        non_sequences=list(p.values()),
        return_updates=False,
    )
    return Model(p, [x], (h**2).sum(), [normal(T, M, D)])


def one_example():
    """Vectors, not matrices."""
    p = parameters(V=(D, E), U=(D, D), b=(D,))
    x = pt.dmatrix("x")
    h = pytensor.scan(
        lambda x, h, V, U, b: pt.tanh(pt.dot(V, x) + pt.dot(h, U) + b),
        sequences=[x],
        outputs_info=[zeros(D)],
        non_sequences=list(p.values()),
        return_updates=False,
    )
    return Model(p, [x], (h**2).sum(), [normal(T, E)])


def two_layers(*, tied=False):
    p = parameters(U=(D, D), b=(D,), V=(D, D), U2=(D, D), V2=(D, D), b2=(D,))
    if tied:
        p = {k: v for k, v in p.items() if k not in ("U2", "V2")}
    x = pt.dtensor3("x")

    def step(x, h, g, U, b, V, b2, U2=None, V2=None):
        U2, V2 = (U, V) if tied else (U2, V2)
        h = pt.tanh(pt.dot(x, V) + pt.dot(h, U) + b)
        return h, pt.tanh(pt.dot(h, V2) + pt.dot(g, U2) + b2)

    order = ["U", "b", "V", "b2", *([] if tied else ["U2", "V2"])]
    start = zeros(x.shape[1], D)
    _, g = pytensor.scan(
        step,
        sequences=[x],
        outputs_info=[start, start],
        non_sequences=[p[k] for k in order],
        strict=True,
        return_updates=False,
    )
    return Model(p, [x], (g**2).sum(), [normal(T, M, D)])


def lstm():
    """The tutorial's."""
    p = parameters(W=(E, 4 * D), U=(D, 4 * D), b=(4 * D,))
    x, mask = pt.dtensor3("x"), pt.dmatrix("mask")

    def step(m_, x_, h_, c_, U):
        preact = pt.dot(h_, U) + x_
        i, f, o = (pt.sigmoid(_slice(preact, n, D)) for n in range(3))
        c = f * c_ + i * pt.tanh(_slice(preact, 3, D))
        c = m_[:, None] * c + (1.0 - m_)[:, None] * c_
        h = o * pt.tanh(c)
        return m_[:, None] * h + (1.0 - m_)[:, None] * h_, c

    start = zeros(x.shape[1], D)
    h, _ = pytensor.scan(
        step,
        sequences=[mask, pt.dot(x, p["W"]) + p["b"]],
        outputs_info=[start, start],
        non_sequences=[p["U"]],
        return_updates=False,
    )
    return Model(p, [x, mask], (h * mask[:, :, None]).sum(), [normal(T, M, E), _mask()])


def _mask():
    return np.array([[1.0, 1.0]] * (T - 1) + [[1.0, 0.0]])


def gru(*, n_steps=None, truncate_gradient=-1):
    """dl4mt's gru_layer."""
    p = parameters(W=(E, 2 * D), b=(2 * D,), U=(D, 2 * D), Wx=(E, D), bx=(D,), Ux=(D, D))
    dim = p["Ux"].shape[1]
    x, mask = pt.dtensor3("x"), pt.dmatrix("mask")

    def step(m_, x_, xx_, h_, U, Ux):
        preact = pt.dot(h_, U) + x_
        r, u = pt.sigmoid(_slice(preact, 0, dim)), pt.sigmoid(_slice(preact, 1, dim))
        h = pt.tanh(pt.dot(h_, Ux) * r + xx_)
        h = u * h_ + (1.0 - u) * h
        return m_[:, None] * h + (1.0 - m_)[:, None] * h_

    h = pytensor.scan(
        step,
        sequences=[mask, pt.dot(x, p["W"]) + p["b"], pt.dot(x, p["Wx"]) + p["bx"]],
        outputs_info=[zeros(x.shape[1], dim)],
        non_sequences=[p["U"], p["Ux"]],
        n_steps=n_steps,
        truncate_gradient=truncate_gradient,
        return_updates=False,
    )
    return Model(p, [x, mask], (h**2).sum(), [normal(T, M, E), _mask()])


_CONDITIONAL = {
    **{"U": (D, 2 * D), "Wc": (C, 2 * D), "W_comb_att": (D, A), "U_att": (A, 1), "c_tt": (1,)},
    **{"Ux": (D, D), "Wcx": (C, D), "U_nl": (D, 2 * D), "Ux_nl": (D, D)},
    **{"b_nl": (2 * D,), "bx_nl": (D,)},
}
_BELOW = {"W": (E, 2 * D), "b": (2 * D,), "Wx": (E, D), "bx": (D,), "Wc_att": (C, A), "b_att": (A,)}


def _first_gru(m_, x_, xx_, h_, U, Ux, dim):
    preact = pt.sigmoid(pt.dot(h_, U) + x_)
    r, u = _slice(preact, 0, dim), _slice(preact, 1, dim)
    h1 = u * h_ + (1.0 - u) * pt.tanh(pt.dot(h_, Ux) * r + xx_)
    return m_[:, None] * h1 + (1.0 - m_)[:, None] * h_


def _second_gru(m_, h1, ctx_, Wc, Wcx, U_nl, Ux_nl, b_nl, bx_nl, dim):
    preact = pt.sigmoid(pt.dot(h1, U_nl) + b_nl + pt.dot(ctx_, Wc))
    r, u = _slice(preact, 0, dim), _slice(preact, 1, dim)
    h2 = pt.tanh((pt.dot(h1, Ux_nl) + bx_nl) * r + pt.dot(ctx_, Wcx))
    h2 = u * h1 + (1.0 - u) * h2
    return m_[:, None] * h2 + (1.0 - m_)[:, None] * h1


def gru_with_attention(*, return_p=False):
    """dl4mt's gru_cond_layer, with one more output where ``return_p``."""
    p = parameters(**_CONDITIONAL, **_BELOW)
    dim = p["Wcx"].shape[1]
    x, mask, context = pt.dtensor3("x"), pt.dmatrix("mask"), pt.dtensor3("context")
    context_mask = pt.dmatrix("context_mask")

    def step(m_, x_, xx_, h_, ctx_, alpha_, *rest):
        pctx_, cc_, U, Wc, W_comb_att, U_att, c_tt, Ux, Wcx, U_nl, Ux_nl, b_nl, bx_nl = rest[-13:]
        h1 = _first_gru(m_, x_, xx_, h_, U, Ux, dim)
        pctx__ = pt.tanh(pctx_ + pt.dot(h1, W_comb_att)[None, :, :])
        alpha = pt.dot(pctx__, U_att) + c_tt
        alpha = alpha.reshape([alpha.shape[0], alpha.shape[1]])
        alpha = pt.exp(alpha) * context_mask
        alpha = alpha / alpha.sum(0, keepdims=True)
        ctx_ = (cc_ * alpha[:, :, None]).sum(0)
        h2 = _second_gru(m_, h1, ctx_, Wc, Wcx, U_nl, Ux_nl, b_nl, bx_nl, dim)
        return h2, ctx_, alpha.T, *([pctx__] if return_p else [])

    h, ctx, alpha, *extra = pytensor.scan(
        step,
        sequences=[mask, pt.dot(x, p["W"]) + p["b"], pt.dot(x, p["Wx"]) + p["bx"]],
        outputs_info=[
            pt.tanh(pt.dot(context.mean(0), p["Wcx"])),
            zeros(x.shape[1], context.shape[2]),
            zeros(x.shape[1], context.shape[0]),
            *([None] if return_p else []),
        ],
        non_sequences=[
            pt.dot(context, p["Wc_att"]) + p["b_att"],
            context,
            *(p[k] for k in _CONDITIONAL),
        ],
        n_steps=x.shape[0],
        return_updates=False,
    )
    cost = sum(((v**2).sum() for v in extra), (h**2).sum() + (ctx**3).sum() + (alpha**2).sum())
    batch = [normal(T, M, E), _mask(), normal(6, M, C), np.ones((6, M))]
    return Model(p, [x, mask, context, context_mask], cost, batch)


def wap_decoder():
    """WAP's: attention over the places of an image, whose past is seen through a convolution."""
    p = parameters(**_CONDITIONAL, **_BELOW, Q=(Q, 1, 3, 3), Uf=(Q, A), bf=(A,))
    dim = p["Wcx"].shape[1]
    x, mask, context = pt.dtensor3("x"), pt.dmatrix("mask"), pt.dtensor4("context")

    def step(m_, x_, xx_, h_, ctx_, alpha_, past_, pctx_, cc_, *weights):
        U, Wc, W_comb_att, U_att, c_tt, Ux, Wcx, U_nl, Ux_nl, b_nl, bx_nl, Q, Uf, bf = weights
        h1 = _first_gru(m_, x_, xx_, h_, U, Ux, dim)
        cover = conv2d(past_[:, None, :, :], Q, border_mode="half").dimshuffle(2, 3, 0, 1)
        state = pt.dot(h1, W_comb_att)[None, None, :, :]
        alpha = pt.dot(pt.tanh(pctx_ + state + pt.dot(cover, Uf) + bf), U_att) + c_tt
        alpha = pt.exp(alpha.reshape([alpha.shape[0], alpha.shape[1], alpha.shape[2]]))
        alpha = alpha / alpha.sum(1, keepdims=True).sum(0, keepdims=True)
        ctx_ = (cc_ * alpha[:, :, :, None]).sum(1).sum(0)
        h2 = _second_gru(m_, h1, ctx_, Wc, Wcx, U_nl, Ux_nl, b_nl, bx_nl, dim)
        alpha = alpha.dimshuffle(2, 0, 1)
        return h2, ctx_, alpha, past_ + alpha

    height, width, m, _ = context.shape
    h, ctx, alpha, _ = pytensor.scan(
        step,
        sequences=[mask, pt.dot(x, p["W"]) + p["b"], pt.dot(x, p["Wx"]) + p["bx"]],
        outputs_info=[
            pt.tanh(pt.dot(context.mean((0, 1)), p["Wcx"])),
            zeros(m, context.shape[3]),
            zeros(m, height, width),
            zeros(m, height, width),
        ],
        non_sequences=[
            pt.dot(context, p["Wc_att"]) + p["b_att"],
            context,
            *(p[k] for k in (*_CONDITIONAL, "Q", "Uf", "bf")),
        ],
        return_updates=False,
    )
    cost = (h**2).sum() + (ctx**3).sum() + (alpha**2).sum()
    return Model(p, [x, mask, context], cost, [normal(T, M, E), _mask(), normal(3, 4, M, C)])


MODELS = {
    "vanilla": vanilla,
    "all states": lambda: vanilla(strict=False, last=False),
    "linear": linear,
    "one example": one_example,
    "two layers": two_layers,
    "tied": lambda: two_layers(tied=True),
    "lstm": lstm,
    "gru": gru,
    "fewer steps": lambda: gru(n_steps=T - 1),
    "truncated": lambda: gru(truncate_gradient=2),
    "attention": gru_with_attention,
    "wap": wap_decoder,
}
