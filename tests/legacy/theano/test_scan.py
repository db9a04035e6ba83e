"""theano.scan's forms: what Theano 1.0.5 gives, on the backends."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.legacy.theano.sandbox.rng_mrg import MRG_RandomStreams
from symopt.legacy.theano.scan_module import (
    foldl,
    foldr,
    map,  # noqa: A004
    reduce,
    scan,
    scan_checkpoints,
    until,
)
from symopt.legacy.theano.updates import OrderedUpdates
from symopt.random.randomstate import RandomStreams
from tests.conftest import PythonBackend
from tests.nnet.evaluate import NUMBA_LONG, compiled

X = np.arange(6.0).reshape(3, 2)
d = np.float64


def value(outputs, inputs=(), arguments=(), backend="python"):
    """What a graph of one or several outputs computes."""
    several = isinstance(outputs, list)
    result = compiled(backend, list(inputs), outputs if several else [outputs])(*arguments)
    return list(result) if several else result[0]


@pytest.mark.core
def test_a_single_output_is_unwrapped_and_updates_are_always_there():
    x = pt.dmatrix("x")
    doubled, updates = scan(lambda row: row * 2, sequences=x)
    assert isinstance(updates, OrderedUpdates)
    assert not updates
    np.testing.assert_array_equal(value(doubled, [x], [X]), 2 * X)
    listed, _ = scan(lambda row: [row * 2], sequences=[x], return_list=True)
    assert isinstance(listed, list)
    two, _ = scan(lambda row: (row * 2, row.sum()), sequences=x)
    assert len(two) == 2


def test_only_updates():
    s = pytensor.shared(d(1), name="s")
    outputs, updates = scan(lambda: {s: s * 2}, n_steps=3)
    assert outputs is None
    f = pytensor.function([], [], updates=updates, mode="FAST_COMPILE")
    f()
    assert s.get_value() == 8


@pytest.mark.parametrize(
    "returned",
    [
        lambda h, s: (h * 2, {s: s + h}, until(h > 3)),
        lambda h, s: ([h * 2], [(s, s + h)], until(h > 3)),
        lambda h, s: ((h * 2,), OrderedUpdates([(s, s + h)]), until(h > 3)),
    ],
)
def test_what_a_step_may_return(returned):
    s = pytensor.shared(d(0))
    steps, updates = scan(lambda h: returned(h, s), outputs_info=pt.constant(d(1)), n_steps=100)
    f = pytensor.function([], steps, updates=updates, mode="FAST_COMPILE")
    np.testing.assert_array_equal(f(), [2, 4, 8])
    assert s.get_value() == 7


@pytest.mark.parametrize(
    "returned",
    [
        lambda h, s: ({s: s + 1}, h),
        lambda h, s: (until(h > 1), h),
        lambda h, s: h.eval,
        lambda h, s: [h, 1.0],
        lambda h, s: (h, {s: s}, until(h > 1), h),
    ],
)
def test_what_it_may_not(returned):
    s = pytensor.shared(d(0))
    with pytest.raises(ValueError, match="Expected outputs"):
        scan(lambda h: returned(h, s), outputs_info=pt.constant(d(1)), n_steps=2)


def test_taps_and_going_backwards():
    """Written out in NumPy."""
    v = np.arange(10.0)
    for backwards in (False, True):
        steps, _ = scan(
            lambda a, b, h2, h1, c: h1 + h2 + a * b + c,
            sequences=[{"input": pt.constant(v), "taps": [-2, 1]}],
            outputs_info=[{"initial": pt.constant(np.ones(2)), "taps": [-2, -1]}],
            non_sequences=[2.0],
            go_backwards=backwards,
        )
        pairs = list(zip(v[:-3], v[3:], strict=True))
        h = [1.0, 1.0]
        for a, b in reversed(pairs) if backwards else pairs:
            h.append(h[-1] + h[-2] + a * b + 2)
        np.testing.assert_allclose(value(steps), h[2:])


def test_n_steps():
    n = pt.lscalar("n")

    def double(h):
        return h * 2

    one = pt.constant(d(1))
    symbolic, _ = scan(double, outputs_info=one, n_steps=n)
    np.testing.assert_array_equal(value(symbolic, [n], [4]), [2, 4, 8, 16])
    assert value(symbolic, [n], [0]).shape == (0,)
    none, _ = scan(double, outputs_info=one, n_steps=0)
    assert value(none).shape == (0,)
    for counted in (None, np.nan, np.inf):
        rows, _ = scan(lambda row: row, sequences=pt.constant(X), n_steps=counted)
        assert value(rows).shape == (3, 2)
    floating, _ = scan(double, outputs_info=one, n_steps=3.0)
    assert value(floating).shape == (3,)
    with pytest.raises(TypeError, match="expected an integer"):
        scan(double, outputs_info=one, n_steps=2.5)
    with pytest.raises(ValueError, match="expected an integer"):
        scan(double, outputs_info=one, n_steps=pt.dscalar())
    with pytest.raises(ValueError, match="number of steps"):
        scan(double, outputs_info=one)


@pytest.mark.parametrize("steps", [1, -1, np.int64(1), pt.constant(1)])
def test_one_step_is_no_loop(steps):
    x = pt.dmatrix("x")
    outputs, updates = scan(
        lambda row, h: [h + row, row.sum()],
        sequences=x,
        outputs_info=[pt.constant(np.ones(2)), None],
        n_steps=steps,
    )
    assert isinstance(updates, OrderedUpdates)
    # The first axis does not broadcast, as if there were a loop.
    assert outputs[0].type.shape[0] is None
    sums, totals = value(outputs, [x], [X])
    np.testing.assert_array_equal(sums, X[:1] + 1)
    np.testing.assert_array_equal(totals, [1])
    with pytest.warns(UserWarning, match="ignored, since there is one step"):
        scan(lambda h: (h, until(h > 0)), outputs_info=pt.constant(d(1)), n_steps=1)


def test_errors_of_arguments():
    one = pt.constant(d(1))
    for info, says in (
        ({"taps": [-1]}, "no initial state"),
        ({"initial": one, "taps": [-1, -1]}, "each once"),
        ({"initial": one, "taps": [1]}, "negative"),
        ({"initial": one, "return_steps": 1}, "took out"),
    ):
        with pytest.raises(ValueError, match=says):
            scan(lambda h: h, outputs_info=[info], n_steps=3)
    with pytest.raises(ValueError, match="Please provide None"):
        scan(lambda h: [h, h], outputs_info=[one], n_steps=3)
    with pytest.raises(ValueError, match="float64"):  # an upcast of the state
        scan(lambda h: h * one, outputs_info=pt.constant(np.float32(1)), n_steps=3)


def test_the_arguments_are_left_as_they_are():
    sequence, info = {"input": pt.constant(X)}, {"initial": pt.constant(np.zeros(2))}
    scan(lambda row, h: h + row, sequences=[sequence], outputs_info=[info])
    assert (set(sequence), set(info)) == ({"input"}, {"initial"})


# States that have length 1 by construction, and what a step makes of them.
x, n, a0 = pt.dmatrix("x"), pt.iscalar("n"), pt.dvector("a0")
STATES = {
    "column": (lambda: pt.alloc(d(0), n, 1), lambda a, h: pt.tanh(h + a.sum() / 10)),
    "column that broadcasts": (
        lambda: pt.alloc(d(0), n, 1),
        lambda a, h: (h + a).sum(axis=1, keepdims=True),
    ),
    "column, result not known to be": (
        lambda: pt.alloc(d(0), n, 1),
        lambda a, h: (h + a).sum(axis=1).reshape((h.shape[0], -1)),
    ),
    "row": (
        lambda: pt.alloc(d(0), 1, 5),
        lambda a, h: pt.dot(a.dimshuffle("x", 0), np.ones((2, 5))) + h,
    ),
    "row, result not known to be": (
        lambda: pt.constant(np.zeros((1, 5))),
        lambda a, h: h + pt.dot(pt.eye(n)[:1] * a.sum(), pt.ones((n, 5))),
    ),
    "padded": (lambda: pt.shape_padleft(a0), lambda a, h: h * a + a),
    "known lengths": (lambda: pt.zeros((2,)), lambda a, h: h[: n + 2] + a),
}


def state_outputs(name):
    initial, step = STATES[name]
    steps, _ = scan(step, sequences=[x], outputs_info=[initial()])
    cost = (steps[-1] ** 2).sum()
    return [steps, pt.grad(cost, x)]


def by_differences(name, arguments):
    """The gradient of the same cost by central differences, evaluated in Python."""
    initial, step = STATES[name]
    steps, _ = scan(step, sequences=[x], outputs_info=[initial()])
    f = compiled("python", [x, n, a0], [(steps[-1] ** 2).sum()])
    slopes = np.empty_like(X)
    for index in np.ndindex(X.shape):
        up, down = X.copy(), X.copy()
        up[index] += 1e-5
        down[index] -= 1e-5
        slopes[index] = (f(up, *arguments)[0] - f(down, *arguments)[0]) / 2e-5
    return slopes


@pytest.mark.core
@pytest.mark.parametrize("name", STATES)
def test_states_of_length_one(name):
    arguments = [np.int32(3), np.ones(2)]
    outputs = state_outputs(name)
    _, slope = value(outputs, [x, n, a0], [X, *arguments])
    np.testing.assert_allclose(slope, by_differences(name, arguments), rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("backend", ["c", pytest.param("jax", marks=pytest.mark.long), NUMBA_LONG])
def test_states_of_length_one_on_backends(backend):
    arguments = [X, np.int32(3), np.ones(2)]
    names = ("column that broadcasts", "row, result not known to be")
    outputs = [output for name in names for output in state_outputs(name)]
    reference = value(outputs, [x, n, a0], arguments)
    for ours, expected in zip(
        value(outputs, [x, n, a0], arguments, backend), reference, strict=True
    ):
        np.testing.assert_allclose(ours, expected, rtol=1e-9)


def test_an_output_broadcasts_as_the_steps_does():
    """Theano's idiom hs * mask[:, :, None] with hs of (time, n, 1)."""
    hs, _ = scan(lambda a, h: h + a.sum(), sequences=x, outputs_info=pt.alloc(d(0), n, 1))
    assert hs.type.shape[-1] == 1
    product = hs * x[:, None, :]
    assert value(product, [x, n], [X, np.int32(4)]).shape == (3, 4, 2)


