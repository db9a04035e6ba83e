"""Sorting and the k largest elements."""

import numpy as np
import pytest

import symopt.legacy.theano.tensor as T
from tests.legacy.theano.tensor.evaluate import value

X = np.random.default_rng(0).permutation(24).reshape(2, 3, 4).astype("float64")


@pytest.mark.core
def test_sort():
    x = T.tensor3("x")
    np.testing.assert_array_equal(value(T.sort(x), x=X), np.sort(X))
    np.testing.assert_array_equal(value(T.sort(x, 0, "mergesort", None), x=X), np.sort(X, 0))
    np.testing.assert_array_equal(value(T.sort(x, axis=None), x=X), np.sort(X, None))
    np.testing.assert_array_equal(value(x.argsort(axis=1), x=X), np.argsort(X, 1))


@pytest.mark.parametrize("axis", [0, 1, -1, None])
@pytest.mark.parametrize("k", [1, 2, -1, -2])
def test_topk(axis, k):
    x, kth = T.tensor3("x"), T.lscalar("k")
    ascending = np.sort(X, axis)
    at = 0 if axis is None else axis
    length = ascending.shape[at]
    wanted = ascending.take(range(length - k, length) if k > 0 else range(-k), axis=at)
    for given in (k, kth):
        best, where = T.topk_and_argtopk(x, given, axis, sorted=False, idx_dtype="int32")
        a, b = value([best, where], x=X, k=k) if given is kth else value([best, where], x=X)
        np.testing.assert_array_equal(a, wanted)
        flat = X.ravel() if axis is None else X
        np.testing.assert_array_equal(np.take_along_axis(flat, b.astype(int), at), wanted)
        assert where.dtype == "int32"


def test_gradient_of_topk():
    v = T.vector("v")
    gradient = T.grad(T.topk(v, 2).sum(), v)
    np.testing.assert_array_equal(value(gradient, v=[1.0, 5.0, 3.0, 2.0]), [0, 1, 1, 0])
    assert T.argtopk(v, 2).dtype == "int64"


@pytest.mark.parametrize(
    ("error", "arguments"),
    [
        (ValueError, (T.vector(), 0)),
        (ValueError, (T.scalar(), 1)),
        (IndexError, (T.vector(), 1, 1)),
        (TypeError, (T.vector(), 1.5)),
        (TypeError, (T.vector(), 1, 0, False, "float32")),
        (TypeError, (T.vector(), 1, 0.5)),
    ],
)
def test_errors_of_topk(error, arguments):
    with pytest.raises(error, match="topk"):
        T.topk(*arguments)
