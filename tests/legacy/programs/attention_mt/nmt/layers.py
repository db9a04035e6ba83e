"""
Layers: each is a pair of an initialiser and a function that builds it.
"""

import numpy
import theano
from theano import tensor

from util import *
from util import _p

layers = {
    "ff": ("param_init_fflayer", "fflayer"),
    "gru": ("param_init_gru", "gru_layer"),
    "gru_cond": ("param_init_gru_cond", "gru_cond_layer"),
}


def get_layer(name):
    fns = layers[name]
    return (eval(fns[0]), eval(fns[1]))


def dropout_layer(state_before, use_noise, trng):
    proj = tensor.switch(
        use_noise,
        state_before * trng.binomial(state_before.shape, p=0.5, n=1, dtype=state_before.dtype),
        state_before * 0.5,
    )
    return proj


def param_init_fflayer(options, params, rng, prefix="ff", nin=None, nout=None, ortho=True):
    if nin is None:
        nin = options["dim_proj"]
    if nout is None:
        nout = options["dim_proj"]
    params[_p(prefix, "W")] = norm_weight(rng, nin, nout, scale=0.1, ortho=ortho)
    params[_p(prefix, "b")] = numpy.zeros((nout,)).astype("float32")
    return params


def fflayer(tparams, state_below, options, prefix="ff", activ="lambda x: tensor.tanh(x)", **kwargs):
    return eval(activ)(tensor.dot(state_below, tparams[_p(prefix, "W")]) + tparams[_p(prefix, "b")])


def param_init_gru(options, params, rng, prefix="gru", nin=None, dim=None):
    params[_p(prefix, "W")] = numpy.concatenate(
        [norm_weight(rng, nin, dim), norm_weight(rng, nin, dim)], axis=1
    )
    params[_p(prefix, "b")] = numpy.zeros((2 * dim,)).astype("float32")
    params[_p(prefix, "U")] = numpy.concatenate(
        [ortho_weight(rng, dim), ortho_weight(rng, dim)], axis=1
    )
    params[_p(prefix, "Wx")] = norm_weight(rng, nin, dim)
    params[_p(prefix, "bx")] = numpy.zeros((dim,)).astype("float32")
    params[_p(prefix, "Ux")] = ortho_weight(rng, dim)
    return params


def _slice(_x, n, dim):
    if _x.ndim == 3:
        return _x[:, :, n * dim : (n + 1) * dim]
    return _x[:, n * dim : (n + 1) * dim]


def gru_layer(tparams, state_below, options, prefix="gru", mask=None, **kwargs):
    nsteps = state_below.shape[0]
    n_samples = state_below.shape[1] if state_below.ndim == 3 else 1
    dim = tparams[_p(prefix, "Ux")].shape[1]
    if mask is None:
        mask = tensor.alloc(1.0, state_below.shape[0], 1)

    state_below_ = tensor.dot(state_below, tparams[_p(prefix, "W")]) + tparams[_p(prefix, "b")]
    state_belowx = tensor.dot(state_below, tparams[_p(prefix, "Wx")]) + tparams[_p(prefix, "bx")]

    def _step_slice(m_, x_, xx_, h_, U, Ux):
        preact = tensor.dot(h_, U)
        preact += x_
        r = tensor.nnet.sigmoid(_slice(preact, 0, dim))
        u = tensor.nnet.sigmoid(_slice(preact, 1, dim))
        preactx = tensor.dot(h_, Ux)
        preactx = preactx * r
        preactx = preactx + xx_
        h = tensor.tanh(preactx)
        h = u * h_ + (1.0 - u) * h
        h = m_[:, None] * h + (1.0 - m_)[:, None] * h_
        return h

    init_states = [tensor.alloc(0.0, n_samples, dim)]
    shared_vars = [tparams[_p(prefix, "U")], tparams[_p(prefix, "Ux")]]
    rval, updates = theano.scan(
        _step_slice,
        sequences=[mask, state_below_, state_belowx],
        outputs_info=init_states,
        non_sequences=shared_vars,
        name=_p(prefix, "_layers"),
        n_steps=nsteps,
        profile=profile,
        strict=True,
    )
    return [rval]


