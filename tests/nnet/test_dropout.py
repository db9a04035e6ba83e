"""Dropout: which elements go, what is left, the switch for use, all backends."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import HyperparameterError, ShapeError
from symopt.nnet import dropout, spatial_dropout
from symopt.random import MRG_RandomStreams
from tests.nnet.evaluate import BACKENDS, evaluate


def masks(x, rate):
    """All forms on one input; a cost whose gradient is the scaled mask."""
    streams = MRG_RandomStreams(7)
    plain = dropout(x, rate, streams)
    return [
        plain,
        spatial_dropout(x, rate, streams),
        dropout(x, rate, streams, shared_axes=(0, -1), rescale=False),
        pytensor.grad(plain.sum(), x),
    ]


@pytest.mark.parametrize("backend", BACKENDS)
def test_masks(backend):
    """Zeros with the right frequency, along the shared axes alike; the same on all backends."""
    x = np.ones((6, 20, 5, 4), "float32")
    plain, spatial, shared, gradient = evaluate(backend, lambda x: masks(x, 0.25), x=x)
    assert {y.dtype for y in (plain, spatial, shared, gradient)} == {np.dtype("float32")}
    kept = np.float32(1 / 0.75)
    assert set(np.unique(plain)) == {0, kept} == set(np.unique(spatial))
    assert set(np.unique(shared)) == {0, 1}
    # Binomial proportions of 2400, 120 and 100 draws: within 4 standard deviations.
    for mask, draws in ((plain, 2400), (spatial, 120), (shared, 100)):
        assert abs((mask == 0).mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / draws)
    assert (spatial == spatial[:, :, :1, :1]).all()
    assert len(np.unique(spatial[0, :, 0, 0])) == 2
    assert (shared == shared[:1, :, :, :1]).all()
    assert len(np.unique(shared[0, 0, :, 0])) == 2
    np.testing.assert_array_equal(gradient, plain)
    np.testing.assert_array_equal(plain, evaluate("python", lambda x: masks(x, 0.25), x=x)[0])


@pytest.mark.core
def test_python_masks():
    """The rate may be symbolic; the mean stays; a rate of 0 draws nothing."""
    streams = MRG_RandomStreams(8)
    x = pt.matrix("x")
    assert dropout(x, 0.0, streams) is x
    assert not streams.state_updates
    ones = np.ones((50, 80))
    found = evaluate(
        "python",
        lambda x, rate: [dropout(x, rate, MRG_RandomStreams(8)), dropout(x, 0.4, streams)],
        x=ones,
        rate=np.array(0.4),
    )
    np.testing.assert_allclose(found[0], found[1], rtol=1e-15)
    assert abs(found[0].mean() - 1) < 4 * np.sqrt(0.4 / 0.6 / ones.size)


@pytest.mark.core
def test_new_mask_in_each_call_and_switch(python_backend):
    """Two calls draw anew; a shared flag turns dropout off; the LSTM tutorial's form."""
    x = pt.matrix("x")
    off = pytensor.shared(np.float64(0.0), name="off")
    streams = MRG_RandomStreams(9)
    lasagne = dropout(x, 0.5, streams, deterministic=off)
    tutorial = pt.switch(1 - off, dropout(x, 0.5, streams, rescale=False), x * 0.5)
    f = symopt.function([x], [lasagne, tutorial], backend=python_backend)
    values = np.arange(1.0, 101.0).reshape(10, 10)
    first, second = f(values)[0], f(values)[0]
    assert not np.array_equal(first, second)
    assert set(np.unique(f(values)[0] / values)) == {0.0, 2.0}
    assert set(np.unique(f(values)[1] / values)) == {0.0, 1.0}
    off.set_value(np.float64(1.0))
    np.testing.assert_array_equal(f(values)[0], values)
    np.testing.assert_array_equal(f(values)[1], values / 2)
    assert dropout(x, 0.5, streams, deterministic=True) is x


@pytest.mark.core
def test_shapes_and_dtypes():
    x = pt.tensor("x", dtype="float32", shape=(None, 3, 4, 4))
    y = spatial_dropout(x, 0.5, MRG_RandomStreams(1))
    assert y.type.dtype == "float32"
    assert y.type.shape == x.type.shape
    counts = dropout(pt.lvector(), 0.5, MRG_RandomStreams(1))
    assert counts.dtype == pytensor.config.floatX
    for shape in ((0, 3), (2, 0)):
        (empty,) = evaluate(
            "python", lambda x: dropout(x, 0.5, MRG_RandomStreams(1)), x=np.zeros(shape, "float32")
        )
        assert empty.shape == shape
        assert empty.dtype == "float32"


@pytest.mark.core
def test_errors():
    x, streams = pt.matrix("x"), MRG_RandomStreams(1)
    for rate in (1.0, -0.1, float("nan"), "half"):
        with pytest.raises(HyperparameterError, match="dropout: rate="):
            dropout(x, rate, streams)
    for axes in ((2,), (-3,), (0.5,)):
        with pytest.raises(HyperparameterError, match="shared_axes=.*axes of x, which has 2"):
            dropout(x, 0.5, streams, shared_axes=axes)
    with pytest.raises(HyperparameterError, match="rescale=1"):
        dropout(x, 0.5, streams, rescale=1)
    with pytest.raises(HyperparameterError, match="deterministic=None"):
        dropout(x, 0.5, streams, deterministic=None)
    with pytest.raises(ShapeError, match="deterministic=flags has 1 dimensions"):
        dropout(x, 0.5, streams, deterministic=pt.vector("flags"))
    with pytest.raises(ShapeError, match="rate=rates has 1 dimensions"):
        dropout(x, pt.vector("rates"), streams)
    with pytest.raises(ShapeError, match="x=v has 1 dimensions"):
        spatial_dropout(pt.vector("v"), 0.5, streams)
    assert not streams.state_updates
