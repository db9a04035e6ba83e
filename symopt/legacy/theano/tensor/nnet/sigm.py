"""Theano 1.0.5's ``theano.tensor.nnet.sigm``: the logistic function and its kin."""

from pytensor.scalar.math import sigmoid as _scalar_sigmoid
from pytensor.scalar.math import softplus as _scalar_softplus
from pytensor.tensor.math import sigmoid as sigmoid
from pytensor.tensor.math import softplus as softplus

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor.nnet._activations import hard_sigmoid as hard_sigmoid
from symopt.nnet.activations import ultra_fast_sigmoid as ultra_fast_sigmoid

scalar_sigmoid, scalar_softplus = _scalar_sigmoid, _scalar_softplus
ScalarSigmoid, ScalarSoftplus = type(scalar_sigmoid), type(scalar_softplus)
sigmoid_inplace = sigmoid
ultra_fast_sigmoid_inplace = ultra_fast_sigmoid

__getattr__ = fallback(
    __name__, "pytensor.tensor.rewriting.math", "symopt.legacy.theano.tensor.basic"
)
