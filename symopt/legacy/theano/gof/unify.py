"""Unification of expressions: PyTensor's, by another package."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.graph.rewriting.unify")
