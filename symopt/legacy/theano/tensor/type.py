"""Theano 1.0.5's ``theano.tensor.type``: the type of tensors, which is PyTensor's."""

from pytensor.graph.basic import Variable as Variable
from pytensor.tensor.type import TensorType as TensorType
from pytensor.tensor.type import values_eq_approx as values_eq_approx
from pytensor.tensor.type import values_eq_approx_always_true as values_eq_approx_always_true
from pytensor.tensor.type import values_eq_approx_remove_inf as values_eq_approx_remove_inf
from pytensor.tensor.type import values_eq_approx_remove_inf_nan as values_eq_approx_remove_inf_nan
from pytensor.tensor.type import values_eq_approx_remove_nan as values_eq_approx_remove_nan

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof.type import Type as Type

__getattr__ = fallback(__name__, "pytensor.tensor.type")
