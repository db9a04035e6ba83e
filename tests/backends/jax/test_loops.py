"""Loops that run as often as the host says, as PyTensor's Python code runs them."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from pytensor.raise_op import Assert

import symopt
from symopt.errors import NotOnDeviceError
from tests.backends.graphs import recurrent_models
from tests.backends.graphs.loops import (
    in_a_loop,
    of_other_states,
    of_some_steps,
    that_change_places,
)
from tests.backends.graphs.pairs import Pair
from tests.backends.graphs.python_mode import unrewritten
from tests.backends.graphs.random_loops import build, loops

rng = np.random.default_rng(2)
CHECKS = {
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.generate],  # each example compiles: no hunt for a smaller one
    "suppress_health_check": list(HealthCheck),
}


def scan(step, **keywords):
    return pytensor.scan(step, return_updates=False, **keywords)


def compare(spec):
    """Gradients of loops that stop early would take their number of steps, which the device has."""
    inputs, outputs, values = build(spec)
    try:
        expected = unrewritten(inputs, outputs)(*values)
    except (ValueError, IndexError):  # PyTensor: some gradients of loops that stop early
        reject()
    f = symopt.function(inputs, outputs, backend="jax", on_unused_input="ignore")
    if spec["until"] and spec["gradient"]:
        with pytest.raises(NotOnDeviceError, match="stops early"):
            f(*values)
        return
    for result, value in zip(f(*values), expected, strict=True):
        np.testing.assert_allclose(result, value, rtol=1e-9, atol=1e-10)


@settings(max_examples=10, **CHECKS)
@given(loops)
def test_random_bodies(spec):
    compare(spec)


@pytest.mark.long
@settings(max_examples=100, **CHECKS)
@given(loops)
def test_many_random_bodies(spec):
    compare(spec)


LARGE = ("attention", "wap", "two layers", "tied", "gru", "fewer steps", "one example", "linear")


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=pytest.mark.long if name in LARGE else ())
        for name in recurrent_models.MODELS
    ],
)
def test_gradients_of_models(name):
    model = recurrent_models.MODELS[name]()
    Pair(model.inputs, model.grads, "jax").agree(*model.batch, rtol=1e-10, atol=1e-11)


def test_some_steps():
    inputs, outputs, values = of_some_steps()
    pair = Pair(inputs, outputs, "jax")
    pair.agree(*values)
    pair.agree(values[0], 2)  # of a sequence that has more
    assert pair(values[0], 0)[0].shape == (0, 3)
    with pytest.raises(ValueError, match="Sequence 0 has 4 steps.*5"):
        pair(values[0], 5)
    with pytest.raises(IndexError, match="negative"):
        pair(values[0], -1)
    with pytest.raises(ValueError, match="dimension mismatch"):
        pair(np.zeros((4, 2)), 4)


def test_no_steps():
    """Outputs without a past have the shapes that a step would give them."""
    x, n = pt.dmatrix("x"), pt.lscalar("n")
    h, doubled = scan(
        lambda row, h: [h + row, pt.outer(row, row[:2])],
        sequences=[x],
        outputs_info=[pt.ones(3), None],
        n_steps=n,
    )
    grad = pt.grad(h.sum() + doubled.sum(), x)
    f = symopt.function([x, n], [h, doubled, grad], backend="jax")
    h, doubled, grad = f(np.ones((4, 3)), 0)
    assert (h.shape, doubled.shape) == ((0, 3), (0, 3, 2))
    np.testing.assert_array_equal(grad, np.zeros((4, 3)))


def test_other_states():
    inputs, outputs, values = of_other_states()
    Pair(inputs, outputs, "jax").agree(*values, rtol=1e-12)


def test_loops_in_loops():
    inputs, outputs, values = in_a_loop()
    Pair(inputs, outputs, "jax").agree(*values, rtol=1e-10)


def test_states_that_change_places():
    inputs, (a, b), values = that_change_places()
    Pair(inputs, [a, b[-2:], a[-1]], "jax").agree(*values)


def test_taps_and_two_derivatives():
    x, h0, W, n = pt.dtensor3("x"), pt.dtensor3("h0"), pt.dmatrix("W"), pt.lscalar("n")
    h, energy, sums = scan(
        lambda before, now, after, h1, h3, W: [
            pt.tanh(h1 @ W + before * now + after + 0.3 * h3),
            (h1**2).sum(),
            now.sum(axis=0),
        ],
        sequences=[{"input": x, "taps": [-1, 0, 1]}],
        outputs_info=[{"initial": h0, "taps": [-1, -3]}, None, None],
        non_sequences=[W],
        n_steps=n,
    )
    grads = pt.grad((h**2).sum() + energy.sum() + (sums**3).sum(), [x, h0, W])
    second = pt.grad(sum((g**2).sum() for g in grads), [x, W])
    pair = Pair([x, h0, W, n], [h, energy, sums, *grads, *second], "jax")
    values = [rng.normal(size=s) for s in ((8, 2, 3), (3, 2, 3), (3, 3))]
    for n in (6, 3):
        pair.agree(*values, n, rtol=1e-8, atol=1e-9)


@pytest.mark.parametrize("truncate", [-1, 2])
def test_backwards(truncate):
    x, W = pt.dmatrix("x"), pt.dmatrix("W")
    h = scan(
        lambda row, h, W: pt.tanh(h @ W + row),
        sequences=[x],
        outputs_info=[pt.zeros(3)],
        non_sequences=[W],
        go_backwards=True,
        truncate_gradient=truncate,
    )
    pair = Pair([x, W], [h, *pt.grad((h**2).sum(), [x, W])], "jax")
    pair.agree(rng.normal(size=(6, 3)), rng.normal(size=(3, 3)), rtol=1e-10)


def test_places_in_sequences():
    """Integers of a sequence are indices; a slice that moves with the loop has one length."""
    k, table = pt.lvector("k"), pt.dmatrix("table")
    picked = scan(
        lambda i, total, table: total + table[i] * pt.cast(i, "float64"),
        sequences=[k],
        outputs_info=[pt.zeros(3)],
        non_sequences=[table],
    )
    pairs = scan(
        lambda t, table: table[t : t + 2].sum(axis=0),
        sequences=[pt.arange(k.shape[0])],
        non_sequences=[table],
    )
    counted = scan(
        lambda i, n: n * 2 + i, sequences=[k], outputs_info=[pt.constant(1, dtype="int64")]
    )
    outputs = [picked, pairs, counted, pt.grad(picked[-1].sum(), table)]
    pair = Pair([k, table], outputs, "jax")
    pair.agree(np.array([0, 3, -1]), rng.normal(size=(5, 3)), rtol=1e-12)
    pair.both_raise(IndexError, np.array([0, 5, 1]), np.zeros((5, 3)))


def test_lengths_that_vary_from_step_to_step_are_named():
    k, x = pt.lvector("k"), pt.dvector("x")
    sums = scan(lambda i, x: x[:i].sum(), sequences=[k], non_sequences=[x])
    f = symopt.function([k, x], sums, backend="jax")
    with pytest.raises(NotOnDeviceError, match="Subtensor.*its length depends on"):
        f([1, 2], [1.0, 2.0])


@pytest.mark.filterwarnings("ignore:Scan return signature will change")
def test_a_shared_variable_that_a_loop_updates():
    scale, x = pytensor.shared(np.float64(1), "scale"), pt.dvector("x")
    scaled, updates = pytensor.scan(
        lambda element: (element * scale, {scale: scale * 2}), sequences=[x]
    )
    f = symopt.function([x], scaled, updates=updates, backend="jax")
    np.testing.assert_array_equal(f([1, 1, 1]), [1, 2, 4])
    np.testing.assert_array_equal(f([1, 1]), [8, 16])
    assert scale.get_value() == 32


def test_draws_in_a_loop():
    rng, x = pt.random.shared_rng(np.random.default_rng(0)), pt.dvector("x")

    def step(element, state):
        state, draw = state.normal(size=2)
        return element + draw, state

    draws, state = pytensor.scan(
        step, sequences=[x], outputs_info=[None, rng], return_updates=False
    )
    f = symopt.function([x], draws, updates=[(rng, state)], backend="jax")
    first, second = f(np.zeros(3)), f(np.zeros(3))
    assert first.shape == (3, 2)
    assert len(np.unique([first, second])) == 12


def test_a_check_in_a_loop():
    total, x = pytensor.shared(np.zeros(2), "total"), pt.dmatrix("x")
    sums = scan(
        lambda row, h: h + Assert("a negative number")(row, pt.all(row >= 0)),
        sequences=[x],
        outputs_info=[pt.zeros(2)],
    )
    f = symopt.function([x], sums[-1], updates=[(total, total + sums[-1])], backend="jax")
    np.testing.assert_array_equal(f(np.ones((3, 2))), [3, 3])
    with pytest.raises(AssertionError, match="a negative number"):
        f(np.array([[1.0, 1], [1, -1], [1, 1]]))
    np.testing.assert_array_equal(total.get_value(), [3, 3])
