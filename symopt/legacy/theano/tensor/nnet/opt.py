"""Theano 1.0.5's ``theano.tensor.nnet.opt``: the classes that its rewrites chose among."""

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor.nnet.abstract_conv import AbstractConv2d as AbstractConv2d
from symopt.legacy.theano.tensor.nnet.abstract_conv import (
    AbstractConv2d_gradInputs as AbstractConv2d_gradInputs,
)
from symopt.legacy.theano.tensor.nnet.abstract_conv import (
    AbstractConv2d_gradWeights as AbstractConv2d_gradWeights,
)
from symopt.legacy.theano.tensor.nnet.abstract_conv import AbstractConv3d as AbstractConv3d
from symopt.legacy.theano.tensor.nnet.abstract_conv import (
    get_conv_output_shape as get_conv_output_shape,
)
from symopt.legacy.theano.tensor.nnet.conv import ConvOp as ConvOp
from symopt.legacy.theano.tensor.nnet.corr import CorrMM as CorrMM
from symopt.legacy.theano.tensor.nnet.corr import CorrMM_gradInputs as CorrMM_gradInputs
from symopt.legacy.theano.tensor.nnet.corr import CorrMM_gradWeights as CorrMM_gradWeights
from symopt.legacy.theano.tensor.opt import register_specialize_device as register_specialize_device

__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
