"""Theano 1.0.5's ``theano.tensor.signal``: pooling, and convolutions of single images."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__)
