"""clip_by_value and clip_by_norm, which treat each gradient alone."""

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError
from tests.transforms.applied import around_sgd, arrays, values

pytestmark = pytest.mark.core


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_element_is_clipped(python_backend, dtype):
    start, grads = arrays(dtype), arrays(dtype, seed=1)
    grads["b"] = np.array([np.inf, -np.inf, np.nan], dtype)
    opt = around_sgd([symopt.clip_by_value(0.5)], start, python_backend)
    opt.f_step(*grads.values())
    for name, value in values(opt).items():
        assert value.dtype == dtype
        np.testing.assert_allclose(value, start[name] - grads[name].clip(-0.5, 0.5), rtol=1e-6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_each_gradient_has_a_norm_of_its_own(python_backend, dtype):
    start = {name: np.zeros_like(value) for name, value in arrays(dtype).items()}
    grads = arrays(dtype, seed=1)
    grads["b"] = np.array([0.3, 0, 0.4], dtype)  # within the limit, and left to the bit
    opt = around_sgd([symopt.clip_by_norm(1.0)], start, python_backend)
    opt.f_step(*grads.values())
    for name, value in values(opt).items():
        assert value.dtype == dtype
        norm = np.linalg.norm(grads[name])
        if norm > 1:
            np.testing.assert_allclose(value, -grads[name] / norm, rtol=1e-6)
        else:
            np.testing.assert_array_equal(value, -grads[name])
    assert sum(np.linalg.norm(g) > 1 for g in grads.values()) >= 2


@pytest.mark.parametrize("factory", [symopt.clip_by_value, symopt.clip_by_norm])
@pytest.mark.parametrize("limit", [0, -1.0, np.inf, "5", None])
def test_limits_out_of_range(factory, limit):
    with pytest.raises(HyperparameterError, match=f"{factory.__name__}: limit"):
        factory(limit)
