"""
Parameters by name, rules, cost functions.
"""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams as RandomStreams

np_rng = np.random.RandomState(42)
t_rng = RandomStreams(42)


def floatX(X):
    return np.asarray(X, dtype=theano.config.floatX)


def sharedX(X, dtype=theano.config.floatX, name=None):
    return theano.shared(np.asarray(X, dtype=dtype), name=name, borrow=True)


class Normal(object):
    def __init__(self, loc=0.0, scale=0.05):
        self.scale = scale
        self.loc = loc

    def __call__(self, shape, name=None):
        return sharedX(np_rng.normal(loc=self.loc, scale=self.scale, size=shape), name=name)


def rectify(X):
    return (X + abs(X)) / 2.0


class LeakyRectify(object):
    def __init__(self, leak=0.2):
        self.leak = leak

    def __call__(self, X):
        f1 = 0.5 * (1 + self.leak)
        f2 = 0.5 * (1 - self.leak)
        return f1 * X + f2 * abs(X)


def batchnorm(X, g=None, b=None, u=None, s=None, a=1.0, e=1e-8):
    """Statistics of the batch, or those given; for pictures by channel."""
    if X.ndim == 4:
        if u is not None and s is not None:
            b_u = u.dimshuffle("x", 0, "x", "x")
            b_s = s.dimshuffle("x", 0, "x", "x")
        else:
            b_u = T.mean(X, axis=[0, 2, 3]).dimshuffle("x", 0, "x", "x")
            b_s = T.mean(T.sqr(X - b_u), axis=[0, 2, 3]).dimshuffle("x", 0, "x", "x")
        if a != 1:
            b_u = (1.0 - a) * 0.0 + a * b_u
            b_s = (1.0 - a) * 1.0 + a * b_s
        X = (X - b_u) / T.sqrt(b_s + e)
        if g is not None and b is not None:
            X = X * g.dimshuffle("x", 0, "x", "x") + b.dimshuffle("x", 0, "x", "x")
    elif X.ndim == 2:
        if u is None and s is None:
            u = T.mean(X, axis=0)
            s = T.mean(T.sqr(X - u), axis=0)
        X = (X - u) / T.sqrt(s + e)
        if g is not None and b is not None:
            X = X * g + b
    else:
        raise NotImplementedError
    return X


def deconv(X, w, subsample=(1, 1), border_mode=(0, 0)):
    """The gradient of a convolution by its input, as a layer."""
    from theano.tensor.nnet.abstract_conv import AbstractConv2d_gradInputs

    op = AbstractConv2d_gradInputs(
        imshp=(None, None, None, None),
        kshp=(None, None, None, None),
        border_mode=border_mode,
        subsample=subsample,
        filter_flip=True,
    )
    shape = (X.shape[2] * subsample[0], X.shape[3] * subsample[1])
    return op(w, X, shape)


class Regularizer(object):
    def __init__(self, l1=0.0, l2=0.0, maxnorm=0.0):
        self.__dict__.update(locals())

    def max_norm(self, p, maxnorm):
        if maxnorm > 0:
            norms = T.sqrt(T.sum(T.sqr(p), axis=0))
            desired = T.clip(norms, 0, maxnorm)
            p = p * (desired / (1e-7 + norms))
        return p

    def gradient_regularize(self, p, g):
        g += p * self.l2
        g += T.sgn(p) * self.l1
        return g

    def weight_regularize(self, p):
        return self.max_norm(p, self.maxnorm)


class Adam(object):
    """With a b1 that decays, l as lambda."""

    def __init__(
        self,
        lr=sharedX(0.001),
        b1=0.9,
        b2=0.999,
        e=1e-8,
        l=1 - 1e-8,
        clipnorm=0.0,
        regularizer=Regularizer(),
    ):
        self.__dict__.update(locals())

    def __call__(self, params, cost, consider_constant=None):
        updates = []
        grads = T.grad(cost, params, consider_constant=consider_constant)
        if self.clipnorm > 0:
            norm = T.sqrt(sum([T.sum(g**2) for g in grads]))
            grads = [
                T.switch(T.ge(norm, self.clipnorm), g * self.clipnorm / norm, g) for g in grads
            ]
        t = theano.shared(floatX(1.0))
        b1_t = self.b1 * self.l ** (t - 1)
        for p, g in zip(params, grads):
            g = self.regularizer.gradient_regularize(p, g)
            m = theano.shared(p.get_value() * 0.0)
            v = theano.shared(p.get_value() * 0.0)
            m_t = (b1_t * m) + ((1 - b1_t) * g)
            v_t = (self.b2 * v) + ((1 - self.b2) * g**2)
            m_hat = m_t / (1 - self.b1**t)
            v_hat = v_t / (1 - self.b2**t)
            p_t = p - (self.lr * m_hat) / (T.sqrt(v_hat) + self.e)
            updates.append((m, m_t))
            updates.append((v, v_t))
            updates.append((p, self.regularizer.weight_regularize(p_t)))
        updates.append((t, t + 1.0))
        return updates
