"""Theano 1.0.5's ``theano.tensor.var``: the variables' classes, which are PyTensor's."""

from pytensor.graph.basic import Constant as Constant
from pytensor.graph.basic import Variable as Variable
from pytensor.scalar import ComplexError as ComplexError
from pytensor.tensor.type import TensorType as TensorType
from pytensor.tensor.utils import hash_from_ndarray as hash_from_ndarray
from pytensor.tensor.variable import TensorConstant as TensorConstant
from pytensor.tensor.variable import TensorConstantSignature as TensorConstantSignature
from pytensor.tensor.variable import _tensor_py_operators as _tensor_py_operators

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import AsTensorError as AsTensorError
from symopt.legacy.theano.tensor._variables import TensorVariable as TensorVariable

__getattr__ = fallback(__name__, "pytensor.tensor.variable")


def equal_slices(s1: slice, s2: slice) -> bool:
    """Whether two slices have the same start, stop and step."""
    return (s1.start, s1.stop, s1.step) == (s2.start, s2.stop, s2.step)
