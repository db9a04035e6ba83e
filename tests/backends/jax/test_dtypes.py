"""Flags of JAX stay as they were; float32 and float64 side by side; products in bfloat16."""

import subprocess
import sys

import jax
import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import BackendUnavailableError, HyperparameterError
from tests.backends.jax.models import batch, classifier

FLAGS = ("jax_enable_x64", "jax_default_matmul_precision")


def test_flags_are_as_the_user_left_them():
    script = f"""
import jax
for on in (False, True):
    jax.config.update("jax_enable_x64", on)
    before = [getattr(jax.config, flag) for flag in {FLAGS}]
    import symopt
    from tests.backends.jax.models import batch, classifier
    assert before == [getattr(jax.config, flag) for flag in {FLAGS}]
    for dtype in ("float32", "float64"):
        classifier("jax", dtype).f_step(*batch(8, dtype=dtype), 0.1)
        assert before == [getattr(jax.config, flag) for flag in {FLAGS}]
    assert jax.numpy.ones(3).dtype == ("float64" if on else "float32")
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dtypes_are_those_of_the_graph(dtype):
    opt = classifier("jax", dtype)
    assert opt.f_step(*batch(8, dtype=dtype), 0.1).dtype == dtype
    assert all(v.get_value().dtype == dtype for v in opt.params.values())
    assert opt.state["adam/step"].get_value().dtype == "int64"


def test_64_bit_integers_do_not_wrap():
    x = pt.lvector("x")
    f = symopt.function([x], [x * x, x + np.int64(2) ** 40], backend="jax")
    value = np.array([2**31, -(2**31) - 1], "int64")
    for found, expected in zip(f(value), (value * value, value + 2**40), strict=True):
        np.testing.assert_array_equal(found, expected)


def test_products_in_bfloat16():
    """Operands are rounded to eight bits; parameters, sums and state stay float32."""
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(40, 60)).astype("f"), rng.normal(size=(60, 50)).astype("f")
    x, y = pt.fmatrix("x"), pt.fmatrix("y")

    def product(backend):
        return symopt.function([x, y], x @ y, backend=backend)(a, b)

    rounded = [v.astype(jax.numpy.bfloat16).astype("float64") for v in (a, b)]
    half = product(symopt.jax_backend(compute_dtype="bfloat16"))
    assert half.dtype == "float32"
    np.testing.assert_allclose(half, rounded[0] @ rounded[1], 1e-4, 1e-4)
    assert np.abs(half - product("jax")).max() > 1e-3


def test_training_in_bfloat16():
    usual = classifier("jax")
    half = classifier(symopt.jax_backend(compute_dtype="bfloat16"))
    costs = [(usual.f_step(*batch(32), 0.05), half.f_step(*batch(32), 0.05)) for _ in range(30)]
    assert all(v.get_value().dtype == "float32" for v in (half.params | half.grads).values())
    np.testing.assert_allclose(*np.array(costs).T, rtol=0.03)
    assert costs[0][1] != costs[0][0]
    assert costs[-1][1] < costs[0][1] - 0.1


def test_convolution_in_bfloat16():
    rng = np.random.default_rng(0)
    images = rng.normal(size=(2, 3, 8, 8)).astype("float32")
    filters = rng.normal(size=(4, 3, 3, 3)).astype("float32")
    x, w = pt.ftensor4("x"), pt.ftensor4("w")
    y = symopt.nnet.conv2d(x, w)
    outputs = [y, *pt.grad((y * y).sum(), [x, w])]
    exact = symopt.function([x, w], outputs, backend="jax")(images, filters)
    half = symopt.function([x, w], outputs, backend=symopt.jax_backend(compute_dtype="bfloat16"))(
        images, filters
    )
    for found, expected in zip(half, exact, strict=True):
        assert found.dtype == "float32"
        difference = np.abs(found - expected).max() / np.abs(expected).max()
        assert 1e-4 < difference < 2e-2


def test_settings_are_checked():
    with pytest.raises(HyperparameterError, match="compute_dtype='int8'"):
        symopt.jax_backend(compute_dtype="int8")
    with pytest.raises(HyperparameterError, match="give one"):
        symopt.jax_backend("cpu", devices=jax.devices(), batch_axes={"x": 0})
    with pytest.raises(HyperparameterError, match="go together"):
        symopt.jax_backend(devices=jax.devices())
    with pytest.raises(BackendUnavailableError, match=r"'tpu'.*it has cpu"):
        symopt.jax_backend("tpu")


@pytest.mark.parametrize("device", ["cpu", jax.devices()[0]])
def test_a_device_that_was_asked_for(device):
    opt, usual = classifier(symopt.jax_backend(device)), classifier("jax")
    for k in range(2):
        found = opt.f_step(*batch(8, k), 0.1)
        np.testing.assert_array_equal(found, usual.f_step(*batch(8, k), 0.1))
