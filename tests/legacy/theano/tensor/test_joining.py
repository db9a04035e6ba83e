"""stack, join, concatenate, split."""

import numpy as np
import pytest

import symopt.legacy.theano.tensor as T
from tests.legacy.theano.tensor.evaluate import value

A = np.arange(6.0).reshape(2, 3)


@pytest.mark.core
def test_stack():
    x, s = T.matrix("x"), T.scalar("s")
    np.testing.assert_array_equal(value(T.stack([x, 2 * x], axis=1), x=A), np.stack([A, 2 * A], 1))
    assert T.stack(tensors=[x, x], axis=-1).ndim == 3
    assert T.stack([x, x], 1).ndim == 3
    with pytest.warns(DeprecationWarning, match="old form"):
        old = T.stack(s, s, 2)
    assert old.ndim == 1
    np.testing.assert_array_equal(value(T.stack([s]), s=3.0), [3.0])
    np.testing.assert_array_equal(value(T.stacklists([[s, 1], [2, s]]), s=3.0), [[3, 1], [2, 3]])
    for empty in ((), ([],)):
        with pytest.raises(ValueError, match="stack"):
            T.stack(*empty)
    with pytest.raises(TypeError, match="axes"):
        T.stack([x, x], axes=1)


def test_join():
    x, v = T.matrix("x"), T.vector("v")
    np.testing.assert_array_equal(value(T.join(1, x, x), x=A), np.concatenate([A, A], 1))
    np.testing.assert_array_equal(value(T.concatenate((x, x), axis=-1), x=A), np.hstack([A, A]))
    np.testing.assert_array_equal(value(T.join(T.constant(0), x, x), x=A), np.vstack([A, A]))
    assert T.join(0, x) is x
    assert T.concatenate([T.fmatrix(), T.imatrix()]).dtype == "float64"
    with pytest.raises(TypeError, match="brackets"):
        T.concatenate(x)
    with pytest.raises(TypeError, match="as many"):
        T.join(0, x, v)
    with pytest.raises(TypeError, match="stack"):
        T.join(0, T.scalar(), T.scalar())
    with pytest.raises(ValueError, match="join"):
        T.join(0)
    assert T.Join()(0, x, x).ndim == 2
    assert isinstance(T.join(0, x, x).owner.op, T.Join)
    assert T.horizontal_stack(x, x).ndim == T.vertical_stack(x, x).ndim == 2
    with pytest.raises(AssertionError):
        T.horizontal_stack(x)


def test_split():
    x, lengths = T.matrix("x"), T.lvector("n")
    first, second = T.split(x, lengths, 2, 1)
    a, b = value([first, second], x=A, n=[1, 2])
    np.testing.assert_array_equal(a, A[:, :1])
    np.testing.assert_array_equal(b, A[:, 1:])
    assert len(T.split(x, splits_size=[1, 1], n_splits=2, axis=0)) == 2
    assert T.split(x, [2], 1).ndim == 2
    assert len(T.Split(2)(x, 0, [1, 1])) == 2


def test_roll():
    x = T.matrix("x")
    np.testing.assert_array_equal(value(T.roll(x, 1), x=A), np.roll(A, 1))
    np.testing.assert_array_equal(value(T.roll(x, -1, axis=1), x=A), np.roll(A, -1, 1))
