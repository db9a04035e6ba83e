"""``theano.sandbox.softsign``: an old place of :func:`theano.tensor.nnet.softsign`."""

from symopt.legacy.theano.tensor.nnet.nnet import softsign as softsign
