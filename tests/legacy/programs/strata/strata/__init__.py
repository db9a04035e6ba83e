"""Layers that are put on one another, and rules that train them."""

try:
    import theano
except ImportError:
    raise ImportError("Could not import Theano: it is needed")
else:
    del theano

from . import init, layers, nonlinearities, objectives, random, updates, utils

__version__ = "0.1"
