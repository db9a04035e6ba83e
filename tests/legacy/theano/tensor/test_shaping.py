"""reshape, flatten, tile and broadcast patterns."""

import numpy as np
import pytest

import symopt.legacy.theano.tensor as T
from tests.legacy.theano.tensor.evaluate import value

X = np.arange(24.0).reshape(2, 3, 4)


@pytest.mark.core
def test_reshape_with_ndim_by_position():
    x, shape = T.tensor3("x"), T.lvector("shape")
    for result in (T.reshape(x, shape, 2), x.reshape(shape, 2), x.reshape(shape, ndim=2)):
        assert result.ndim == 2
        np.testing.assert_array_equal(value(result, x=X, shape=[6, 4]), X.reshape(6, 4))
    assert x.reshape((6, -1)).ndim == 2
    with pytest.raises(ValueError, match="ndim"):
        x.reshape(shape)
    with pytest.raises(TypeError):
        T.reshape(x, T.lmatrix())
    with pytest.raises(ValueError, match="ndim"):
        x.reshape(shape, 2.0)


def test_flatten():
    x = T.tensor3("x")
    assert x.flatten().ndim == 1
    np.testing.assert_array_equal(value(x.flatten(2), x=X), X.reshape(2, 12))
    with pytest.warns(UserWarning, match="outdim"):
        flat = T.flatten(x, outdim=2)
    assert flat.ndim == 2
    assert T.is_flat(flat, 2)
    with pytest.raises(ValueError, match="outdim"):
        T.flatten(x, ndim=1, outdim=2)
    with pytest.raises(ValueError, match="ndim=4"):
        T.flatten(x, 4)


def test_tile():
    x, v, reps = T.matrix("x"), T.vector("v"), T.ivector("reps")
    np.testing.assert_array_equal(value(T.tile(x, (2, 3)), x=X[0]), np.tile(X[0], (2, 3)))
    np.testing.assert_array_equal(value(T.tile(v, 2, ndim=1), v=X[0, 0]), np.tile(X[0, 0], 2))
    tiled = T.tile(x, reps, ndim=3)
    assert tiled.ndim == 3
    np.testing.assert_array_equal(
        value(tiled, x=X[0], reps=np.array([2, 2], "int32")), np.tile(X[0], (1, 2, 2))
    )
    for wrong in (
        {"reps": reps},
        {"reps": (1, 2), "ndim": 1},
        {"reps": 1.5},
        {"reps": T.fvector(), "ndim": 2},
    ):
        with pytest.raises(ValueError, match="tile"):
            T.tile(x, **wrong)


@pytest.mark.core
def test_broadcast_patterns():
    x, v = T.matrix("x"), T.vector("v")
    row = v.dimshuffle("x", 0)
    assert T.unbroadcast(row, 0).broadcastable == (False, False)
    assert T.addbroadcast(x, 1).broadcastable == (False, True)
    assert T.patternbroadcast(row, (False, False)).broadcastable == (False, False)
    assert T.patternbroadcast(x, (True, False)).broadcastable == (True, False)
    assert T.unbroadcast(x) is x
    assert T.addbroadcast(x) is x
    with pytest.raises(ValueError, match="pattern of 3"):
        T.patternbroadcast(x, (True, False, True))
    assert T.Rebroadcast((0, False))(row).broadcastable == (False, False)
    assert isinstance(T.unbroadcast(row, 0).owner.op, T.Rebroadcast)
    np.testing.assert_array_equal(value(T.unbroadcast(row, 0) + 1, v=X[0, 0]), X[0, :1] + 1)
    gradient = T.grad(T.unbroadcast(row, 0).sum(), v)
    np.testing.assert_array_equal(value(gradient, v=X[0, 0]), np.ones(4))


def test_padding_and_order():
    x = T.matrix("x")
    assert T.shape_padleft(x, 2).broadcastable == (True, True, False, False)
    assert T.shape_padright(x).broadcastable == (False, False, True)
    assert T.shape_padaxis(x, 1).broadcastable == (False, True, False)
    with pytest.raises(IndexError):
        T.shape_padaxis(x, 3)
    np.testing.assert_array_equal(
        value(T.transpose(T.tensor3("x"), (2, 0, 1)), x=X), X.transpose(2, 0, 1)
    )
    np.testing.assert_array_equal(value(T.swapaxes(T.tensor3("x"), 0, 2), x=X), X.swapaxes(0, 2))
    shuffle = T.DimShuffle((False, False), [1, "x", 0])
    assert shuffle(x).broadcastable == (False, True, False)
    assert isinstance(x.T.owner.op, T.DimShuffle)
    assert isinstance(x.T.owner.op, T.elemwise.DimShuffle)
