"""Softmax, its logarithm, and softmax in two levels."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.gradient import verify_grad

from symopt import nnet
from symopt.errors import DTypeError, ShapeError
from tests.nnet.evaluate import BACKENDS, evaluate
from tests.nnet.golden_cases import check_golden_cases

GOLDEN = {
    "softmax": nnet.softmax,
    "softmax_1d": nnet.softmax,
    "softmax_big": nnet.softmax,
    "logsoftmax": nnet.logsoftmax,
    "log_softmax_composed": lambda x: pt.log(nnet.softmax(x)),
    "softmax_with_bias": nnet.softmax_with_bias,
    "h_softmax_target": lambda x, W1, b1, W2, b2, y: nnet.h_softmax(
        x, 4, 6, 2, 3, W1, b1, W2, b2, y
    ),
    "h_softmax_all": lambda x, W1, b1, W2, b2: nnet.h_softmax(x, 4, 6, 2, 3, W1, b1, W2, b2),
}


@pytest.mark.parametrize("backend", [pytest.param("python", marks=pytest.mark.core), *BACKENDS[1:]])
def test_theanos_numbers(backend):
    cases = dict(GOLDEN)
    if backend == "numba":  # it compiles each softmax for seconds, the same ones again
        cases = {k: GOLDEN[k] for k in ("softmax_1d", "logsoftmax", "h_softmax_target")}
    check_golden_cases(backend, "nnet", cases)


@pytest.mark.core
def test_any_axis_if_it_is_given():
    x = np.random.default_rng(1).normal(size=(2, 3, 4)) * 5

    def build(x):
        return [
            nnet.softmax(x, axis=1),
            nnet.logsoftmax(x, axis=-1),
            nnet.softmax(x[0, 0], axis=0),
            nnet.logsoftmax(x[0, 0]),
        ]

    middle, last, vector, row = evaluate("python", build, x=x)
    e = np.exp(x)
    np.testing.assert_allclose(middle, e / e.sum(1, keepdims=True), 1e-13)
    np.testing.assert_allclose(last, np.log(e / e.sum(2, keepdims=True)), 1e-12)
    np.testing.assert_allclose(vector, (e / e.sum(2, keepdims=True))[0, 0], 1e-13)
    np.testing.assert_allclose(row, last[0, :1], 1e-13)


@pytest.mark.core
def test_shapes_strides_and_dtypes():
    x = np.random.default_rng(2).normal(size=(6, 8)).astype("float32")[::-2, ::3]
    x.flags.writeable = False

    def build(x, empty, row):
        return [nnet.softmax(x), nnet.softmax(empty), nnet.logsoftmax(row)]

    y, empty, row = evaluate(
        "python", build, x=x, empty=np.zeros((0, 3), "float32"), row=np.ones((1, 1), "float32")
    )
    e = np.exp(x.astype("float64"))
    np.testing.assert_allclose(y, e / e.sum(1, keepdims=True), 1e-6)
    assert y.dtype == empty.dtype == row.dtype == "float32"
    assert empty.shape == (0, 3)
    np.testing.assert_array_equal(row, [[0]])
    c = pt.tensor("c", dtype="float32", shape=(None, 5))
    assert nnet.softmax(c).type.shape == (None, 5)
    assert nnet.softmax(c[0]).type.shape == (1, 5)
    assert nnet.softmax_with_bias(c, pt.fvector("b")).dtype == "float32"


@pytest.mark.core
def test_derivatives_against_differences():
    rng = np.random.default_rng(3)
    x, W1, b1, W2, b2 = (rng.normal(size=s) for s in [(2, 3), (3, 2), (2,), (2, 3, 4), (2, 4)])
    target = np.array([[5], [1]])
    with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
        verify_grad(nnet.logsoftmax, [x], rng=rng)
        verify_grad(lambda x: nnet.softmax(x, axis=0), [x], rng=rng)

        def h(*args):
            return nnet.h_softmax(args[0], args[0].shape[0], 7, 2, 4, *args[1:], target)

        verify_grad(h, [x, W1, b1, W2, b2], rng=rng)


@pytest.mark.core
def test_two_levels_agree():
    rng = np.random.default_rng(4)
    sizes = {"x": (5, 3), "W1": (3, 4), "b1": (4,), "W2": (4, 3, 3), "b2": (4, 3)}
    arrays = {name: rng.normal(size=s).astype("float32") for name, s in sizes.items()}
    target = np.array([0, 9, 5, 10, 3], "int32")

    def build(x, W1, b1, W2, b2, target):
        layer = (W1, b1, W2, b2)
        return [
            nnet.h_softmax(x, x.shape[0], 12, 4, 3, *layer),
            nnet.h_softmax(x, x.shape[0], 11, 4, 3, *layer),  # one output too many
            nnet.h_softmax(x, x.shape[0], 11, 4, 3, *layer, target=target),
        ]

    everything, fewer, chosen = evaluate("python", build, **arrays, target=target)
    np.testing.assert_allclose(everything.sum(1), np.ones(5), 1e-6)
    np.testing.assert_array_equal(fewer, everything[:, :11])
    np.testing.assert_allclose(chosen, everything[np.arange(5), target], 1e-5)
    assert everything.dtype == chosen.dtype == "float32"


@pytest.mark.core
def test_errors():
    with pytest.raises(ShapeError, match=r"softmax: c has 3 dimensions.*axis=-1"):
        nnet.softmax(pt.tensor3())
    with pytest.raises(ShapeError, match="logsoftmax: axis=2 but c has 2"):
        nnet.logsoftmax(pt.matrix(), axis=2)
    with pytest.raises(DTypeError, match=r"softmax: c is int32; expected floats"):
        nnet.softmax(pt.imatrix())
    with pytest.raises(ShapeError, match="softmax_with_bias: x has 1 dim"):
        nnet.softmax_with_bias(pt.vector(), pt.vector())
    with pytest.raises(ShapeError, match="softmax_with_bias: b has 2 dim"):
        nnet.softmax_with_bias(pt.matrix(), pt.matrix())
    with pytest.raises(DTypeError, match="softmax_with_bias: b is int64"):
        nnet.softmax_with_bias(pt.matrix(), pt.lvector())
