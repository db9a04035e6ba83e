"""``theano.gpuarray.basic_ops``, where it was before Theano 0.9."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "symopt.legacy.theano.gpuarray.basic_ops")
