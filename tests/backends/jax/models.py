"""Small models for the tests of the jax backend."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt

import symopt


def classifier(backend, dtype="float32", transforms=(), factory=symopt.adam, **keywords):
    """An optimizer of a softmax classifier of five numbers, its inputs ``x`` and ``y``."""
    rng = np.random.default_rng(0)
    tparams = symopt.init_tparams(
        {"W": rng.normal(size=(5, 3)).astype(dtype), "b": np.zeros(3, dtype)}
    )
    x, y = pt.matrix("x", dtype=dtype), pt.ivector("y")
    p = pt.special.softmax(x @ tparams["W"] + tparams["b"], axis=1)
    cost = -pt.log(p[pt.arange(y.shape[0]), y]).mean()
    return factory(
        pt.scalar("lr"),
        tparams,
        None,
        [x, y],
        cost,
        transforms=transforms,
        backend=backend,
        **keywords,
    )


def batch(examples, seed=0, dtype="float32"):
    """Arguments for the classifier."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=(examples, 5)).astype(dtype), rng.integers(0, 3, examples, "int32")


def device_function(function):
    """The part of a compiled function that runs on the device."""
    return function.compiled.vm


def minibatches_of(data, size, backend, by_shared=False):
    """The tutorials' idiom: a function of an index into shared data, and the index's setter."""
    X = pytensor.shared(data)
    x = pt.matrix("x", dtype=data.dtype)
    outputs = [x.sum(axis=0), x * 1]
    i = pytensor.shared(np.int64(0)) if by_shared else pt.lscalar("i")
    f = symopt.function(
        [] if by_shared else [i],
        outputs,
        givens={x: X[i * size : (i + 1) * size]},
        backend=backend,
    )

    def at(index):
        if not by_shared:
            return f(index)
        i.set_value(np.int64(index))
        return f()

    return X, f, at
