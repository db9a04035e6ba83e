"""Theano 1.0.5's ``theano.tensor.blas``: the classes of matrix products, for isinstance."""

from pytensor.graph.op import Op
from pytensor.tensor import blas as _blas
from pytensor.tensor.blas import Dot22 as Dot22
from pytensor.tensor.blas import Dot22Scalar as Dot22Scalar
from pytensor.tensor.blas import Gemm as Gemm
from pytensor.tensor.blas import Gemv as Gemv

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._products import batched_dot as batched_dot
from symopt.legacy.unavailable import unavailable_class

Ger = getattr(_blas, "Ger", None) or unavailable_class(
    "theano.tensor.blas.Ger", "Write A + alpha * outer(x, y).", (Op,)
)
"""Of PyTensor 3.0; 3.3 has no operation of this kind any more."""

__getattr__ = fallback(
    __name__,
    "pytensor.tensor.blas",
    "pytensor.tensor.rewriting.blas",
    "pytensor.tensor.math",
    "symopt.legacy.theano.tensor.basic",
)
