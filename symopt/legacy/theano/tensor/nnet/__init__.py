"""Theano 1.0.5's ``theano.tensor.nnet`` on symopt's operations for neural networks."""

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor.nnet.abstract_conv import conv2d as abstract_conv2d  # noqa: F401
from symopt.legacy.theano.tensor.nnet.abstract_conv import (
    conv2d_grad_wrt_inputs as conv2d_grad_wrt_inputs,
)
from symopt.legacy.theano.tensor.nnet.abstract_conv import conv3d as conv3d
from symopt.legacy.theano.tensor.nnet.abstract_conv import separable_conv2d as separable_conv2d
from symopt.legacy.theano.tensor.nnet.bn import batch_normalization as batch_normalization
from symopt.legacy.theano.tensor.nnet.conv import ConvOp as ConvOp
from symopt.legacy.theano.tensor.nnet.convolution import conv2d as conv2d
from symopt.legacy.theano.tensor.nnet.convolution import conv2d_transpose as conv2d_transpose
from symopt.legacy.theano.tensor.nnet.nnet import *  # noqa: F403  # as Theano; nnet lists its names
from symopt.legacy.theano.tensor.nnet.sigm import hard_sigmoid as hard_sigmoid
from symopt.legacy.theano.tensor.nnet.sigm import scalar_sigmoid as scalar_sigmoid
from symopt.legacy.theano.tensor.nnet.sigm import sigmoid as sigmoid
from symopt.legacy.theano.tensor.nnet.sigm import sigmoid_inplace as sigmoid_inplace
from symopt.legacy.theano.tensor.nnet.sigm import softplus as softplus
from symopt.legacy.theano.tensor.nnet.sigm import ultra_fast_sigmoid as ultra_fast_sigmoid

__getattr__ = fallback(__name__)
