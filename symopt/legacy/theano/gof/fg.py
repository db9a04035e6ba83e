"""Graphs that are being rewritten."""

from __future__ import annotations

from pytensor.graph.fg import FunctionGraph as FunctionGraph
from pytensor.graph.null_type import NullType as NullType
from pytensor.graph.utils import InconsistencyError as InconsistencyError
from pytensor.graph.utils import MissingInputError as MissingInputError

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__, "pytensor.graph.fg")


class CachedConstantError(Exception):
    """A constant of another graph was used in a graph. PyTensor has no such constants."""
