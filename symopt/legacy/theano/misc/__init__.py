"""Theano's miscellany, under its names."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__)
