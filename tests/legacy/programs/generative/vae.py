"""
A variational autoencoder; what it has learnt is used again with its noise replaced.
"""

from __future__ import division

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams

from lib import Adam, Normal, floatX, np_rng, sharedX


class VAE(object):
    def __init__(self, n_x, n_h, n_z, seed=7):
        self.srng = RandomStreams(seed=seed)
        init = Normal(scale=0.3)
        names = {
            "W_xh": (n_x, n_h),
            "W_hmu": (n_h, n_z),
            "W_hsigma": (n_h, n_z),
            "W_zh": (n_z, n_h),
            "W_hx": (n_h, n_x),
        }
        self.params = {}
        for name in sorted(names):
            self.params[name] = init(names[name], name=name)
            self.params[name.replace("W", "b")] = sharedX(
                np.zeros(names[name][1]), name=name.replace("W", "b")
            )
        self.n_z = n_z

    def encoder(self, x):
        p = self.params
        h = T.nnet.softplus(T.dot(x, p["W_xh"]) + p["b_xh"].dimshuffle("x", 0))
        mu = T.dot(h, p["W_hmu"]) + p["b_hmu"].dimshuffle("x", 0)
        log_sigma = T.dot(h, p["W_hsigma"]) + p["b_hsigma"].dimshuffle("x", 0)
        return mu, log_sigma

    def sampler(self, mu, log_sigma):
        self.eps = self.srng.normal(mu.shape, dtype=theano.config.floatX)
        return mu + T.exp(0.5 * log_sigma) * self.eps

    def decoder(self, z):
        p = self.params
        h = T.tanh(T.dot(z, p["W_zh"]) + p["b_zh"].dimshuffle("x", 0))
        return T.nnet.sigmoid(T.dot(h, p["W_hx"]) + p["b_hx"].dimshuffle("x", 0))

    def lower_bound(self, x):
        mu, log_sigma = self.encoder(x)
        z = self.sampler(mu, log_sigma)
        reconstructed = self.decoder(z)
        log_px = -T.nnet.binary_crossentropy(reconstructed, x).sum(axis=1)
        kl = 0.5 * T.sum(1 + log_sigma - mu**2 - T.exp(log_sigma), axis=1)
        return T.mean(kl + log_px), reconstructed, z


def train_vae(n_updates=20, batch_size=10):
    size = 16
    patterns = np_rng.uniform(size=(3, size)) < 0.5
    data = patterns[np_rng.randint(0, 3, size=60)] ^ (np_rng.uniform(size=(60, size)) < 0.1)
    train_x = theano.shared(floatX(data), borrow=True)
    # labels in a shared float variable, used as integers
    labels = T.cast(theano.shared(floatX(data.sum(axis=1)), borrow=True), "int32")
    x, index = T.matrix("x"), T.iscalar("index")
    model = VAE(size, 8, 3)
    bound, reconstructed, z = model.lower_bound(x)
    params = [model.params[k] for k in sorted(model.params)]
    updates = Adam(lr=sharedX(0.02))(params, -bound)
    start = index * batch_size
    f_train = theano.function(
        [index],
        [bound, labels[start : start + batch_size].sum()],
        updates=updates,
        givens={x: train_x[start : start + batch_size]},
    )
    out = [f_train(i % 6) for i in range(n_updates)]

    # without noise
    quiet = theano.clone(reconstructed, replace={model.eps: T.zeros_like(model.eps)})
    f_quiet = theano.function([x], quiet)
    given = T.matrix("z")
    f_decode = theano.function([given], T.cast(model.decoder(given) > 0.5, "int8"))
    many = theano.clone([bound, z.mean()], {x: T.tile(x, (3, 1))})
    f_many = theano.function([x], many)
    return dict(
        vae=[float(o[0]) for o in out],
        vae_labels=[int(o[1]) for o in out],
        vae_quiet=f_quiet(floatX(data[:4])),
        vae_many=f_many(floatX(data[:4])),
        vae_decoded=f_decode(floatX(np.eye(3))),
    )
