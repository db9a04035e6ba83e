"""Cross-entropies: Theano's numbers, explicit probabilities of 0 and 1, dtypes and errors."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from symopt import nnet
from symopt.errors import DTypeError, ShapeError
from tests.nnet.evaluate import ALL, BACKENDS, evaluate, evaluate_with_gradients
from tests.nnet.golden_cases import check_golden_cases

GOLDEN = {
    "categorical_crossentropy_int": nnet.categorical_crossentropy,
    "categorical_crossentropy_onehot": nnet.categorical_crossentropy,
    "softmax_then_cce": lambda x, y: nnet.categorical_crossentropy(nnet.softmax(x), y),
    "crossentropy_softmax_argmax_1hot_with_bias": lambda x, b, y: (
        nnet.crossentropy_softmax_argmax_1hot_with_bias(x, b, y)[0]
    ),
    "binary_crossentropy": nnet.binary_crossentropy,
    "sigmoid_binary_crossentropy": nnet.sigmoid_binary_crossentropy,
    "binary_crossentropy_of_sigmoid": lambda x, t: nnet.binary_crossentropy(nnet.sigmoid(x), t),
}


@pytest.mark.parametrize("backend", ALL)
def test_theanos_numbers(backend):
    check_golden_cases(backend, "nnet", GOLDEN)


@pytest.mark.parametrize("backend", [pytest.param("python", marks=pytest.mark.core), *BACKENDS[1:]])
def test_explicit_probabilities_of_0_and_1(backend):
    o = np.array([0.0, 0.0, 1.0, 1.0, 0.25])
    t = np.array([0.0, 1.0, 0.0, 1.0, 0.5])
    p = np.array([[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]])
    y = np.array([0, 0, 1])

    def build(o, t, p, y):
        binary = nnet.binary_crossentropy(o, t)
        indices = nnet.categorical_crossentropy(p, y)
        one_hot = nnet.categorical_crossentropy(p, pt.eye(2)[y])
        return [binary, indices, one_hot, pytensor.grad(indices.sum(), p)]

    binary, indices, one_hot, gradient = evaluate(backend, build, o=o, t=t, p=p, y=y)
    with np.errstate(divide="ignore", invalid="ignore"):
        formula = -(t * np.log(o) + (1 - t) * np.log(1 - o))
    assert np.isnan(formula[[0, 3]]).all()
    np.testing.assert_allclose(binary, formula, 1e-14)
    np.testing.assert_allclose(indices, [np.inf, 0, np.log(2)], 1e-14)
    np.testing.assert_allclose(one_hot, [np.inf, np.nan, np.log(2)], 1e-14)
    np.testing.assert_allclose(gradient, [[-np.inf, 0], [-1, 0], [0, -2]], 1e-14)


@pytest.mark.core
def test_every_form_from_logits():
    rng = np.random.default_rng(1)
    x, b = rng.normal(size=(5, 4)) * 3, rng.normal(size=4)
    y = np.array([3, 0, 1, 1, 2], "int8")

    def build(x, b, y):
        plain = (x, y)
        biased = (x, b, y)
        return [
            *nnet.crossentropy_softmax_argmax_1hot_with_bias(*biased),
            *nnet.crossentropy_softmax_1hot_with_bias(*biased),
            *nnet.crossentropy_softmax_max_and_argmax_1hot_with_bias(*biased),
            *nnet.crossentropy_softmax_1hot(*plain),
            *nnet.crossentropy_softmax_max_and_argmax_1hot(*plain),
        ]

    outputs = evaluate("python", build, x=x, b=b, y=y)

    def wanted(z):
        p = np.exp(z) / np.exp(z).sum(1, keepdims=True)
        return -np.log(p[np.arange(5), y]), p, p.max(1), p.argmax(1)

    nll, p, largest, which = wanted(x + b)
    nll0, p0, largest0, which0 = wanted(x)
    everything = [nll, p, which, nll, p, nll, p, largest, which]
    everything += [nll0, p0, nll0, p0, largest0, which0]
    for output, expected in zip(outputs, everything, strict=True):
        np.testing.assert_allclose(output, expected, 1e-12)
    assert outputs[2].dtype == "int8"
    assert outputs[8].dtype == "int64"


@pytest.mark.core
def test_derivatives_against_differences():
    rng = np.random.default_rng(2)
    x = rng.normal(size=(3, 4))
    p = rng.uniform(0.1, 0.9, size=(3, 4))
    t = rng.uniform(0.1, 0.9, size=(3, 4))
    y = np.array([1, 3, 3])
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        verify_grad(nnet.binary_crossentropy, [p, t], rng=rng)
        verify_grad(nnet.sigmoid_binary_crossentropy, [x, t], rng=rng)
        verify_grad(nnet.categorical_crossentropy, [p, t], rng=rng)
        verify_grad(lambda p: nnet.categorical_crossentropy(p, y), [p], rng=rng)
        verify_grad(lambda x: nnet.crossentropy_softmax_1hot(x, y)[0], [x], rng=rng)


@pytest.mark.core
def test_sigmoid_binary_crossentropy_at_its_kink():
    t = np.array([0.0, 0.25, 1.0])
    (loss,), (slope,) = evaluate_with_gradients(
        "python", nnet.sigmoid_binary_crossentropy, [np.ones(3)], ["output"],
        output=np.zeros(3), target=t,
    )  # fmt: skip
    np.testing.assert_allclose(loss, np.full(3, np.log(2)), 1e-15)
    np.testing.assert_allclose(slope, 0.5 - t, 1e-15)


@pytest.mark.core
def test_dtypes_and_shapes():
    p, y = pt.fmatrix("p"), pt.lvector("y")
    for floatX in ("float32", "float64"):
        with pytensor.config.change_flags(floatX=floatX):
            for t in (pt.fmatrix(), pt.lmatrix(), pt.matrix(dtype="bool")):
                assert nnet.binary_crossentropy(p, t).dtype == "float32"
                assert nnet.sigmoid_binary_crossentropy(p, t).dtype == "float32"
                assert nnet.categorical_crossentropy(p, t).dtype == "float32"
            assert nnet.binary_crossentropy(p, 1).dtype == "float32"
            assert nnet.categorical_crossentropy(p, y).dtype == "float32"
            assert nnet.crossentropy_softmax_1hot(p, y)[0].dtype == "float32"
    p, y = pt.tensor("p", shape=(7, 3)), pt.tensor("y", shape=(7,), dtype="int32")
    assert nnet.categorical_crossentropy(p, y).type.shape == (7,)
    assert nnet.binary_crossentropy(pt.tensor(shape=(None, 3)), p).type.shape == (7, 3)
    three = pt.tensor3()
    assert nnet.categorical_crossentropy(three, three).ndim == 2


@pytest.mark.core
def test_empty_and_read_only():
    p = np.full((8, 6), 0.25, "float32")[::-2, ::2]
    p.flags.writeable = False
    y = np.array([2, 1, 0, 2, 9, 9, 9, 9], "int32")[:4]
    empty = np.zeros((0, 3), "float32")

    def build(p, y, e, i):
        return [
            nnet.categorical_crossentropy(p, y),
            nnet.categorical_crossentropy(e, i),
            nnet.crossentropy_softmax_1hot(e, i)[0],
            nnet.binary_crossentropy(e, e),
        ]

    full, *nothing = evaluate("python", build, p=p, y=y, e=empty, i=np.zeros(0, "int64"))
    np.testing.assert_allclose(full, np.full(4, np.log(4)), 1e-6)
    assert [n.shape for n in nothing] == [(0,), (0,), (0, 3)]


@pytest.mark.core
def test_errors():
    m, v, y = pt.matrix(), pt.vector(), pt.lvector()
    with pytest.raises(ShapeError, match="coding_dist has 3 dimensions and true_dist 1"):
        nnet.categorical_crossentropy(pt.tensor3(), y)
    with pytest.raises(ShapeError, match=r"coding_dist has 3 .*expected a matrix.*reshape\(\(-1,"):
        nnet.categorical_crossentropy(pt.tensor3(), pt.lmatrix())
    with pytest.raises(DTypeError, match=r"true_one_of_n is float64; .*astype\(\"int64\"\)"):
        nnet.categorical_crossentropy(m, v)
    with pytest.raises(ShapeError, match=r"y_idx has 2 dimensions.*y_idx.flatten\(\)"):
        nnet.crossentropy_softmax_1hot(m, pt.lmatrix())
    with pytest.raises(ShapeError, match="with_bias: x has 1 dim"):
        nnet.crossentropy_softmax_1hot_with_bias(v, v, y)
    with pytest.raises(DTypeError, match="crossentropy_softmax_1hot: x is int64"):
        nnet.crossentropy_softmax_1hot(pt.lmatrix(), y)
    with pytest.raises(IndexError):
        evaluate(
            "python",
            lambda p, y: nnet.categorical_crossentropy(p, y),
            p=np.ones((2, 2)),
            y=np.array([0, 2]),
        )
