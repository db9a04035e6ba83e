"""Scalars, as they are inside of elementwise operations: PyTensor's."""

from pytensor.scalar.basic import *  # noqa: F403  # the same star import as Theano's
from pytensor.scalar.basic import ScalarOp as ScalarOp

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.scalar.basic import Scalar as Scalar
from symopt.legacy.theano.scalar.basic import as_scalar as as_scalar
from symopt.legacy.theano.scalar.basic import get_scalar_type as get_scalar_type
from symopt.legacy.theano.scalar.basic import inv as inv
from symopt.legacy.theano.scalar.basic import sgn as sgn
from symopt.legacy.theano.scalar.sharedvar import shared as shared

__getattr__ = fallback(
    __name__, "symopt.legacy.theano.scalar.basic", "pytensor.scalar", "pytensor.scalar.math"
)
