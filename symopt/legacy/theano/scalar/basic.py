"""Scalar types and operations: PyTensor's, under Theano's names."""

from pytensor.scalar.basic import *  # noqa: F403  # the same star import as Theano's
from pytensor.scalar.basic import Abs as Abs
from pytensor.scalar.basic import ScalarOp as ScalarOp
from pytensor.scalar.basic import ScalarType as ScalarType
from pytensor.scalar.basic import abs as abs_
from pytensor.scalar.basic import as_scalar as as_scalar
from pytensor.scalar.basic import get_scalar_type as get_scalar_type
from pytensor.scalar.basic import reciprocal as inv
from pytensor.scalar.basic import sign as sgn

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.scalar.basic", "pytensor.scalar.math")
__all__ = ["abs_", "inv", "sgn"]

Scalar = ScalarType


class ComplexError(NotImplementedError):  # type: ignore[no-redef]
    """Something is not defined for complex numbers."""


class IntegerDivisionError(Exception):  # type: ignore[no-redef]
    """Integers were divided by ``/`` while ``theano.config.int_division`` is "raise"."""
