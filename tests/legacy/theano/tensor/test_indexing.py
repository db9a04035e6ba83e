"""Indexing, extra_ops, linear algebra: where the namespace adds to PyTensor."""

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.legacy.theano.tensor as T
from symopt.legacy.theano.tensor import extra_ops, nlinalg, slinalg
from tests.legacy.theano.tensor.evaluate import value

X = np.arange(12.0).reshape(3, 4)
RNG = np.random.default_rng(0)


@pytest.mark.core
def test_rows_by_a_vector():
    x, i = T.matrix("x"), T.lvector("i")
    rows = x[i]
    assert isinstance(rows.owner.op, T.AdvancedSubtensor1)
    added = T.inc_subtensor(rows, 1, tolerate_inplace_aliasing=True)
    assert isinstance(added.owner.op, T.AdvancedIncSubtensor1)
    assert not isinstance(x[1:].owner.op, T.AdvancedSubtensor1)
    a, b, c = value(
        [T.AdvancedSubtensor1()(x, i), T.advanced_set_subtensor1(x, 0.0, i), added], x=X, i=[2, 2]
    )
    np.testing.assert_array_equal(a, X[[2, 2]])
    np.testing.assert_array_equal(b, [*X[:2], [0, 0, 0, 0]])
    np.testing.assert_array_equal(c, [*X[:2], X[2] + 2])


def test_boolean_masks():
    x = T.matrix("x")
    found = T.set_subtensor(x[x > 5], 0.0)
    np.testing.assert_array_equal(value(found, x=X), np.where(X > 5, 0, X))
    np.testing.assert_array_equal(value(T.nonzero_values(x), x=X), X[X != 0])
    np.testing.assert_array_equal(value(T.nonzero(x)[1], x=X), np.nonzero(X)[1])
    with pytest.raises(ValueError, match="scalar"):
        T.nonzero(T.scalar())


def test_update_of_a_shared_variable_by_its_own_element():
    w, i = theano.shared(np.arange(3.0)), theano.shared(1)
    new = T.inc_subtensor(w[i], w[i - 1] + 5, tolerate_inplace_aliasing=True)
    theano.function([], [], updates={w: new}, mode="FAST_COMPILE")()
    np.testing.assert_array_equal(w.get_value(), [0, 6, 2])


def test_take():
    x, i = T.matrix("x"), T.lmatrix("i")
    places = np.array([[0, 2], [1, 1]])
    np.testing.assert_array_equal(value(T.take(x, i, 1), x=X, i=places), X.take(places, 1))
    np.testing.assert_array_equal(value(x.take(i), x=X, i=places), X.take(places))
    np.testing.assert_array_equal(
        value(T.take(x, i, 0, "wrap"), x=X, i=places + 3), X.take(places, 0)
    )


def test_repeat_and_cumulative():
    x, n = T.matrix("x"), T.lvector("n")
    np.testing.assert_array_equal(value(T.repeat(x, n, 0), x=X, n=[2, 0, 1]), X[[0, 0, 2]])
    np.testing.assert_array_equal(value(extra_ops.RepeatOp(1)(x, 2), x=X), X.repeat(2, 1))
    for wrong in ({"repeats": 1.5}, {"repeats": 2, "axis": 2}, {"repeats": T.lmatrix()}):
        with pytest.raises((TypeError, ValueError), match="repeat"):
            T.repeat(x, **wrong)
    np.testing.assert_array_equal(value(T.cumsum(x), x=X), X.cumsum())
    np.testing.assert_array_equal(value(extra_ops.CumprodOp(axis=1)(x), x=X), X.cumprod(1))
    with pytest.raises(ValueError, match="axis=2"):
        T.cumsum(x, 2)
    with pytest.raises(ValueError, match="mode"):
        extra_ops.CumOp(mode="max")


def test_counting_and_places():
    i, dims = T.lvector("i"), T.lvector("dims")
    places = np.array([1, 0, 5, 1])
    counts = T.bincount(i, minlength=8)
    a, b = value([counts, T.extra_ops.bincount(i, weights=i * 2.0)], i=places)
    np.testing.assert_array_equal(a, np.bincount(places, minlength=8))
    np.testing.assert_array_equal(b, np.bincount(places, weights=2.0 * places))
    rows, columns = T.unravel_index(i, dims, ndim=2)
    found = value([rows, columns], i=places, dims=[2, 3])
    np.testing.assert_array_equal(found, np.unravel_index(places, (2, 3)))
    with pytest.raises(ValueError, match="ndim"):
        T.unravel_index(i, dims)
    np.testing.assert_array_equal(value(extra_ops.Unique()(i), i=places), [0, 1, 5])
    (only,) = extra_ops.Unique()(i, return_list=True)
    assert only.ndim == 1
    with pytest.raises(RuntimeError):
        extra_ops.Unique(axis=1)(i)
    np.testing.assert_array_equal(value(extra_ops.to_one_hot(i, 6), i=places), np.eye(6)[places])


@pytest.mark.parametrize("order", [None, "fro", "inf", "-inf", 1, -1])
def test_norm_of_a_matrix(order):
    x = RNG.normal(size=(3, 4))
    numpys = {"inf": np.inf, "-inf": -np.inf}.get(order, order)
    np.testing.assert_allclose(
        value(nlinalg.norm(T.matrix("x"), order), x=x), np.linalg.norm(x, numpys)
    )


@pytest.mark.parametrize("order", [None, "inf", "-inf", 0, 1, 3])
def test_norm_of_a_vector(order):
    x = np.array([1.0, 0.0, 2.0])
    numpys = {"inf": np.inf, "-inf": -np.inf}.get(order, order)
    np.testing.assert_allclose(
        value(nlinalg.norm(T.vector("x"), order), x=x), np.linalg.norm(x, numpys)
    )


def test_solving():
    a = RNG.normal(size=(3, 3))
    a, b = a @ a.T + np.eye(3), RNG.normal(size=(3, 2))
    m, n = T.matrix("m"), T.matrix("n")
    factor, x, lower, q = value(
        [
            slinalg.cholesky(m),
            slinalg.solve(m, n),
            slinalg.solve_lower_triangular(m, n),
            abs(nlinalg.qr(m, "r")),
        ],
        m=a,
        n=b,
    )
    np.testing.assert_allclose(factor, np.linalg.cholesky(a))
    np.testing.assert_allclose(x, np.linalg.solve(a, b))
    np.testing.assert_allclose(lower, np.linalg.solve(np.tril(a), b))
    np.testing.assert_allclose(q, abs(np.linalg.qr(a, "r")), atol=1e-12)
    with pytest.raises(np.linalg.LinAlgError):
        value(slinalg.cholesky(m), m=-a)
    assert np.isnan(value(slinalg.Cholesky(on_error="nan")(m), m=-a)).any()
    np.testing.assert_allclose(value(slinalg.kron(m, n), m=a, n=b), np.kron(a, b))
    with pytest.raises(TypeError, match="kron"):
        slinalg.kron(T.vector(), T.vector())
    np.testing.assert_allclose(value(nlinalg.matrix_power(m, 3), m=a), a @ a @ a)
    assert nlinalg.matrix_power(m, 0) == 1
