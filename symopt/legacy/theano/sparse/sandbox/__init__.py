"""Experiments with sparse matrices."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__)
