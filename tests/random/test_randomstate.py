"""RandomStreams on NumPy's RandomState against Theano 1.0.5's (tests/golden/randomstate)."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

from symopt.errors import DTypeError, ShapeError, StateDictError
from symopt.random import randomstate_draws as draws_of
from symopt.random.randomstate import RandomStreams
from symopt.random.randomstate_op import RandomFunction
from symopt.random.randomstate_type import from_vector, random_state_type, to_vector
from tests.nnet.evaluate import NUMBA_LONG, compiled
from tests.problems import golden

v = pt.as_tensor_variable

# What tests/golden/made_by/randomstate.py draws, given streams and the dtype.
CASES = {
    "uniform_broadcast": lambda s, d: s.uniform(low=v(column(d)), high=v(rows(d) + 300)),
    "uniform_minus_one": lambda s, d: s.uniform(size=(2, -1), low=v(rows(d)), high=v(rows(d) + 1)),
    "uniform_ndim": lambda s, d: s.uniform(size=v(np.asarray([2, 3])), ndim=2),
    "uniform_scalar": lambda s, d: s.uniform(size=(), low=-1.0, high=1.0),
    "uniform_float64": lambda s, d: s.uniform(size=(3,), dtype="float64"),
    "normal_moved": lambda s, d: s.normal(size=(2, 3), avg=v(rows(d)), std=0.5),
    "normal_odd": lambda s, d: s.normal(size=(3,)),
    "binomial_n": lambda s, d: s.binomial(size=(2, 3), n=5, p=v(np.asarray([0.1, 0.5, 0.9], d))),
    "binomial_none": lambda s, d: s.binomial(n=3, p=v(column(d) / 20 + 0.1)),
    "binomial_floatX": lambda s, d: s.binomial(size=(4,), p=0.5, dtype=d),
    "random_integers_arrays": lambda s, d: s.random_integers(
        low=v(np.asarray([0, 5, 100])), high=v(np.asarray([[3], [500]]) + 100)
    ),
    "random_integers_int8": lambda s, d: s.random_integers(size=(5,), low=-2, high=127),
    "choice": lambda s, d: s.choice(size=(2, 3), a=7),
    "choice_vector": lambda s, d: s.choice(
        size=(4,), a=v(np.asarray([3, 1, 4, 1, 5])), replace=False
    ),
    "choice_p": lambda s, d: s.choice(size=(5,), a=3, p=[0.1, 0.2, 0.7]),
    "poisson": lambda s, d: s.poisson(size=(2, 3), lam=4.0),
    "poisson_array": lambda s, d: s.poisson(size=(2, 3), lam=v(rows(d) + 1)),
    "permutation_many": lambda s, d: s.permutation(size=(2, 2), n=5),
    "multinomial_none": lambda s, d: s.multinomial(
        n=v(np.asarray([3, 7])),
        pvals=v(np.asarray([[[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]]], d)),
    ),
    "multinomial_size": lambda s, d: s.multinomial(size=(3, 2), n=10, pvals=[0.2, 0.3, 0.5]),
    "shuffle": lambda s, d: s.shuffle_row_elements(v(np.arange(12.0).reshape(3, 4).astype(d))),
}


def column(dtype):
    return np.asarray([[0.0], [10.0]], dtype)


def rows(dtype):
    return np.asarray([0.0, 100.0, 200.0], dtype)


def check(floatX, backend):
    expected = golden(f"randomstate/randomstate.{'f32' if floatX == 'float32' else 'f64'}.npz")
    with pytensor.config.change_flags(floatX=floatX):
        all_streams, outputs = {}, []
        for name, make in CASES.items():
            streams = all_streams[name] = RandomStreams(321)
            streams.uniform((1,))
            outputs.append(make(streams, floatX))
        f = compiled(backend, [], outputs)
        for call in (0, 1, 2, "seeded"):
            if call == "seeded":
                for streams in all_streams.values():
                    streams.seed(99)
            for name, drawn in zip(CASES, f(), strict=True):
                drawn = np.asarray(drawn)
                assert drawn.dtype == expected[f"{name}/{call}"].dtype, name
                np.testing.assert_array_equal(drawn, expected[f"{name}/{call}"], name)


@pytest.mark.core
@pytest.mark.parametrize("floatX", ["float32", "float64"])
def test_theanos_numbers(floatX):
    check(floatX, "python")


@pytest.mark.parametrize("backend", ["c", "jax", NUMBA_LONG])
def test_theanos_numbers_on_backends(backend):
    check("float32", backend)


def test_numba_draws_on_the_host_without_a_warning():
    u = RandomStreams(321).uniform((2,))
    expected = np.random.RandomState(int(np.random.RandomState(321).randint(2**30))).uniform(size=2)
    np.testing.assert_array_equal(compiled("numba", [], [u])()[0], expected)


def test_a_size_that_follows_from_an_input():
    x = pt.matrix("x")
    streams = RandomStreams(3)
    outputs = [
        streams.uniform(x.shape, dtype="float64"),
        streams.uniform((x.shape[0], 2), dtype="float64"),
        streams.permutation(n=x.shape[1]),
    ]
    values = {b: compiled(b, [x], outputs)(np.zeros((3, 5), x.dtype)) for b in ("python",)}
    streams.seed()
    values["jax"] = compiled("jax", [x], outputs)(np.zeros((3, 5), x.dtype))
    assert [value.shape for value in values["jax"]] == [(3, 5), (3, 2), (5,)]
    for ours, reference in zip(values["jax"], values["python"], strict=True):
        np.testing.assert_array_equal(ours, reference)


def test_the_state_is_a_random_state_from_outside():
    """The idiom of Theano's documentation."""
    u = RandomStreams(234).uniform((2, 2))
    f = compiled("python", [], [u])
    state = u.rng.get_value(borrow=True)
    assert type(state) is np.random.RandomState
    state.seed(89234)
    u.rng.set_value(state, borrow=True)
    np.testing.assert_array_equal(f()[0], np.random.RandomState(89234).uniform(size=(2, 2)))
    np.testing.assert_array_equal(
        u.rng.get_value().uniform(), np.random.RandomState(89234).uniform(size=5)[4]
    )


