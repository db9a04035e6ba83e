"""The LSTM tutorial in Theano's API: the same model and adadelta as the other peers'."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as tensor

RHO, EPSILON, LOG_OFFSET = 0.95, 1e-6, 1e-8
"""benchmarks.training_step.problem and benchmarks.lstm.problem, which need a newer NumPy."""


def build(params):
    """f_grad_shared and f_update of the tutorial."""
    tparams = OrderedDict((name, theano.shared(value, name)) for name, value in params.items())
    inputs, cost = build_model(tparams)
    grads = tensor.grad(cost, wrt=list(tparams.values()))
    return adadelta(tparams, grads, inputs, cost)


def build_model(tparams):
    x = tensor.matrix("x", dtype="int64")
    mask = tensor.matrix("mask", dtype="float32")
    y = tensor.vector("y", dtype="int64")
    n_timesteps, n_samples = x.shape[0], x.shape[1]
    dim = tparams["lstm_U"].get_value(borrow=True).shape[0]
    emb = tparams["Wemb"][x.flatten()].reshape([n_timesteps, n_samples, dim])
    proj = lstm_layer(tparams, emb, mask, dim)
    proj = (proj * mask[:, :, None]).sum(axis=0)
    proj = proj / mask.sum(axis=0)[:, None]
    pred = tensor.nnet.softmax(tensor.dot(proj, tparams["U"]) + tparams["b"])
    cost = -tensor.log(pred[tensor.arange(n_samples), y] + LOG_OFFSET).mean()
    return [x, mask, y], cost


def lstm_layer(tparams, state_below, mask, dim):
    nsteps, n_samples = state_below.shape[0], state_below.shape[1]

    def _slice(_x, n):
        return _x[:, n * dim : (n + 1) * dim]

    def _step(m_, x_, h_, c_):
        preact = tensor.dot(h_, tparams["lstm_U"])
        preact += x_
        i = tensor.nnet.sigmoid(_slice(preact, 0))
        f = tensor.nnet.sigmoid(_slice(preact, 1))
        o = tensor.nnet.sigmoid(_slice(preact, 2))
        c = tensor.tanh(_slice(preact, 3))
        c = f * c_ + i * c
        c = m_[:, None] * c + (1.0 - m_)[:, None] * c_
        h = o * tensor.tanh(c)
        h = m_[:, None] * h + (1.0 - m_)[:, None] * h_
        return h, c

    state_below = tensor.dot(state_below, tparams["lstm_W"]) + tparams["lstm_b"]
    zero = np.float32(0.0)
    rval, _ = theano.scan(
        _step,
        sequences=[mask, state_below],
        outputs_info=[tensor.alloc(zero, n_samples, dim), tensor.alloc(zero, n_samples, dim)],
        name="lstm_layers",
        n_steps=nsteps,
    )
    return rval[0]


def adadelta(tparams, grads, inputs, cost):
    """The tutorial's: gradient statistics move in the first function, its rate is unused."""

    def zeros(suffix):
        return [
            theano.shared(p.get_value() * np.float32(0.0), name=name + "_" + suffix)
            for name, p in tparams.items()
        ]

    zipped_grads, running_up2, running_grads2 = zeros("grad"), zeros("rup2"), zeros("rgrad2")
    zgup, rg2up, ru2up, param_up = [], [], [], []
    for i, p in enumerate(tparams.values()):
        zg, g, ru2, rg2 = zipped_grads[i], grads[i], running_up2[i], running_grads2[i]
        zgup.append((zg, g))
        rg2up.append((rg2, RHO * rg2 + (1 - RHO) * g**2))
        ud = -tensor.sqrt(ru2 + EPSILON) / tensor.sqrt(rg2 + EPSILON) * zg
        ru2up.append((ru2, RHO * ru2 + (1 - RHO) * ud**2))
        param_up.append((p, p + ud))
    f_grad_shared = theano.function(
        inputs, cost, updates=zgup + rg2up, name="adadelta_f_grad_shared"
    )
    f_update = theano.function([], [], updates=ru2up + param_up, name="adadelta_f_update")
    return f_grad_shared, f_update
