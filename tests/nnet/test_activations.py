"""Activations: Theano's numbers, formulas in NumPy, dtypes, shapes and errors."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import NullTypeGradError, verify_grad
from scipy.special import erf, expit

from symopt import nnet
from symopt.errors import HyperparameterError, ShapeError
from tests.nnet.evaluate import BACKENDS, COMPILED, evaluate, evaluate_with_gradients
from tests.nnet.golden_cases import check_golden_cases

GOLDEN = {
    "sigmoid": nnet.sigmoid,
    "hard_sigmoid": nnet.hard_sigmoid,
    "ultra_fast_sigmoid": nnet.ultra_fast_sigmoid,
    "softplus": nnet.softplus,
    "relu": nnet.relu,
    "relu_alpha0.1": lambda x: nnet.relu(x, 0.1),
    "relu_alpha2": lambda x: nnet.relu(x, 2.0),
    "relu_alpha_vec": lambda x, a: nnet.relu(x, a),
    "elu": nnet.elu,
    "elu_alpha0.5": lambda x: nnet.elu(x, 0.5),
    "selu": nnet.selu,
    "log_sigmoid": lambda x: pt.log(nnet.sigmoid(x)),
    "log_1m_sigmoid": lambda x: pt.log(1 - nnet.sigmoid(x)),
}

# name: (function, NumPy's, its derivative)
FORMULAS = {
    "softsign": (
        nnet.softsign,
        lambda x: x / (1 + abs(x)),
        lambda x: (1 + abs(x)) ** -2.0,
    ),
    "gelu": (
        nnet.gelu,
        lambda x: x * (1 + erf(x / np.sqrt(2))) / 2,
        lambda x: (1 + erf(x / np.sqrt(2))) / 2 + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi),
    ),
    "gelu_tanh": (
        lambda x: nnet.gelu(x, approximate=True),
        lambda x: x * expit(2 * np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)),
        None,
    ),
}
X = np.array([-8.0, -3.0, -1.5, -0.25, 0.0, 0.5, 2.0, 6.0])

ALL = [
    nnet.sigmoid,
    nnet.hard_sigmoid,
    nnet.ultra_fast_sigmoid,
    nnet.softplus,
    nnet.softsign,
    nnet.relu,
    lambda x: nnet.relu(x, 0.1),
    lambda x: nnet.relu(x, np.float64(0.1)),
    nnet.elu,
    lambda x: nnet.elu(x, 0.5),
    nnet.selu,
    nnet.gelu,
    lambda x: nnet.gelu(x, approximate=True),
]


def saturated(case, x):
    """Theano's C code cuts the tails off at 16 and 19; tests/golden/README.md."""
    tails = case in ("sigmoid", "softplus", "log_sigmoid", "log_1m_sigmoid")
    return np.where(tails & (np.abs(x) > 16), 1e-8, 1e-10)


@pytest.mark.parametrize("backend", [pytest.param("python", marks=pytest.mark.core), *BACKENDS[1:]])
def test_theanos_numbers_and_formulas(backend):
    if backend == "python":  # no stabilization there
        cases = {k: v for k, v in GOLDEN.items() if not k.startswith("log_")}
    else:
        cases = GOLDEN
    check_golden_cases(backend, "nnet", cases, saturated)


@pytest.mark.parametrize("backend", ["python", *COMPILED])
def test_formulas(backend):
    def build(**x):
        return [FORMULAS[name][0](x[name]) for name in FORMULAS]

    arrays = dict.fromkeys(FORMULAS, X)
    ones = [np.ones_like(X)] * len(FORMULAS)
    outputs, gradients = evaluate_with_gradients(backend, build, ones, list(FORMULAS), **arrays)
    for name, output, gradient in zip(FORMULAS, outputs, gradients, strict=True):
        _, formula, derivative = FORMULAS[name]
        np.testing.assert_allclose(output, formula(X), 1e-12, 1e-14, err_msg=name)
        if derivative:
            np.testing.assert_allclose(gradient, derivative(X), 1e-12, 1e-14, err_msg=name)


@pytest.mark.parametrize("backend", ["python", *COMPILED])
def test_float32_is_kept_and_finite_far_out(backend):
    x = np.array([-1e4, -100.0, -1.0, 0.0, 1.0, 100.0, 1e4], "float32")
    names = [f"x{i}" for i in range(len(ALL))]
    trained = [n for n, f in zip(names, ALL, strict=True) if f is not nnet.ultra_fast_sigmoid]

    def build(**xs):
        return [f(xs[n]) for n, f in zip(names, ALL, strict=True)]

    ones = [np.ones_like(x) if n in trained else None for n in names]
    outputs, gradients = evaluate_with_gradients(
        backend, build, ones, trained, **dict.fromkeys(names, x)
    )
    for value in (*outputs, *gradients):
        assert value.dtype == "float32"
        assert value.shape == x.shape
        assert np.isfinite(value).all()
    hard, relu, leaky = outputs[1], outputs[5], outputs[6]
    np.testing.assert_allclose(hard, [0, 0, 0.3, 0.5, 0.7, 1, 1], 1e-6)
    assert hard.min() == 0
    assert hard.max() == 1
    np.testing.assert_array_equal(relu, np.maximum(x, 0))
    np.testing.assert_allclose(leaky, np.where(x > 0, x, 0.1 * x), 1e-6)


