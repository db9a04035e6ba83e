"""Convolution, pooling and batch normalisation as parts of programs, in loops too."""

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor import scan
from pytensor.raise_op import CheckAndRaise

import symopt
from symopt.errors import ShapeError
from symopt.nnet.bn import batch_normalization_train
from symopt.nnet.conv import conv2d
from symopt.nnet.pool import pool_2d
from tests.backends.c.in_programs import Pair, layouts

rng = np.random.default_rng(17)


def layers(x, w, gamma, beta):
    """One of each, and what is read of them more than once."""
    y = conv2d(x, w, border_mode="half", subsample=(1, 2))
    normal, mean, invstd = batch_normalization_train(y, gamma, beta, axes="spatial")[:3]
    pooled = pool_2d(normal, (2, 2), ignore_border=True)
    average = pool_2d(y, (3, 2), ignore_border=True, mode="average_exc_pad", stride=(2, 1))
    return [y, normal, mean, invstd, pooled, average]


def variables(dtype):
    shapes = {"x": (None,) * 4, "w": (None,) * 4, "gamma": (1, None, 1, 1), "beta": (1, None, 1, 1)}
    return [pt.tensor(name, dtype=dtype, shape=shape) for name, shape in shapes.items()]


def values(dtype, batch=3):
    shapes = [(batch, 4, 9, 11), (6, 4, 3, 3), (1, 6, 1, 1), (1, 6, 1, 1)]
    return [rng.normal(size=shape).astype(dtype) for shape in shapes]


@pytest.fixture(scope="module", params=["float32", "float64"])
def pair(request):
    inputs = variables(request.param)
    outputs = layers(*inputs)
    cost = sum(pt.tanh(output + 0.3).mean() for output in outputs)
    return Pair(inputs, [*outputs, *pt.grad(cost, inputs)]), request.param


def agree(pair, arguments):
    function, dtype = pair
    tolerance = {"float32": 1e-4, "float64": 1e-11}[dtype]
    function.agree(*arguments, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("layout", range(4))
def test_forward_and_backward(pair, layout):
    _, dtype = pair
    agree(pair, [list(layouts(value))[layout] for value in values(dtype)])


@pytest.mark.parametrize("threads", [1, 3])
def test_threads(pair, threads, monkeypatch):
    monkeypatch.setattr(symopt.config, "threads", threads)
    agree(pair, values(pair[1], batch=20))


def test_shapes_that_do_not_fit(pair):
    function, dtype = pair
    x, w, gamma, beta = values(dtype)
    function.both_raise(ShapeError, x[:, :3], w, gamma, beta)
    function.both_raise(ValueError, x, w, gamma[:, :5], beta)
    function.agree(x, w, gamma, beta, rtol=1e-3, atol=1e-3)  # and it still works


def test_in_the_body_of_a_loop_with_its_gradient():
    """As in WAP's attention, whose coverage is convolved at each step."""
    x, w = pt.ftensor4("x"), pt.ftensor4("w")

    def step(state, x, w):
        y = conv2d(state, w, border_mode="half")
        return pt.tanh(y + x) * pool_2d(y, (3, 3), stride=(1, 1), pad=(1, 1), ignore_border=True)

    states = scan(step, outputs_info=[x], non_sequences=[x, w], n_steps=3, return_updates=False)
    pair = Pair([x, w], [states, *pt.grad((states[-1] ** 2).sum(), [x, w])])
    x, w = rng.normal(size=(2, 3, 7, 6)), rng.normal(size=(3, 3, 3, 3)) / 5
    pair.agree(x.astype("float32"), w.astype("float32"), rtol=1e-4, atol=1e-5)


def test_any_exception_can_be_raised():
    x = pt.fvector("x")
    long = "what is " + "long " * 100
    checks = [
        CheckAndRaise(ShapeError, "zero"),
        CheckAndRaise(KeyError, "two"),
        CheckAndRaise(ValueError, long),
    ]
    y = x
    for k, check in enumerate(checks):
        y = check(y, pt.eq(x[k], 0))
    pair = Pair([x], [y * 2])
    pair.agree(np.zeros(3, "float32"))
    for k, error in enumerate((ShapeError, KeyError, ValueError)):
        pair.both_raise(error, np.eye(3, dtype="float32")[k])
    with pytest.raises(ValueError, match=long):
        pair.native(np.eye(3, dtype="float32")[2])
