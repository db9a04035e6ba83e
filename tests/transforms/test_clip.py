"""clip_by_global_norm: WAP's rule."""

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import HyperparameterError

pytestmark = pytest.mark.core


def step_with(grads, limit, dtype, backend):
    """The gradients that sgd sees after clipping."""
    tparams = symopt.init_tparams({name: np.zeros_like(g) for name, g in grads.items()})
    inputs = [pt.TensorType(dtype, shape=(None,) * g.ndim)(name) for name, g in grads.items()]
    cost = sum(p.sum() for p in tparams.values())
    transforms = [symopt.clip_by_global_norm(limit)]
    opt = symopt.sgd(1.0, tparams, inputs, inputs, cost, transforms=transforms, backend=backend)
    opt.f_step(*grads.values())
    return {name: -p.get_value() for name, p in tparams.items()}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gradients_beyond_the_limit_are_rescaled_together(python_backend, dtype):
    rng = np.random.default_rng(0)
    grads = {"W": rng.normal(size=(4, 3)).astype(dtype), "b": rng.normal(size=3).astype(dtype)}
    norm = np.sqrt(sum((g.astype("float64") ** 2).sum() for g in grads.values()))
    clipped = step_with(grads, 0.5, dtype, python_backend)
    for name, grad in grads.items():
        assert clipped[name].dtype == dtype
        np.testing.assert_allclose(clipped[name], grad * (0.5 / norm), rtol=1e-6)
    exact = step_with(grads, float(norm) * 1.001, dtype, python_backend)
    for name, grad in grads.items():
        np.testing.assert_array_equal(exact[name], grad)


def test_the_limit_itself_is_not_clipped_and_nan_passes(python_backend):
    grads = {"a": np.array([3.0, 4.0])}
    np.testing.assert_array_equal(step_with(grads, 5.0, "float64", python_backend)["a"], [3, 4])
    grads = {"a": np.array([np.nan, 4.0])}
    assert np.isnan(step_with(grads, 5.0, "float64", python_backend)["a"][0])
    np.testing.assert_array_equal(
        step_with({"a": np.zeros(2)}, 5.0, "float64", python_backend)["a"], 0
    )


@pytest.mark.parametrize("limit", [0, -1.0, np.inf, np.nan, "5", None, True])
def test_limits_out_of_range(limit):
    with pytest.raises(HyperparameterError, match="clip_by_global_norm: limit"):
        symopt.clip_by_global_norm(limit)
