"""Rewrites of graphs of sparse matrices: PyTensor's."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.sparse.rewriting")
