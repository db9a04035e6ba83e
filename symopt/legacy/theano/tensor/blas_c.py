"""Theano 1.0.5's ``theano.tensor.blas_c``: matrix products in C, for isinstance."""

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(
    __name__,
    "pytensor.tensor.blas_c",
    "pytensor.tensor.rewriting.blas_c",
    "pytensor.tensor.blas.blas_c",
)
