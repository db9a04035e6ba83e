"""``theano.tensor.randomstreams``: the older name of :mod:`.shared_randomstreams`."""

from symopt.legacy.theano.tensor.shared_randomstreams import RandomStreams as RandomStreams

__all__ = ["RandomStreams"]
