"""symopt.nnet's operations for PyTensor's JAX linker; importing it registers them."""

from symopt.backends.jax.nnet import batch_normalization as batch_normalization
from symopt.backends.jax.nnet import convolution as convolution
from symopt.backends.jax.nnet import pool as pool
from symopt.backends.jax.nnet import reductions as reductions
