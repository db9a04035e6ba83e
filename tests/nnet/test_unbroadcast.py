import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from symopt.errors import ShapeError
from symopt.nnet.unbroadcast import forget_shape, unbroadcast
from tests.nnet.evaluate import BACKENDS, compiled


@pytest.mark.core
def test_types():
    x = pt.tensor("x", dtype="float32", shape=(1, 5, 1))
    assert unbroadcast(x, 0).type.shape == (None, 5, 1)
    assert unbroadcast(x, 0, -1).type.shape == (None, 5, None)
    assert unbroadcast(x, 1) is x
    assert forget_shape(x).type.shape == (None, None, None)
    assert forget_shape(x, [1]).type.shape == (1, None, 1)
    assert forget_shape(x, [1]).dtype == "float32"
    free = pt.matrix("free")
    assert forget_shape(free) is free
    with pytest.raises(ShapeError, match="no axis 3"):
        unbroadcast(x, 3)


@pytest.mark.parametrize("backend", BACKENDS)
def test_values_gradients_and_shapes(backend):
    x = pt.tensor("x", dtype="float64", shape=(1, 3))
    y = unbroadcast(x, 0)
    cost = (y**2).sum()
    gradient = pt.grad(cost, x)
    assert gradient.type.shape == (1, 3)
    f = compiled(backend, [x], [y, 2 * y, y.shape, gradient])
    value = np.array([[1.0, 2.0, 3.0]])
    same, twice, shape, slope = f(value)
    np.testing.assert_array_equal(same, value)
    np.testing.assert_array_equal(twice, 2 * value)
    np.testing.assert_array_equal(slope, 2 * value)
    assert tuple(shape) == (1, 3)


@pytest.mark.parametrize("backend", ["python", "c"])
def test_state_of_a_loop(backend):
    """A state that is (1, 3) by construction, and a step that is not known to be."""
    W = pytensor.shared(np.eye(3) / 2)
    s = pt.matrix("s")
    hs = pytensor.scan(
        lambda a, h: pt.tanh(a + pt.dot(h, W)),
        sequences=[s],
        outputs_info=[forget_shape(pt.alloc(np.float64(0), 1, 3))],
        return_updates=False,
    )
    f = compiled(backend, [s], [hs[-1], pt.grad(hs[-1].sum(), W)])
    values = np.array([[0.1, 0.2, 0.3], [1.0, 0.0, -1.0]])
    last, slope = f(values)
    first = np.tanh(values[0])
    np.testing.assert_allclose(last[0], np.tanh(values[1] + first / 2))
    np.testing.assert_allclose(slope, np.outer(first, 1 - last[0] ** 2))


def test_pushforward():
    x = pt.tensor("x", dtype="float64", shape=(1, 3))
    point = pt.tensor("point", dtype="float64", shape=(1, 3))
    through = pytensor.gradient.pushforward(
        unbroadcast(x, 0) * 2, x, point, use_op_pushforward=True
    )
    (value,) = compiled("python", [x, point], [through])(np.zeros((1, 3)), np.ones((1, 3)))
    np.testing.assert_array_equal(value, 2 * np.ones((1, 3)))
