"""Native forms of symopt.nnet's operations on the c backend; importing it registers them."""

from symopt.backends.c.nnet import batch_normalization as batch_normalization
from symopt.backends.c.nnet import convolution as convolution
from symopt.backends.c.nnet import pool as pool
