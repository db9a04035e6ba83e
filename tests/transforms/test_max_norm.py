"""max_norm against Lasagne's norm_constraint, written out in NumPy."""

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError, ShapeError
from tests.transforms.applied import around_sgd, arrays, values

pytestmark = pytest.mark.core


def constrained(param, limit, axes):
    norms = np.sqrt((param**2).sum(axis=axes, keepdims=True))
    return param * (norms.clip(0, limit) / (1e-7 + norms))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lasagnes_axes(python_backend, dtype):
    start, grads = arrays(dtype), arrays(dtype, seed=1)
    limit, rtol = 2.0, 1e-5 if dtype == "float32" else 1e-13
    opt = around_sgd([symopt.max_norm(limit)], start, python_backend)
    opt.f_step(*grads.values())
    moved = {name: start[name] - grads[name] for name in start}
    expected = {
        **moved,
        "W": constrained(moved["W"], limit, (0,)),
        "conv_W": constrained(moved["conv_W"], limit, (1, 2, 3)),
    }
    for name, value in values(opt).items():
        assert value.dtype == dtype
        np.testing.assert_allclose(value, expected[name], rtol=rtol)
    norms = np.linalg.norm(moved["W"], axis=0)
    assert norms.min() < limit < norms.max()  # both sides of the bound are tried


def test_another_axis_and_chosen_parameters(python_backend):
    start, zeros = arrays(), [np.zeros_like(p) for p in arrays().values()]
    opt = around_sgd([symopt.max_norm(0.3, axis=-1, match=["W", "b"])], start, python_backend)
    opt.f_step(*zeros)
    result = values(opt)
    for name in ("W", "b"):
        np.testing.assert_allclose(result[name], constrained(start[name], 0.3, -1), rtol=1e-13)
    np.testing.assert_array_equal(result["conv_W"], start["conv_W"])


def test_a_unit_without_weights_stays_0(python_backend):
    opt = around_sgd([symopt.max_norm(1.0)], {"W": np.zeros((2, 2))}, python_backend)
    opt.f_step(np.zeros((2, 2)))
    np.testing.assert_array_equal(opt.params["W"].get_value(), 0)


def test_refusals(python_backend):
    with pytest.raises(HyperparameterError, match="max_norm: limit"):
        symopt.max_norm(0.0)
    with pytest.raises(HyperparameterError, match="max_norm: axis"):
        symopt.max_norm(1.0, axis=0.5)
    with pytest.raises(ShapeError, match=r"max_norm: parameter 'W' has 2 dimensions.*\(3,\)"):
        around_sgd([symopt.max_norm(1.0, axis=3)], arrays(), python_backend)
