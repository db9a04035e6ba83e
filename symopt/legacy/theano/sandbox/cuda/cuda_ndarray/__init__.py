"""``theano.sandbox.cuda.cuda_ndarray``: the package that held the compiled module."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "symopt.legacy.theano.sandbox.cuda.cuda_ndarray.cuda_ndarray")
