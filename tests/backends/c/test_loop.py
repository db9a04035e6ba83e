"""Loops inside programs against PyTensor's Scan, run by Python."""

import resource

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import HealthCheck, Phase, given, reject, settings
from pytensor.graph import Apply, Op
from pytensor.scan.op import Scan

import symopt
from symopt.backends.c.program.op import Program
from tests.backends.graphs.loops import (
    in_a_loop,
    of_other_states,
    of_some_steps,
    that_change_places,
)
from tests.backends.graphs.python_mode import unrewritten
from tests.backends.graphs.random_loops import build, loops

CHECKS = {
    "deadline": None,
    "derandomize": True,
    "phases": [Phase.generate],  # each example compiles: no hunt for a smaller one
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large],
}


def in_programs(function):
    """The loops of a function that are parts of programs, and those that are not."""
    nodes = function.maker.fgraph.apply_nodes
    inside = [
        node
        for program in nodes
        if isinstance(program.op, Program)
        for node in program.op.fgraph.apply_nodes
        if isinstance(node.op, Scan)
    ]
    return inside, [node for node in nodes if isinstance(node.op, Scan)]


def compare(spec):
    inputs, outputs, values = build(spec)
    try:
        expected = unrewritten(inputs, outputs)(*values)
    except (ValueError, IndexError):  # PyTensor: some gradients of loops that stop early
        reject()
    native = symopt.function(inputs, outputs, backend="c", on_unused_input="ignore")
    for _ in range(2):  # the second call finds its memory used
        for result, value in zip(native(*values), expected, strict=True):
            np.testing.assert_allclose(result, value, rtol=1e-9, atol=1e-11)
    assert in_programs(native)[1] == []


@settings(max_examples=10, **CHECKS)
@given(loops)
def test_random_bodies(spec):
    compare(spec)


@pytest.mark.long
@settings(max_examples=300, **CHECKS)
@given(loops)
def test_many_random_bodies(spec):
    compare(spec)


def check(inputs, outputs, values, tolerance=1e-12):
    """The c backend and PyTensor's Python code agree; returns the compiled function."""
    native = symopt.function(inputs, outputs, backend="c", on_unused_input="ignore")
    expected = unrewritten(inputs, outputs)(*values)
    for _ in range(2):
        for result, value in zip(native(*values), expected, strict=True):
            assert result.shape == value.shape
            assert result.dtype == value.dtype
            np.testing.assert_allclose(result, value, rtol=tolerance, atol=tolerance)
    assert in_programs(native)[1] == []
    return native


def test_lengths_of_zero_and_what_does_not_fit():
    f = check(*of_some_steps())
    assert f(np.zeros((4, 3)), 0)[0].shape == (0, 3)
    with pytest.raises(ValueError, match="Sequence 0 has 4 steps.*5"):
        f(np.zeros((4, 3)), 5)
    with pytest.raises(IndexError, match="negative"):
        f(np.zeros((4, 3)), -1)
    with pytest.raises(ValueError, match="dimension mismatch"):
        f(np.zeros((4, 2)), 4)
    np.testing.assert_allclose(f(np.ones((2, 3)), 2)[0], [[1] * 3, [2] * 3])  # nothing is broken


def test_states_without_dimensions_conditions_and_draws():
    """Numbers as states, a loop that stops, a state that no trace keeps, random draws in a loop."""
    check(*of_other_states())


def test_loops_in_loops():
    check(*in_a_loop(), 1e-10)


def test_states_that_change_places():
    """What a row or a state holds is read before it is overwritten."""
    inputs, (a, b), values = that_change_places()
    check(inputs, [a[-1], b[-1]], values)
    check(inputs, [a, b[-2:]], values)


class Python(Op):
    """Doubles, in Python."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0] * 2.0


def test_a_body_with_python_in_it_runs_as_before():
    x, W = pt.dmatrix("x"), pt.dmatrix("W")
    h = pytensor.scan(
        lambda row, h, W: pt.tanh(Python()(row) + h @ W),
        sequences=[x],
        outputs_info=[pt.zeros(3)],
        non_sequences=[W],
        return_updates=False,
    )
    rng = np.random.default_rng(0)
    values = [rng.normal(size=(5, 3)), rng.normal(size=(3, 3))]
    f = symopt.function([x, W], [h, h.sum(axis=0)], backend="c")
    reference = unrewritten([x, W], [h, h.sum(axis=0)])
    for result, expected in zip(f(*values), reference(*values), strict=True):
        np.testing.assert_allclose(result, expected, rtol=1e-12)
    inside, outside = in_programs(f)
    assert (len(inside), len(outside)) == (0, 1)


@pytest.fixture
def rnn():
    """A recurrent layer with its gradients and a step of descent in one function."""
    rng = np.random.default_rng(3)
    values = rng.normal(scale=0.3, size=(2, 16, 16)).astype("float32")
    U, W = params = [pytensor.shared(v, n) for v, n in zip(values, "UW", strict=True)]
    x = pt.ftensor3("x")
    h = pytensor.scan(
        lambda below, h, U: pt.tanh(below + h @ U),
        sequences=[x @ W],
        outputs_info=[pt.zeros((x.shape[1], 16), dtype="float32")],
        non_sequences=[U],
        return_updates=False,
    )
    cost = pt.sqr(h[-1]).mean()
    grads = pt.grad(cost, params)
    updates = [(p, p - np.float32(0.01) * g) for p, g in zip(params, grads, strict=True)]
    return params, symopt.function([x], cost, updates=updates, backend="c")


def test_the_same_from_run_to_run(rnn):
    params, step = rnn
    x = np.random.default_rng(0).normal(size=(20, 8, 16)).astype("float32")
    before = [p.get_value() for p in params]
    try:
        for threads in (1, 2, 3):
            symopt.config.threads = threads
            runs = []
            for _ in range(2):
                for param, value in zip(params, before, strict=True):
                    param.set_value(value)
                costs = [float(step(x)) for _ in range(5)]
                runs.append((costs, [p.get_value().tobytes() for p in params]))
            assert runs[0] == runs[1]
    finally:
        symopt.config.threads = None


def test_ten_thousand_steps_take_no_memory(rnn):
    """Of varied lengths, so that buffers are asked for again and again."""
    _, step = rnn
    rng = np.random.default_rng(0)
    batches = [rng.normal(size=(n, 4, 16)).astype("float32") for n in (1, 5, 3, 8, 2)]

    def resident():
        with open("/proc/self/statm") as statm:
            return int(statm.read().split()[1]) * resource.getpagesize()

    for i in range(500):
        step(batches[i % 5])
    before = resident()
    for i in range(10_000):
        step(batches[i % 5])
    assert resident() - before < 2**20


def test_a_failed_call_leaves_the_parameters():
    """Everything that may fail runs before the first parameter is written."""
    W = pytensor.shared(np.ones((3, 3)), "W")
    x, k = pt.dmatrix("x"), pt.lvector("k")
    h = pytensor.scan(
        lambda row, h, W: pt.tanh(row + h @ W),
        sequences=[x],
        outputs_info=[pt.zeros(3)],
        non_sequences=[W],
        return_updates=False,
    )
    step = symopt.function([x, k], h[k].sum(), updates=[(W, W - 0.1 * h.T @ h)], backend="c")
    with pytest.raises(IndexError):
        step(np.ones((4, 3)), [0, 7])
    np.testing.assert_array_equal(W.get_value(), 1.0)
    step(np.ones((4, 3)), [0, 3])
    assert (W.get_value() < 1.0).all()
