"""Theano 1.0.5's ``theano.tensor.opt_uncanonicalize``."""

from pytensor.graph.rewriting.basic import copy_stack_trace as copy_stack_trace
from pytensor.tensor.elemwise import CAReduce as CAReduce
from pytensor.tensor.rewriting.basic import register_uncanonicalize as register_uncanonicalize
from pytensor.tensor.subtensor import Subtensor as Subtensor

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._replaced_ops import DimShuffle as DimShuffle

__getattr__ = fallback(
    __name__, "pytensor.tensor.rewriting.uncanonicalize", "symopt.legacy.theano.tensor.basic"
)
