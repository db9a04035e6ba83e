"""Joins, splits, diagonals, products of integers, cumulative sums, sorting, repeating."""

import numpy as np
import pytensor.tensor as pt
import pytest

from tests.backends.graphs.along_axis import of_empty, operations
from tests.backends.graphs.joining import joined_rows, joins_and_splits, products_of_integers
from tests.backends.graphs.pairs import Pair

rng = np.random.default_rng(5)


@pytest.fixture(scope="module")
def joined():
    return Pair(*joins_and_splits(), "jax")


def arrays(shape=(5, 6, 4)):
    x, y, d = (rng.normal(size=shape) for _ in range(3))
    return x.astype("float32"), y.astype("float32"), rng.integers(-9, 9, shape).astype("int8"), d


def test_joins(joined):
    joined.agree(*arrays(), np.array([2, 4]), rtol=1e-6)


def test_joins_in_a_loop():
    pair = Pair(*joins_and_splits(run_time_sizes=False), "jax", looped=True)
    pair.agree(*arrays(), np.array([2, 4]), rtol=1e-6)


@pytest.mark.parametrize("n", [[2, 5], [7, -1], [6, 6]])
def test_splits_that_do_not_fit(joined, n):
    joined.both_raise(ValueError, *arrays(), np.array(n))


def test_joins_that_do_not_fit():
    pair = Pair(*joined_rows(), "jax")
    pair.agree(np.ones((0, 2), "float32"), np.ones((3, 2), "float32"), np.array([0, 0]))
    pair.agree(np.ones((2, 0), "float32"), np.ones((1, 0), "float32"), np.array([1, 1]))
    one = np.ones((2, 1), "float32")
    pair.both_raise(ValueError, one, np.ones((2, 2), "float32"), np.array([1, 1]))
    pair.both_raise(ValueError, one, one, np.array([1, 1, 0]))


def test_products_of_integers():
    matrices, outputs = products_of_integers()
    pair = Pair(matrices, outputs, "jax")
    for shape in ((3, 5), (2, 0)):
        values = [rng.integers(0, 90, size=shape).astype(m.dtype) for m in matrices]
        pair.agree(*values, rtol=1e-6)
    values[0] = np.zeros((3, 4), "int64")
    pair.both_raise(ValueError, *values)


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_along_an_axis(dtype):
    x, n = pt.tensor3("x", dtype=dtype), pt.lvector("n")
    pair = Pair([x, n], operations(x, n), "jax")
    ties = rng.integers(-3, 4, size=(4, 5, 6)).astype(dtype)
    pair.agree(ties, rng.integers(0, 4, size=5), rtol=1e-6)
    if dtype == "float32":
        x = rng.normal(size=(4, 5, 6)).astype(dtype)
        x[rng.uniform(size=x.shape) < 0.2] = np.nan
        x[0, 0, :2], x[1, 1, :2] = np.inf, -np.inf
        pair.agree(x, np.array([1, 1, 2, 0, 1]), rtol=1e-6)


def test_empty_arrays():
    pair = Pair(*of_empty(), "jax")
    pair.agree(np.zeros((0, 3), "float32"), np.zeros(0, "int64"))
    pair.both_raise(ValueError, np.zeros((2, 0), "float32"), np.array([2, 0]))
    pair.both_raise(ValueError, np.zeros((2, 1), "float32"), np.array([2, -1]))
    pair.both_raise(ValueError, np.zeros((2, 1), "float32"), np.array([2, 1, 1]))
