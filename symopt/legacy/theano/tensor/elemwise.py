"""Theano 1.0.5's ``theano.tensor.elemwise``: elementwise operations, reductions, DimShuffle."""

from pytensor.gradient import DisconnectedType as DisconnectedType
from pytensor.graph.basic import Apply as Apply
from pytensor.graph.null_type import NullType as NullType
from pytensor.tensor.elemwise import CAReduce as CAReduce
from pytensor.tensor.elemwise import DimShufflePrinter as DimShufflePrinter
from pytensor.tensor.elemwise import Elemwise as Elemwise
from pytensor.tensor.math import All as All
from pytensor.tensor.math import Any as Any
from pytensor.tensor.math import FixedOpCAReduce as CAReduceDtype  # noqa: F401
from pytensor.tensor.math import MulWithoutZeros as MulWithoutZeros
from pytensor.tensor.math import Prod as Prod
from pytensor.tensor.math import ProdWithoutZeros as ProdWithoutZeros
from pytensor.tensor.math import Sum as Sum
from pytensor.tensor.math import mul_without_zeros as mul_without_zeros
from pytensor.tensor.type import TensorType as TensorType
from pytensor.tensor.variable import TensorConstant as TensorConstant

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.gof.op import Op as Op
from symopt.legacy.theano.tensor._constants import as_tensor_variable as as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import DimShuffle as DimShuffle
from symopt.legacy.theano.tensor._variables import TensorVariable as TensorVariable

__getattr__ = fallback(
    __name__,
    "pytensor.tensor.elemwise",
    "pytensor.tensor.math",
    "symopt.legacy.theano.tensor.basic",
)
