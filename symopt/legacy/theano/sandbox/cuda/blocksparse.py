"""``theano.sandbox.cuda.blocksparse``: products with chosen blocks, computed by the CPU's."""

from symopt.legacy.theano.gpuarray._names import gpu_names
from symopt.legacy.theano.tensor.nnet.blocksparse import sparse_block_dot as sparse_block_dot

sparse_block_dot_SS = sparse_block_dot

__getattr__ = gpu_names(__name__)
