"""symopt.nnet's operations for PyTensor's Numba linker; importing it registers them."""

from symopt.backends.numba.nnet import batch_normalization as batch_normalization
from symopt.backends.numba.nnet import convolution as convolution
from symopt.backends.numba.nnet import pool as pool
