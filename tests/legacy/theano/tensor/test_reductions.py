"""Reductions with Theano's arguments."""

import numpy as np
import pytest

import symopt.legacy.theano.tensor as T
from tests.legacy.theano.tensor.evaluate import value

X = np.array([[3.0, 1.0, 3.0], [0.0, 5.0, -2.0]])


@pytest.mark.core
def test_mean_takes_op_by_position():
    x = T.fmatrix("x")
    assert T.mean(x, 1, None, True).dtype == "float64"
    kept = T.mean(x, 1, None, False, True)
    np.testing.assert_allclose(value(kept, x=X.astype("float32")), X.mean(1, keepdims=True))
    assert T.mean(T.imatrix()).dtype == "float64"
    assert T.mean(x).dtype == "float32"
    with pytest.raises(NotImplementedError, match="op"):
        T.mean(x, dtype="float32", op=True)


@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), [0]])
def test_extremes(axis):
    x, numpy_axis = T.matrix("x"), tuple(axis) if isinstance(axis, list) else axis
    found = value([T.max(x, axis), T.min(x, axis), T.ptp(x, axis), x.max(axis=axis)], x=X)
    wanted = [X.max(numpy_axis), X.min(numpy_axis), X.max(numpy_axis) - X.min(numpy_axis)]
    for a, b in zip(found, [*wanted, wanted[0]], strict=True):
        np.testing.assert_array_equal(a, b)


def test_places():
    x = T.matrix("x")
    best, where = T.max_and_argmax(x, axis=1, keepdims=True)
    a, b, c, d = value([best, where, T.argmax(x), T.argmin(x, axis=0)], x=X)
    np.testing.assert_array_equal(a, [[3], [5]])
    np.testing.assert_array_equal(b, [[0], [1]])
    assert c == 4
    np.testing.assert_array_equal(d, [1, 0, 1])
    assert where.dtype == "int64"
    best, where = T.MaxAndArgmax([1])(x)
    assert (best.ndim, where.ndim) == (1, 1)
    assert isinstance(T.max(x, axis=0).owner.op, T.MaxAndArgmax)
    np.testing.assert_array_equal(value(T.argmin(T.bvector("m") > 0), m=np.int8([1, 0])), 1)


@pytest.mark.core
def test_gradient_at_ties_goes_to_all():
    x = T.matrix("x")
    gradient = T.grad(T.max(x, axis=1).sum(), x)
    np.testing.assert_array_equal(value(gradient, x=X), [[1, 0, 1], [0, 1, 0]])


@pytest.mark.parametrize("axis", [None, 0, (0, 1)])
@pytest.mark.parametrize("ddof", [0, 1])
def test_var(axis, ddof):
    x = T.fmatrix("x")
    found, deviation = T.var(x, axis, ddof), T.std(x, axis, ddof, True)
    assert found.dtype == ("float64" if ddof else "float32")
    a, b, c = value([found, deviation, T.var(x, axis, ddof, corrected=True)], x=X.astype("float32"))
    if ddof and axis != 0:  # Theano divides by n - ddof of each axis
        wanted = X.var(axis) * X.size / ((2 - ddof) * (3 - ddof))
    else:
        wanted = X.var(axis, ddof=ddof)
    np.testing.assert_allclose(a, wanted, rtol=1e-6)
    np.testing.assert_allclose(c, wanted, rtol=1e-6)
    np.testing.assert_allclose(b.squeeze(), np.sqrt(wanted), rtol=1e-6)
    assert deviation.ndim == 2
    with pytest.raises(ValueError, match="order"):
        T.var(x, axis, True)


def test_axes():
    normalize = T.basic.check_and_normalize_axes
    x = T.tensor3()
    assert normalize(x, None) == []
    assert normalize(x, -1) == [2]
    assert normalize(x, np.array([2, 0])) == [0, 2]
    assert normalize(x, T.constant(1)) == [1]
    with pytest.raises(ValueError, match="axis=3"):
        normalize(x, 3)
    for wrong in (1.5, T.iscalar()):
        with pytest.raises(TypeError):
            normalize(x, wrong)
    assert T.basic.makeKeepDims(x, x.sum(1), 1).broadcastable == (False, True, False)
