"""Gradient centralization: the mean over each unit's incoming weights is taken off."""

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError, ShapeError
from tests.transforms.applied import around_sgd, arrays, values

pytestmark = pytest.mark.core


def centralized(grads, backend, **keywords):
    start = {name: np.zeros_like(value) for name, value in grads.items()}
    opt = around_sgd([symopt.centralize(**keywords)], start, backend)
    opt.f_step(*grads.values())
    return {name: -value for name, value in values(opt).items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_theanos_layouts(python_backend, dtype):
    grads = arrays(dtype)
    result = centralized(grads, python_backend)
    expected = dict(grads)
    expected["W"] = grads["W"] - grads["W"].mean(axis=0)
    expected["conv_W"] = grads["conv_W"] - grads["conv_W"].mean(axis=(1, 2, 3), keepdims=True)
    for name, value in result.items():
        assert value.dtype == dtype
        np.testing.assert_allclose(value, expected[name], rtol=1e-5, atol=1e-7)


def test_another_layout(python_backend):
    grads = {"W": arrays()["W"], "b": arrays()["b"]}
    result = centralized(grads, python_backend, axis=1)
    np.testing.assert_allclose(result["W"].mean(axis=1), 0, atol=1e-15)
    np.testing.assert_array_equal(result["b"], grads["b"])


def test_an_axis_that_is_not_there(python_backend):
    with pytest.raises(ShapeError, match="centralize: parameter 'W' has 2 dimensions"):
        centralized(arrays(), python_backend, axis=2)
    with pytest.raises(HyperparameterError, match="centralize: axis='rows'"):
        symopt.centralize(axis="rows")