@pytest.mark.core
def test_derivatives_against_differences():
    x = np.array([[-3.1, -0.6, 0.4, 2.2], [-1.2, 0.1, 1.3, 5.0]])
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        for f in (nnet.softsign, nnet.gelu, ALL[12], nnet.elu, nnet.selu, nnet.softplus):
            verify_grad(f, [x], rng=np.random.default_rng(1))
        verify_grad(nnet.relu, [x, np.array([0.2, 0.3, -0.1, 1.5])], rng=np.random.default_rng(1))
        verify_grad(lambda x: nnet.maxout(x, 2), [x], rng=np.random.default_rng(1))


@pytest.mark.core
@pytest.mark.parametrize("number", range(len(ALL)))
def test_types(number):
    f = ALL[number]
    x = pt.tensor("x", dtype="float32", shape=(None, 3))
    assert f(x).type.shape == (None, 3)
    assert f(x).dtype == "float32"
    for floatX in ("float32", "float64"):
        with pytensor.config.change_flags(floatX=floatX):
            assert f(x).dtype == "float32"
            assert f(pt.ivector("i")).dtype == floatX
            assert f(pt.vector("b", dtype="bool")).dtype == floatX
            assert f(np.arange(3, dtype="uint8")).dtype == floatX
    assert f(pt.dvector("d")).dtype == "float64"


@pytest.mark.core
def test_shapes_and_strides():
    def build(empty, one, strided):
        return [f(x) for f in ALL for x in (empty, one, strided)]

    big = np.random.default_rng(2).normal(size=(4, 6)).astype("float32")
    strided = big[::2, ::-3]
    strided.flags.writeable = False
    arrays = {"empty": np.zeros((0, 3), "float32"), "one": np.ones((1, 1), "float32")}
    outputs = evaluate("python", build, **arrays, strided=strided)
    dense = evaluate("python", build, **arrays, strided=strided.copy())
    for output, same in zip(outputs, dense, strict=True):
        np.testing.assert_array_equal(output, same)
    assert outputs[0].shape == (0, 3)
    assert outputs[1].shape == (1, 1)


@pytest.mark.core
def test_relu_slopes():
    x = pt.dvector("x")
    a = pt.dscalar("a")
    values = {x: [-2.0, 0.0, 3.0], a: 0.25}
    for zero in (0, 0.0, np.float32(0), np.array(0)):
        np.testing.assert_array_equal(nnet.relu(x, zero).eval({x: values[x]}), [0, 0, 3])
    np.testing.assert_array_equal(nnet.relu(x, a).eval(values), [-0.5, 0, 3])
    slopes = nnet.relu(x, np.array([0.5, 0.5, 0.5]))
    np.testing.assert_array_equal(slopes.eval({x: values[x]}), [-1, 0, 3])
    slope = pytensor.grad(nnet.relu(x, a).sum(), a)
    assert slope.eval(values) == -2.0
    assert nnet.relu(pt.fvector(), a).dtype == "float64"
    assert nnet.relu(pt.fvector(), pt.iscalar()).dtype == "float32"


@pytest.mark.core
def test_maxout_takes_neighbours():
    x = np.arange(24.0).reshape(2, 3, 4)[:, :, [1, 0, 2, 3]]
    last, middle = evaluate("python", lambda x: [nnet.maxout(x, 2), nnet.maxout(x, 3, axis=1)], x=x)
    np.testing.assert_array_equal(last, x.reshape(2, 3, 2, 2).max(-1))
    np.testing.assert_array_equal(middle, x.max(1, keepdims=True))
    assert nnet.maxout(pt.tensor(shape=(None, 6)), 2).type.shape == (None, 3)
    assert nnet.maxout(pt.fmatrix(), 2).dtype == "float32"


def test_maxout_on_the_backends():
    x = np.array([[1.0, 1.0, 0.0, 2.0], [3.0, -1.0, 5.0, 4.0]])
    for backend in BACKENDS[1:]:
        (y,), (g,) = evaluate_with_gradients(
            backend, lambda x: nnet.maxout(x, 2), [np.array([[1.0, 2], [3, 4]])], ["x"], x=x
        )
        np.testing.assert_array_equal(y, [[1, 2], [3, 5]])
        np.testing.assert_array_equal(g, [[1, 1, 0, 2], [3, 0, 4, 0]])  # both that tie


@pytest.mark.core
def test_errors():
    x = pt.tensor("x", shape=(None, 6))
    with pytest.raises(NullTypeGradError, match="ultra_fast_sigmoid has no gradient.*hard_sigmoid"):
        pytensor.grad(nnet.ultra_fast_sigmoid(x).sum(), x)
    with pytest.raises(HyperparameterError, match="gelu: approximate='tanh'"):
        nnet.gelu(x, "tanh")
    with pytest.raises(HyperparameterError, match="maxout: pool_size=0"):
        nnet.maxout(x, 0)
    with pytest.raises(ShapeError, match="6 units on axis 1, which pool_size=4"):
        nnet.maxout(x, 4)
    with pytest.raises(ShapeError, match="axis=2 but x has 2"):
        nnet.maxout(x, 2, axis=2)
