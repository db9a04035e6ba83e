"""``theano.sandbox.solve``: an old place of :func:`theano.tensor.slinalg.solve`."""

from symopt.legacy.theano.tensor.slinalg import solve as solve