def test_truncated_gradient():
    w = pt.dscalar("w")
    steps, _ = scan(
        lambda a, h: a + w * h,
        sequences=pt.constant(np.ones(4)),
        outputs_info=pt.constant(d(1)),
        truncate_gradient=2,
    )
    slope = value(pt.grad(steps[-1], w), [w], [0.5])
    h = [1.0]
    for _ in range(4):
        h.append(1 + 0.5 * h[-1])
    np.testing.assert_allclose(slope, h[3] + 0.5 * h[2])


def test_a_gradient_through_a_loop_that_stops():
    w = pt.dscalar("w")
    steps, _ = scan(lambda h: (h * w, until(h > 3)), outputs_info=pt.constant(d(1)), n_steps=50)
    np.testing.assert_allclose(value(pt.grad(steps[-1], w), [w], [2.0]), 3 * 2.0**2)


@pytest.mark.core
@pytest.mark.parametrize("where", ["outside", "inside"])
def test_streams_draw_anew_in_each_step_and_call(where):
    made = []

    def streams():
        made.append(RandomStreams(7))
        return made[-1]

    outer = streams()

    def step(h):
        drawn = (outer if where == "outside" else streams()).normal((2,))
        return h + drawn

    steps, updates = scan(step, outputs_info=pt.zeros((2,)), n_steps=4)
    assert len(updates) == 1
    assert made[-1].state_updates[0][0].default_update is not None
    f = pytensor.function([], steps, updates=updates, mode="FAST_COMPILE")
    seed = int(np.random.RandomState(7).randint(2**30))
    expected = np.cumsum(np.random.RandomState(seed).normal(size=(12, 2)).reshape(3, 4, 2), axis=1)
    np.testing.assert_allclose([f(), f(), f()], expected)


