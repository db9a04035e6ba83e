"""``theano.sandbox.gpuarray.blas``: where ``theano.gpuarray.blas`` was before Theano 0.9."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "symopt.legacy.theano.gpuarray.blas")
