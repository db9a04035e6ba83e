"""Softmax and its logarithm, fused."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.tensor.special import log_softmax, softmax

import symopt
from tests.backends.c.in_programs import Pair, layouts

rng = np.random.default_rng(11)
TOLERANCE = {"float32": 5e-6, "float64": 1e-14}
AXES = (-1, 0, 1, (0, 1), (1, 2), (0, 2), None)


def softmax_of(x, axis):
    e = pt.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def log_softmax_of(x, axis):
    x = x - x.max(axis=axis, keepdims=True)
    return x - pt.log(pt.exp(x).sum(axis=axis, keepdims=True))


def both(inputs, graph, looped=False):
    """``graph`` of the two operations, and of what they are defined as."""
    same = graph(softmax_of, log_softmax_of)
    return Pair(inputs, graph(softmax, log_softmax), looped=looped, same=same)


@pytest.fixture(scope="module", params=["float32", "float64"])
def pair(request):
    x = pt.tensor3("x", dtype=request.param)

    def graph(softmax, log_softmax):
        outputs = [f(x, axis=axis) for f in (softmax, log_softmax) for axis in AXES]
        in_place = [f(x * 2, axis=1) for f in (softmax, log_softmax)]
        cost = (log_softmax(x, axis=-1)[0] * pt.cos(x[1])).sum() + (softmax(x, axis=-1) ** 2).sum()
        return [*outputs, *in_place, pt.grad(cost, x)]

    return both([x], graph), request.param


def agree(pair, x):
    function, dtype = pair
    function.agree(x.astype(dtype), rtol=TOLERANCE[dtype], atol=TOLERANCE[dtype])


@pytest.mark.parametrize("shape", [(3, 4, 5), (2, 1, 1), (2, 3, 2100), (2, 300, 40), (2, 7, 600)])
def test_values(pair, shape):
    agree(pair, 5 * rng.normal(size=shape))


@pytest.mark.parametrize("layout", range(1, 4))
def test_strides(pair, layout):
    agree(pair, list(layouts(rng.normal(size=(3, 4, 37))))[layout])


def test_large_and_missing_numbers(pair):
    x = rng.normal(size=(5, 4, 40))
    agree(pair, 100 * x)
    agree(pair, x + 1e4)
    x[0, 0, 3], x[1, 1, 3], x[2, 2, 3], x[3] = np.nan, np.inf, -np.inf, -np.inf
    agree(pair, x)


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_threads(pair, threads, monkeypatch):
    monkeypatch.setattr(symopt.config, "threads", threads)
    agree(pair, rng.normal(size=(40, 30, 50)))


def test_in_a_loop():
    x = pt.fmatrix("x")

    def graph(softmax, log_softmax):
        return [softmax(x, axis=-1), log_softmax(x, axis=0), softmax(pt.tanh(x), axis=(0, 1))]

    both([x], graph, looped=True).agree(rng.normal(size=(4, 9)).astype("float32"), rtol=2e-6)


def test_integers():
    x = pt.lmatrix("x")
    pair = both([x], lambda *fs: [f(x, axis=-1) for f in fs])
    pair.agree(rng.integers(-5, 5, size=(3, 4)), rtol=1e-14)


def test_an_empty_line():
    x = pt.fmatrix("x")
    pair = both([x], lambda softmax, _: [softmax(x, axis=-1)])
    pair.agree(np.zeros((0, 4), "float32"))
    pair.both_raise(ValueError, np.zeros((4, 0), "float32"))
