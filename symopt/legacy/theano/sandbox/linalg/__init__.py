"""Theano 1.0.5's ``theano.sandbox.linalg``: an old place of linear algebra, and hints."""

from symopt.legacy.theano.sandbox.linalg.ops import psd as psd
from symopt.legacy.theano.sandbox.linalg.ops import spectral_radius_bound as spectral_radius_bound
from symopt.legacy.theano.tensor.nlinalg import alloc_diag as alloc_diag
from symopt.legacy.theano.tensor.nlinalg import det as det
from symopt.legacy.theano.tensor.nlinalg import diag as diag
from symopt.legacy.theano.tensor.nlinalg import eig as eig
from symopt.legacy.theano.tensor.nlinalg import eigh as eigh
from symopt.legacy.theano.tensor.nlinalg import extract_diag as extract_diag
from symopt.legacy.theano.tensor.nlinalg import matrix_inverse as matrix_inverse
from symopt.legacy.theano.tensor.nlinalg import trace as trace
from symopt.legacy.theano.tensor.slinalg import cholesky as cholesky
from symopt.legacy.theano.tensor.slinalg import eigvalsh as eigvalsh
from symopt.legacy.theano.tensor.slinalg import solve as solve
