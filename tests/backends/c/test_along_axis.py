"""Cumulative sums, maxima, sorting, repeating in programs."""

from functools import cache

import numpy as np
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from tests.backends.c.in_programs import Pair, layouts, outside
from tests.backends.graphs.along_axis import of_empty, operations

rng = np.random.default_rng(5)


@pytest.fixture(scope="module", params=["float32", "int64"])
def along(request):
    x, n = pt.tensor3("x", dtype=request.param), pt.lvector("n")
    return Pair([x, n], operations(x, n)), request.param


@pytest.mark.parametrize("layout", range(4))
@pytest.mark.parametrize("shape", [(4, 5, 6), (1, 3, 1), (2, 4, 9)])
def test_along_an_axis(along, layout, shape):
    pair, dtype = along
    x = rng.integers(-3, 4, size=shape)  # with ties
    n = rng.integers(0, 4, size=shape[1])
    pair.agree(list(layouts(x.astype(dtype)))[layout], n, rtol=1e-6)


def test_numbers_that_are_none(along):
    pair, dtype = along
    if dtype != "float32":
        return
    x = rng.normal(size=(4, 5, 6)).astype(dtype)
    x[rng.uniform(size=x.shape) < 0.2] = np.nan
    x[0, 0, :2] = np.inf
    x[1, 1, :2] = -np.inf
    pair.agree(x, np.ones(5, "int64"), rtol=1e-6)


@pytest.mark.parametrize("threads", [1, 3])
def test_many_lines(along, threads, monkeypatch):
    pair, dtype = along
    monkeypatch.setattr(symopt.config, "threads", threads)
    x = rng.integers(1, 3, size=(30, 50, 40)) * rng.choice([-1, 1], size=(30, 50, 40))
    x = (x if dtype == "int64" else x / 1.5).astype(dtype)
    pair.agree(x, np.ones(50, "int64"), rtol=1e-5, atol=1e-5)


def test_empty_arrays():
    pair = Pair(*of_empty())
    pair.agree(np.zeros((0, 3), "float32"), np.zeros(0, "int64"))
    x, n = np.zeros((2, 0), "float32"), np.array([2, 0])
    pair.both_raise(ValueError, x, n)
    pair.both_raise(ValueError, np.zeros((2, 1), "float32"), np.array([2, -1]))
    pair.both_raise(ValueError, np.zeros((2, 1), "float32"), np.array([2, 1, 1]))


@given(st.lists(st.floats(width=32), max_size=40))
@settings(max_examples=50, deadline=None)
def test_sorting_any_numbers(numbers):
    x = np.array(numbers, "float32")
    values, order = sorting()(x)
    np.testing.assert_array_equal(values, np.sort(x))
    np.testing.assert_array_equal(order, np.argsort(x, kind="stable"))


@cache
def sorting():
    x = pt.fvector("x")
    f = symopt.function([x], [pt.sort(x), pt.argsort(x)], backend="c")
    assert outside(f) == []
    return f


def test_in_a_loop():
    x, n = pt.fmatrix("x"), pt.lvector("n")
    outputs = [
        pt.cumsum(x, 0),
        pt.argmax(x, axis=1),
        pt.sort(x, 0),
        pt.argsort(x, 1, kind="stable"),
    ]
    pair = Pair([x, n], [*outputs, pt.repeat(x, n, axis=0)], looped=True)
    pair.agree(rng.normal(size=(3, 4)).astype("float32"), np.array([1, 0, 2]))
