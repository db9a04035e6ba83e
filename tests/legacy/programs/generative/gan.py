"""
An adversarial pair on pictures of bars; two parameter sets that are trained in turns.
"""

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.nnet import conv2d

import lib
from lib import (
    Adam,
    LeakyRectify,
    Normal,
    Regularizer,
    batchnorm,
    deconv,
    floatX,
    np_rng,
    rectify,
    sharedX,
    t_rng,
)

npx, nz, nc, ngf, ndf, nbatch = 8, 5, 1, 4, 4, 12
lrelu = LeakyRectify()
bce = T.nnet.binary_crossentropy


def gen(Z, w, g, b, w2, g2, b2, wx):
    h = rectify(batchnorm(T.dot(T.clip(Z, -2.0, 2.0), w), g=g, b=b))
    h = h.reshape((h.shape[0], ngf * 2, 2, 2))
    h2 = rectify(batchnorm(deconv(h, w2, subsample=(2, 2), border_mode=(1, 1)), g=g2, b=b2))
    return T.tanh(deconv(h2, wx, subsample=(2, 2), border_mode=(1, 1)))


def discrim(X, w, w2, g2, b2, wy):
    X = X + t_rng.normal(X.shape, std=0.05, dtype=X.dtype)
    h = lrelu(conv2d(X, w, subsample=(2, 2), border_mode=(1, 1)))
    h2 = lrelu(batchnorm(conv2d(h, w2, subsample=(2, 2), border_mode="half"), g=g2, b=b2))
    h2 = T.flatten(h2, 2)
    return T.nnet.sigmoid(T.dot(h2, wy)), h2


def transform(X):
    return (floatX(X) / 255.0 * 2.0 - 1.0).reshape(-1, nc, npx, npx)


def bars(n):
    X = np.zeros((n, npx, npx), "uint8")
    for x in X:
        if np_rng.uniform() < 0.5:
            x[np_rng.randint(npx)] = 255
        else:
            x[:, np_rng.randint(npx)] = 255
    return X


def train_gan(n_updates=10, k=1):
    gifn, difn, gain = Normal(scale=0.1), Normal(scale=0.1), Normal(loc=1.0, scale=0.02)
    gen_params = [
        gifn((nz, ngf * 2 * 2 * 2), "gw"),
        gain((ngf * 2 * 2 * 2,), "gg"),
        sharedX(np.zeros(ngf * 2 * 2 * 2), name="gb"),
        gifn((ngf * 2, ngf, 3, 3), "gw2"),
        gain((ngf,), "gg2"),
        sharedX(np.zeros(ngf), name="gb2"),
        gifn((ngf, nc, 3, 3), "gwx"),
    ]
    discrim_params = [
        difn((ndf, nc, 3, 3), "dw"),
        difn((ndf * 2, ndf, 3, 3), "dw2"),
        gain((ndf * 2,), "dg2"),
        sharedX(np.zeros(ndf * 2), name="db2"),
        difn((ndf * 2 * 2 * 2, 1), "dwy"),
    ]
    X = T.tensor4()
    Z = t_rng.uniform((nbatch, nz), low=-1.0, high=1.0, dtype=theano.config.floatX)
    gX = gen(Z, *gen_params)
    p_real, h_real = discrim(X, *discrim_params)
    p_gen, h_gen = discrim(gX, *discrim_params)
    d_cost = bce(p_real, T.ones(p_real.shape)).mean() + bce(p_gen, T.zeros(p_gen.shape)).mean()
    g_cost = bce(p_gen, T.ones(p_gen.shape)).mean()
    # features of both should have the same mean
    g_cost = g_cost + T.mean(
        T.square(T.mean(theano.gradient.disconnected_grad(h_real), axis=0) - T.mean(h_gen, axis=0))
    )
    lrt = sharedX(0.002)
    d_updates = Adam(lr=lrt, b1=0.5, regularizer=Regularizer(l2=1e-5))(discrim_params, d_cost)
    g_updates = Adam(lr=lrt, b1=0.5, clipnorm=5.0, regularizer=Regularizer(l2=1e-5, l1=1e-6))(
        gen_params, g_cost
    )
    train_g = theano.function([X], [g_cost, d_cost], updates=g_updates)
    train_d = theano.function([X], [g_cost, d_cost], updates=d_updates)
    z = T.matrix()
    sample = theano.function([z], gen(z, *gen_params))

    data = bars(nbatch * 4)
    costs = []
    for n in range(n_updates):
        imb = transform(data[np_rng.permutation(len(data))[:nbatch]])
        fn = train_g if n % (k + 1) == 0 else train_d
        costs.append([float(c) for c in fn(imb)])
        lrt.set_value(floatX(lrt.get_value() * 0.98))
    samples = sample(floatX(lib.np_rng.uniform(-1.0, 1.0, size=(3, nz))))
    return dict(gan=costs, gan_samples=samples)