def param_init_gru_cond(options, params, rng, prefix="gru_cond", nin=None, dim=None, dimctx=None):
    params = param_init_gru(options, params, rng, prefix, nin=nin, dim=dim)
    params[_p(prefix, "U_nl")] = numpy.concatenate(
        [ortho_weight(rng, dim), ortho_weight(rng, dim)], axis=1
    )
    params[_p(prefix, "b_nl")] = numpy.zeros((2 * dim,)).astype("float32")
    params[_p(prefix, "Ux_nl")] = ortho_weight(rng, dim)
    params[_p(prefix, "bx_nl")] = numpy.zeros((dim,)).astype("float32")
    params[_p(prefix, "Wc")] = norm_weight(rng, dimctx, dim * 2)
    params[_p(prefix, "Wcx")] = norm_weight(rng, dimctx, dim)
    params[_p(prefix, "W_comb_att")] = norm_weight(rng, dim, dimctx)
    params[_p(prefix, "Wc_att")] = norm_weight(rng, dimctx)
    params[_p(prefix, "b_att")] = numpy.zeros((dimctx,)).astype("float32")
    params[_p(prefix, "U_att")] = norm_weight(rng, dimctx, 1)
    params[_p(prefix, "c_tt")] = numpy.zeros((1,)).astype("float32")
    return params


def gru_cond_layer(
    tparams,
    state_below,
    options,
    prefix="gru",
    mask=None,
    context=None,
    one_step=False,
    init_state=None,
    context_mask=None,
    **kwargs
):
    assert context, "Context must be provided"
    if one_step:
        assert init_state, "previous state must be provided"
    nsteps = state_below.shape[0]
    n_samples = state_below.shape[1] if state_below.ndim == 3 else 1
    if mask is None:
        mask = tensor.alloc(1.0, state_below.shape[0], 1)
    dim = tparams[_p(prefix, "Wcx")].shape[1]
    if init_state is None:
        init_state = tensor.alloc(0.0, n_samples, dim)

    assert context.ndim == 3, "Context must be 3-d: #annotation x #sample x dim"
    pctx_ = tensor.dot(context, tparams[_p(prefix, "Wc_att")]) + tparams[_p(prefix, "b_att")]
    state_belowx = tensor.dot(state_below, tparams[_p(prefix, "Wx")]) + tparams[_p(prefix, "bx")]
    state_below_ = tensor.dot(state_below, tparams[_p(prefix, "W")]) + tparams[_p(prefix, "b")]

    def _step_slice(
        m_,
        x_,
        xx_,
        h_,
        ctx_,
        alpha_,
        pctx_,
        cc_,
        U,
        Wc,
        W_comb_att,
        U_att,
        c_tt,
        Ux,
        Wcx,
        U_nl,
        Ux_nl,
        b_nl,
        bx_nl,
    ):
        preact1 = tensor.nnet.sigmoid(tensor.dot(h_, U) + x_)
        r1 = _slice(preact1, 0, dim)
        u1 = _slice(preact1, 1, dim)
        h1 = tensor.tanh(tensor.dot(h_, Ux) * r1 + xx_)
        h1 = u1 * h_ + (1.0 - u1) * h1
        h1 = m_[:, None] * h1 + (1.0 - m_)[:, None] * h_

        # attention
        pctx__ = tensor.tanh(pctx_ + tensor.dot(h1, W_comb_att)[None, :, :])
        alpha = tensor.dot(pctx__, U_att) + c_tt
        alpha = alpha.reshape([alpha.shape[0], alpha.shape[1]])
        alpha = tensor.exp(alpha)
        if context_mask:
            alpha = alpha * context_mask
        alpha = alpha / alpha.sum(0, keepdims=True)
        ctx_ = (cc_ * alpha[:, :, None]).sum(0)

        preact2 = tensor.dot(h1, U_nl) + b_nl
        preact2 += tensor.dot(ctx_, Wc)
        preact2 = tensor.nnet.sigmoid(preact2)
        r2 = _slice(preact2, 0, dim)
        u2 = _slice(preact2, 1, dim)
        preactx2 = tensor.dot(h1, Ux_nl) + bx_nl
        preactx2 *= r2
        preactx2 += tensor.dot(ctx_, Wcx)
        h2 = tensor.tanh(preactx2)
        h2 = u2 * h1 + (1.0 - u2) * h2
        h2 = m_[:, None] * h2 + (1.0 - m_)[:, None] * h1
        return h2, ctx_, alpha.T

    seqs = [mask, state_below_, state_belowx]
    shared_vars = [
        tparams[_p(prefix, k)]
        for k in "U Wc W_comb_att U_att c_tt Ux Wcx U_nl Ux_nl b_nl bx_nl".split()
    ]
    if one_step:
        rval = _step_slice(*(seqs + [init_state, None, None, pctx_, context] + shared_vars))
    else:
        rval, updates = theano.scan(
            _step_slice,
            sequences=seqs,
            outputs_info=[
                init_state,
                tensor.alloc(0.0, n_samples, context.shape[2]),
                tensor.alloc(0.0, n_samples, context.shape[0]),
            ],
            non_sequences=[pctx_, context] + shared_vars,
            name=_p(prefix, "_layers"),
            n_steps=nsteps,
            profile=profile,
        )
    return rval
