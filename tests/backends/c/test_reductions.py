"""Reductions of nothing."""

import inspect

import numpy as np
import pytensor.tensor as pt
import pytest

from tests.backends.c.in_programs import Pair


@pytest.mark.skipif(
    "initial" not in inspect.signature(pt.max).parameters, reason="PyTensor 3.3 has it"
)
def test_a_maximum_with_an_initial_value():
    x = pt.fmatrix("x")
    pair = Pair([x], [pt.max(x, axis=0, initial=-np.inf), pt.sum(x, axis=0)])
    pair.agree(np.zeros((0, 3), "float32"))
    pair.agree(np.ones((2, 3), "float32"))


def test_a_maximum_without():
    x = pt.fmatrix("x")
    pair = Pair([x], [pt.max(x, axis=0)])
    pair.both_raise(ValueError, np.zeros((0, 3), "float32"))
