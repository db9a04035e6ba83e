"""Losses, the confusion matrix and columns put in front: PyTorch's and Theano's numbers."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from symopt import nnet
from symopt.errors import HyperparameterError, ShapeError
from tests.nnet.evaluate import ALL, evaluate, evaluate_with_gradients
from tests.nnet.golden_cases import check_golden_cases, check_torch_cases

TORCH = {
    "gelu": nnet.gelu,
    "gelu_tanh": lambda x: nnet.gelu(x, approximate=True),
    "softsign": nnet.softsign,
    "kullback_leibler": nnet.kullback_leibler,
    "hinge": nnet.hinge,
    "multiclass_hinge": nnet.multiclass_hinge,
}
COUNTED = {
    "confusion_matrix": nnet.confusion_matrix,
    "prepend_1_to_each_row": nnet.prepend_1_to_each_row,
}


@pytest.mark.parametrize("backend", ALL)
def test_pytorchs_numbers(backend):
    check_torch_cases(backend, TORCH)


@pytest.mark.parametrize("backend", ALL)
def test_theanos_numbers(backend):
    check_golden_cases(backend, "nnet", COUNTED)


@pytest.mark.core
def test_divergence_where_probabilities_are_0():
    p = np.array([[0.0, 1.0], [0.5, 0.5], [0.0, 1.0]])
    q = np.array([[0.5, 0.5], [0.0, 1.0], [0.0, 1.0]])
    (d,), (dp, dq) = evaluate_with_gradients(
        "python", nnet.kullback_leibler, [np.ones(3)], ["p", "q"], p=p, q=q
    )
    np.testing.assert_allclose(d, [np.log(2), np.inf, 0], 1e-15)
    np.testing.assert_allclose(dp[[0, 2]], [[0, np.log(2) + 1], [0, 1]], 1e-15)
    np.testing.assert_allclose(dq, [[0, -2], [-np.inf, -0.5], [0, -1]], 1e-15)


@pytest.mark.core
def test_hinges():
    x = np.array([[-2.0, 0.5, 1.5], [0.2, 3.0, 0.0]])
    t = np.array([[0, 1, 1], [0, 0, 1]], "int8")
    p = np.array([[0.25, 0.5, 0.75]])
    one_hot = np.array([[0, 1, 0], [1, 0, 0]])

    def build(x, t, p, one_hot):
        return [
            nnet.hinge(x, t),
            nnet.hinge(x, 2 * t - 1, delta=0.5, binary=False),
            nnet.hinge(p, t[:1], log_odds=False),
            nnet.multiclass_hinge(x, one_hot, delta=2),
            nnet.multiclass_hinge(x, pt.argmax(one_hot, axis=1), delta=2),
        ]

    plain, signs, odds, many, same = evaluate("python", build, x=x, t=t, p=p, one_hot=one_hot)
    s = 2.0 * t - 1
    np.testing.assert_allclose(plain, np.maximum(0, 1 - s * x), 1e-14)
    np.testing.assert_allclose(signs, np.maximum(0, 0.5 - s * x), 1e-14)
    np.testing.assert_allclose(odds, np.maximum(0, 1 - s[:1] * np.log(p / (1 - p))), 1e-14)
    np.testing.assert_allclose(many, [1.5 - 0.5 + 2, 3 - 0.2 + 2], 1e-14)
    np.testing.assert_array_equal(same, many)


@pytest.mark.core
def test_squared_error_and_columns():
    column, vector = np.arange(3.0).reshape(3, 1), np.array([2, 2, 5])
    x = pt.tensor("x", shape=(None, 1))
    error = nnet.squared_error(x, vector)
    np.testing.assert_array_equal(error.eval({x: column}), [[4], [1], [9]])
    assert nnet.hinge(x, vector).type.shape == (3, 1)
    matrix = evaluate(
        "python", lambda a, b: nnet.squared_error(a, b), a=np.ones((2, 3)), b=np.array([0, 1, 3])
    )[0]
    np.testing.assert_array_equal(matrix, [[1, 0, 4], [1, 0, 4]])


@pytest.mark.core
def test_derivatives_against_differences():
    rng = np.random.default_rng(1)
    p, q = rng.uniform(0.1, 0.9, size=(2, 3, 4))
    x = rng.normal(size=(3, 4)) * 2
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        verify_grad(nnet.kullback_leibler, [p, q], rng=rng)
        verify_grad(nnet.squared_error, [p, q], rng=rng)
        verify_grad(lambda x: nnet.hinge(x, p > 0.5), [x], rng=rng)
        verify_grad(lambda x: nnet.multiclass_hinge(x, np.array([1, 0, 3])), [x], rng=rng)
        verify_grad(nnet.prepend_scalar_to_each_row, [np.array(0.5), x], rng=rng)


@pytest.mark.core
def test_float32_is_kept_and_empty_batches_work():
    empty = np.zeros((0, 3), "float32")

    def build(e, y):
        return [
            nnet.kullback_leibler(e, e),
            nnet.squared_error(e, e),
            nnet.hinge(e, e),
            nnet.multiclass_hinge(e, y),
            nnet.prepend_0_to_each_row(e),
        ]

    outputs = evaluate("python", build, e=empty, y=np.zeros(0, "int32"))
    assert [o.shape for o in outputs] == [(0,), (0, 3), (0, 3), (0,), (0, 4)]
    assert {o.dtype.name for o in outputs} == {"float32"}
    x, labels = pt.fmatrix("x"), pt.lmatrix("t")
    for value in (nnet.squared_error(x, labels), nnet.hinge(x, labels), nnet.hinge(x, 1, 0.5)):
        assert value.dtype == "float32"
        assert pytensor.grad(value.sum(), x).dtype == "float32"
    assert pytensor.grad(nnet.kullback_leibler(x, x).sum(), x).dtype == "float32"
    assert pytensor.grad(nnet.multiclass_hinge(x, labels).sum(), x).dtype == "float32"


@pytest.mark.core
def test_counts():
    actual, pred = np.array([2, 0, 2, 2, 0, 1]), np.array([0, 0, 2, 2, 0, 2])

    def build(a, p, none):
        return [*nnet.confusion_matrix(a, p), *nnet.confusion_matrix(none, none)]

    matrix, order, nothing, no_classes = evaluate(
        "python", build, a=actual, p=pred, none=np.zeros(0, "int32")
    )
    np.testing.assert_array_equal(matrix, [[2, 0, 0], [0, 0, 1], [1, 0, 2]])
    np.testing.assert_array_equal(order, [0, 1, 2])
    assert matrix.dtype == "int64"
    assert nothing.shape == (0, 0)
    assert no_classes.dtype == "int32"


@pytest.mark.core
def test_prepended_columns():
    x = np.arange(6, dtype="float32").reshape(2, 3)
    zero, half = evaluate(
        "python",
        lambda x: [nnet.prepend_0_to_each_row(x), nnet.prepend_scalar_to_each_row(0.5, x)],
        x=x,
    )
    np.testing.assert_array_equal(zero, [[0, 0, 1, 2], [0, 3, 4, 5]])
    np.testing.assert_array_equal(half[:, 0], [0.5, 0.5])
    assert half.dtype == "float32"
    assert nnet.prepend_0_to_each_row(pt.tensor(shape=(4, 2))).type.shape == (4, 3)


@pytest.mark.core
def test_errors():
    with pytest.raises(ShapeError, match="kullback_leibler: p is a scalar"):
        nnet.kullback_leibler(pt.scalar(), pt.vector())
    with pytest.raises(HyperparameterError, match="hinge: binary=1"):
        nnet.hinge(pt.vector(), pt.vector(), binary=1)
    with pytest.raises(ShapeError, match="predictions has 1 dimensions and targets 1"):
        nnet.multiclass_hinge(pt.vector(), pt.lvector())
    with pytest.raises(ShapeError, match="confusion_matrix: pred has 2"):
        nnet.confusion_matrix(pt.lvector(), pt.lmatrix())
    with pytest.raises(ShapeError, match="val has 1 dimensions; expected a scalar"):
        nnet.prepend_scalar_to_each_row(pt.vector(), pt.matrix())
