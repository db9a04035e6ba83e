"""Theano 1.0.5's ``theano.tensor.xlogx``: x log x and x log y, which are 0 where x is."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.elemwise import Elemwise as Elemwise
from pytensor.tensor.special import xlogy as xlogy0
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__)


def xlogx(x: Any) -> TensorVariable:
    """``x log(x)``, elementwise; 0 at 0."""
    return xlogy0(x, x)
