"""Theano 1.0.5's ``theano.gpuarray.rng_mrg``: the same streams as ``theano.sandbox.rng_mrg``."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "symopt.legacy.theano.sandbox.rng_mrg")
