"""Theano 1.0.5's ``theano.sandbox``."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__)
