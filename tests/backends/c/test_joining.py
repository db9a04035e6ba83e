"""Joins, splits, diagonals in programs."""

import numpy as np
import pytest

from tests.backends.c.in_programs import Pair, layouts
from tests.backends.graphs.joining import joined_rows, joins_and_splits, products_of_integers

rng = np.random.default_rng(3)


@pytest.fixture(scope="module", params=[False, True], ids=["alone", "in a loop"])
def joined(request):
    return Pair(*joins_and_splits(), looped=request.param)


@pytest.mark.parametrize("layout", range(4))
def test_joins(joined, layout):
    shape = (5, 6, 4)
    x, y, d = (rng.normal(size=shape) for _ in range(3))
    i = rng.integers(-9, 9, size=shape)
    arrays = [x.astype("float32"), y.astype("float32"), i.astype("int8"), d]
    joined.agree(*(list(layouts(a))[layout] for a in arrays), np.array([2, 4]), rtol=1e-6)


@pytest.mark.parametrize("n", [[2, 5], [7, -1], [6, 6]])
def test_splits_that_do_not_fit(joined, n):
    values = [np.zeros((5, 6, 4), "float32")] * 2
    if not joined.looped:
        joined.both_raise(
            ValueError, *values, values[0].astype("int8"), values[0] * 1.0, np.array(n)
        )


def test_joins_that_do_not_fit():
    pair = Pair(*joined_rows())
    pair.agree(np.ones((0, 2), "float32"), np.ones((3, 2), "float32"), np.array([0, 0]))
    pair.agree(np.ones((2, 0), "float32"), np.ones((1, 0), "float32"), np.array([1, 1]))
    one = np.ones((2, 1), "float32")
    pair.both_raise(ValueError, one, np.ones((2, 2), "float32"), np.array([1, 1]))
    pair.both_raise(ValueError, one, one, np.array([1, 1, 0]))


def test_products_of_integers():
    matrices, outputs = products_of_integers()
    pair = Pair(matrices, outputs)
    for shape in ((3, 5), (2, 0), (2, 1)):
        values = [rng.integers(0, 90, size=shape).astype(m.dtype) for m in matrices]
        pair.agree(*values, rtol=1e-6)
        pair.agree(*(value[::-1] for value in values), rtol=1e-6)
    values[0] = np.zeros((3, 4), "int64")
    pair.both_raise(ValueError, *values)
