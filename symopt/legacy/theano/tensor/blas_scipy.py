"""Theano 1.0.5's ``theano.tensor.blas_scipy``: the outer-product update by SciPy."""

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor.blas import Ger as Ger

ScipyGer = Ger
have_fblas = False

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
