"""``theano.sandbox.conv``: an old place of ``theano.tensor.nnet.conv``."""

from symopt.legacy.theano.tensor.nnet.conv import ConvOp as ConvOp
from symopt.legacy.theano.tensor.nnet.conv import conv2d as conv2d
