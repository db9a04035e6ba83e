"""``theano.sandbox.blocksparse``: an old place of ``theano.tensor.nnet.blocksparse``."""

from symopt.legacy.theano.tensor.nnet.blocksparse import SparseBlockGemv as SparseBlockGemv
from symopt.legacy.theano.tensor.nnet.blocksparse import SparseBlockOuter as SparseBlockOuter
from symopt.legacy.theano.tensor.nnet.blocksparse import sparse_block_dot as sparse_block_dot
from symopt.legacy.theano.tensor.nnet.blocksparse import sparse_block_gemv as sparse_block_gemv
from symopt.legacy.theano.tensor.nnet.blocksparse import sparse_block_outer as sparse_block_outer
