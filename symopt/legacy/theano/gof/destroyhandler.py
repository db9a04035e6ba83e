"""The feature that keeps operations in place from destroying what is still needed."""

from pytensor.graph.destroyhandler import DestroyHandler as DestroyHandler

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.graph.destroyhandler")
