"""``theano.sandbox.neighbours``: an old place of ``theano.tensor.nnet.neighbours``."""

from symopt.legacy.theano.tensor.nnet.neighbours import Images2Neibs as Images2Neibs
from symopt.legacy.theano.tensor.nnet.neighbours import images2neibs as images2neibs
from symopt.legacy.theano.tensor.nnet.neighbours import neibs2images as neibs2images

__all__ = ["Images2Neibs", "images2neibs", "neibs2images"]
