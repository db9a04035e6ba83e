"""Bilinear upsampling: Theano's numbers, its definition by a transposed convolution, gradients."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from symopt.errors import HyperparameterError, ShapeError
from symopt.nnet import (
    bilinear_kernel_1D,
    bilinear_kernel_2D,
    bilinear_upsampling,
    frac_bilinear_upsampling,
)
from tests.nnet.evaluate import evaluate, golden
from tests.nnet.golden_cases import check_golden_cases

GOLDEN = {
    "bilinear_upsampling2": lambda x: bilinear_upsampling(x, ratio=2),
    "bilinear_upsampling3_2d": lambda x: bilinear_upsampling(x, ratio=3, use_1D_kernel=False),
    "frac_bilinear_upsampling": lambda x: frac_bilinear_upsampling(x, ((3, 2), (3, 2))),
}


def by_transposed_convolution(x, ratio, axis):
    """Theano's formula along one axis: border repeated, a triangle at each element, cut."""
    x = np.moveaxis(x, axis, -1)
    bordered = np.concatenate([x[..., :1], x, x[..., -1:]], axis=-1)
    triangle = np.concatenate([np.arange(1, ratio + 1), np.arange(ratio - 1, 0, -1)]) / ratio
    full = np.zeros((*x.shape[:-1], (bordered.shape[-1] - 1) * ratio + len(triangle)))
    for i in range(bordered.shape[-1]):
        full[..., i * ratio : i * ratio + len(triangle)] += bordered[..., i : i + 1] * triangle
    begin = 2 * ratio - (ratio - 1) // 2 - 1
    return np.moveaxis(full[..., begin : begin + x.shape[-1] * ratio], -1, axis)


@pytest.mark.parametrize("backend", ["python", "c", "jax"])
def test_golden(backend):
    check_golden_cases(backend, "pool_bn_neibs", GOLDEN)


def test_golden_numba():
    """With R as an input: PyTensor 3.0.7 cannot cache the constant that a transposed R becomes."""
    wanted = golden("pool_bn_neibs", "bilinear_upsampling2")

    def build(x, r):
        y = bilinear_upsampling(x, 2)
        return [y, pytensor.grad(None, x, known_grads={y: r})]

    output, gradient = evaluate("numba", build, x=wanted["in.x"], r=wanted["R0"])
    np.testing.assert_allclose(output, wanted["out0"], rtol=1e-10, atol=1e-10)
    np.testing.assert_allclose(gradient, wanted["grad.x"], rtol=1e-10, atol=1e-10)


@pytest.mark.core
@pytest.mark.parametrize("ratio", [1, 2, 3, 4, 5])
def test_definition(ratio):
    """Known and symbolic sizes and ratios; a fraction is a part of the integer upsampling."""
    x = np.random.default_rng(1).standard_normal((2, 1, 3, 4))[:, :, :, ::-1]
    x.flags.writeable = False
    expected = by_transposed_convolution(by_transposed_convolution(x, ratio, 2), ratio, 3)

    def build(x, ratio_variable):
        return [
            bilinear_upsampling(x, ratio),
            bilinear_upsampling(pt.specify_shape(x, (2, 1, 3, 4)), pt.constant(ratio)),
            bilinear_upsampling(x, ratio_variable),
            bilinear_upsampling(x, frac_ratio=((2 * ratio, 2), (ratio, 1)), use_1D_kernel=False),
            frac_bilinear_upsampling(x, (ratio, 7)),
        ]

    *found, part = evaluate("python", build, x=x, ratio_variable=np.array(ratio))
    for output in found:
        np.testing.assert_allclose(output, expected, rtol=1e-13, atol=1e-13)
    if ratio != 7:
        np.testing.assert_allclose(part, expected[:, :, ::7, ::7], rtol=1e-13, atol=1e-13)


@pytest.mark.core
def test_gradient():
    x = np.random.default_rng(2).standard_normal((1, 2, 3, 2))
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        verify_grad(lambda x: bilinear_upsampling(x, 2), [x], rng=np.random)
        verify_grad(lambda x: frac_bilinear_upsampling(x, ((5, 3), (2, 3))), [x], rng=np.random)


@pytest.mark.core
def test_dtype_and_shape():
    """float32 stays, integers become floatX; static shapes; images of size zero."""
    x = pt.tensor("x", dtype="float32", shape=(2, 3, 4, 5))
    y = bilinear_upsampling(x, 2)
    assert y.type.dtype == "float32"
    assert y.type.shape == (2, 3, 8, 10)
    assert frac_bilinear_upsampling(x, (3, 2)).type.shape == (2, 3, 6, 8)
    assert bilinear_upsampling(pt.tensor4(dtype="int32"), 2).dtype == pytensor.config.floatX
    (unknown,) = evaluate(
        "python", lambda x: bilinear_upsampling(x, 3), x=np.zeros((1, 0, 2, 1), "float32")
    )
    assert unknown.dtype == "float32"
    assert unknown.shape == (1, 0, 6, 3)
    (empty,) = evaluate("python", lambda x: bilinear_upsampling(x, 3), x=np.zeros((1, 1, 0, 2)))
    assert empty.shape == (1, 1, 0, 6)


@pytest.mark.core
def test_kernels():
    one, two, raw = evaluate(
        "python",
        lambda ratio: [
            bilinear_kernel_1D(ratio),
            bilinear_kernel_2D((2, ratio)),
            bilinear_kernel_2D(2, normalize=False),
        ],
        ratio=np.array(3),
    )
    np.testing.assert_allclose(one, np.array([1, 2, 3, 2, 1]) / 3)
    np.testing.assert_allclose(two, np.outer([0.5, 1, 0.5], one))
    assert raw.tolist() == [[1, 2, 1], [2, 4, 2], [1, 2, 1]]


@pytest.mark.core
def test_errors():
    x = pt.tensor4("x")
    for keywords in ({}, {"ratio": 2, "frac_ratio": (3, 2)}):
        with pytest.raises(HyperparameterError, match="expected exactly one"):
            bilinear_upsampling(x, **keywords)
    for ratio in (0, 2.0, True, pt.dscalar(), (2, 2)):
        with pytest.raises(HyperparameterError, match="ratio=.*expected an integer"):
            bilinear_upsampling(x, ratio)
    for frac_ratio in (3, (3, 0), (3,), [3, 2], ((3, 2), 2), ((3, 2), (1.5, 2))):
        with pytest.raises(HyperparameterError, match="frac_ratio=.*expected a tuple"):
            frac_bilinear_upsampling(x, frac_ratio)
    with pytest.raises(HyperparameterError, match="normalize='no'"):
        bilinear_kernel_1D(2, "no")
    with pytest.raises(ShapeError, match="input=v has 1 dimensions; expected 4"):
        bilinear_upsampling(pt.vector("v"), 2)