@pytest.mark.parametrize("backend", ["c", "jax", NUMBA_LONG])
def test_streams_in_steps_on_backends(backend):
    def draws():
        of_numpy, of_mrg = RandomStreams(7), MRG_RandomStreams(7)
        steps, updates = scan(
            lambda h: h + of_numpy.uniform((2,), dtype="float64") + of_mrg.uniform((2,)),
            outputs_info=pt.zeros((2,), dtype="float64"),
            n_steps=3,
        )
        return steps, updates

    results = []
    for chosen in (PythonBackend(), backend):
        steps, updates = draws()
        f = symopt.function([], steps, updates=updates, backend=chosen)
        results.append([f(), f()])
    np.testing.assert_allclose(results[1], results[0], rtol=1e-6)
    assert (results[0][0] != results[0][1]).all()


def test_a_draw_that_a_step_is_given_is_drawn_once():
    y = RandomStreams(123).uniform((3,))
    rows, updates = scan(lambda a: a * 1, non_sequences=y, n_steps=2)
    assert not updates
    once, twice = compiled("python", [], [y, rows])()
    np.testing.assert_array_equal(twice, [once, once])


def test_shared_variables_and_strict():
    w = pytensor.shared(d(2), name="w")
    steps, _ = scan(lambda h: h * w, outputs_info=pt.constant(d(1)), n_steps=2)
    np.testing.assert_array_equal(value(steps), [2, 4])
    given, _ = scan(
        lambda h, w: h * w,
        outputs_info=pt.constant(d(1)),
        non_sequences=[w],
        n_steps=2,
        strict=True,
    )
    np.testing.assert_array_equal(value(given), [2, 4])
    with pytest.raises(pytensor.graph.utils.MissingInputError):
        scan(lambda h: h * w, outputs_info=pt.constant(d(1)), n_steps=2, strict=True)