def test_a_normal_draw_left_over_is_part_of_the_state():
    state = np.random.RandomState(5)
    state.normal()
    again = from_vector(to_vector(state))
    np.testing.assert_array_equal(again.normal(size=3), state.normal(size=3))


def test_streams_by_item_and_updates():
    streams = RandomStreams(1)
    u = streams.uniform((2,))
    assert streams.updates() == [u.update]
    assert u.update[0] is u.rng
    streams[u.rng] = np.random.RandomState(1)
    assert streams[u.rng].randint(100) == np.random.RandomState(1).randint(100)


def test_state_dict():
    streams = RandomStreams(1)
    f = compiled("python", [], [streams.normal((3,)), streams.uniform((2,))])
    f()
    saved = streams.state_dict()
    first = f()
    streams.load_state_dict(saved)
    for ours, before in zip(f(), first, strict=True):
        np.testing.assert_array_equal(ours, before)
    wrong = {"randomstate/0": np.zeros(3), "x": np.zeros(3)}
    with pytest.raises(StateDictError, match=r"randomstate/1 is missing; x is unexpected; rand"):
        streams.load_state_dict(wrong)


def test_an_explicit_state_as_an_input():
    """The form of raw_random: the state goes in and comes out."""
    state = random_state_type("state")
    after, draws = draws_of.uniform(state, (3,), dtype="float64")
    f = compiled("python", [state], [after, draws])
    vector, first = f(np.random.RandomState(7))
    together = np.random.RandomState(7).uniform(size=(2, 3))
    np.testing.assert_array_equal([first, f(from_vector(vector))[1]], together)


def test_a_function_of_the_user_draws():
    def two(random_state, scale, size):
        return random_state.uniform(size=(*size, 2)) * scale

    op = RandomFunction(two, pt.TensorType("float64", (None, None)), ndim_added=1)
    streams = RandomStreams(1)
    (value,) = compiled("python", [], [streams.gen(op, (3,), 2.0)])()
    seed = int(np.random.RandomState(1).randint(2**30))
    np.testing.assert_array_equal(value, 2 * np.random.RandomState(seed).uniform(size=(3, 2)))


def test_no_gradient_through_parameters():
    low = pt.scalar("low")
    draws = RandomStreams(1).uniform((2,), low=low)
    with pytest.raises(TypeError, match="no gradient"):
        pt.grad(draws.sum(), low)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda s: s.uniform((2,), low=np.zeros((2, 2))), ShapeError, "a parameter has 2 dim"),
        (lambda s: s.uniform((2,), ndim=3), ShapeError, "ndim=3"),
        (lambda s: s.uniform((2, -2)), ShapeError, "at least 0"),
        (lambda s: s.uniform((-1,)), ShapeError, "no parameter has a length"),
        (lambda s: s.uniform(pt.matrix()), DTypeError, "expected a vector of integers"),
        (lambda s: s.choice(), DTypeError, "give size"),
        (lambda s: s.permutation(ndim=2, n=3), TypeError, "leave ndim out"),
    ],
)
def test_errors(call, error, says):
    with pytest.raises(error, match=says):
        call(RandomStreams(1))


def test_a_shape_of_another_number_of_dimensions_is_an_error_when_it_runs():
    size = pt.lvector("size")
    f = compiled("python", [size], [RandomStreams(1).uniform(size, ndim=2)])
    with pytest.raises(ValueError, match="expected 2"):
        f(np.array([1, 2, 3]))


def test_probabilities_that_are_none():
    draws = RandomStreams(1).multinomial(pvals=pt.constant([0.9, 0.9]))
    with pytest.raises(AssertionError, match="expected at most 1"):
        compiled("python", [], [draws])()