def test_views():
    m = pt.constant(X)
    np.testing.assert_array_equal(value(map(lambda row: row.sum(), m)[0]), [1, 5, 9])
    zero = pt.zeros((2,))

    def horner(row, total):
        return total * 2 + row

    np.testing.assert_array_equal(value(reduce(horner, m, zero)[0]), [8, 15])
    np.testing.assert_array_equal(value(foldl(horner, m, zero)[0]), [8, 15])
    np.testing.assert_array_equal(value(foldr(horner, m, zero)[0]), [20, 27])
    both, _ = reduce(lambda row, s, t: [s + row, t * row], m, [zero, pt.ones((2,))])
    np.testing.assert_array_equal(value(both), [[6, 9], [0, 15]])


@pytest.mark.parametrize("steps", [10, 12])
def test_checkpoints(steps):
    a, k = pt.dvector("a"), pt.iscalar("k")
    powers, _ = scan_checkpoints(
        lambda power, a: power * a,
        outputs_info=pt.ones_like(a),
        non_sequences=a,
        n_steps=k,
        save_every_N=5,
    )
    arguments = [np.array([0.5, 1.0, 2.0]), np.int32(steps)]
    power, slope = value([powers[-1], pt.grad(powers[-1].sum(), a)], [a, k], arguments)
    np.testing.assert_allclose(power, arguments[0] ** steps)
    np.testing.assert_allclose(slope, steps * arguments[0] ** (steps - 1))
    with pytest.raises(RuntimeError, match="taps"):
        scan_checkpoints(lambda h: h, outputs_info={"initial": a, "taps": [-1]}, n_steps=k)
