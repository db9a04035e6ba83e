"""Draws against those of Theano 1.0.5 (tests/golden/rng)."""

from functools import partial

import numpy as np
import pytensor
import pytest

import symopt
from symopt.errors import HyperparameterError
from symopt.random import (
    MAX_STREAMS,
    first_states,
    normal,
    rademacher,
    stream_count,
    uniform,
)
from tests.problems import golden

DTYPES = ("float32", "float64")
UNIFORM = {  # name of the golden case: seed, streams
    "mrg_uniform_1234": (1234, stream_count(20)),
    "mrg_uniform_123": (123, stream_count(20)),
    "mrg_uniform_42": (42, stream_count(20)),
    "mrg_seed_list": ([1, 2, 3, 4, 5, 6], stream_count(5)),
    "mrg_uniform_nstreams": (1234, 7),
}
NORMAL = {"mrg_normal_even": (0, 1), "mrg_normal_odd": (1, 2)}  # mean, standard deviation


def theano(case, call, dtype, draw=0):
    path = f"rng/rng.{'f32' if dtype == 'float32' else 'f64'}.npz"
    return golden(path)[f"{case}/call{call}/{draw}"].ravel()


def sampler(distribution, states, size, dtype, backend):
    """A function of no arguments that draws and advances the state."""
    states = pytensor.shared(states)
    draws, new_states = distribution(states, size, dtype)
    assert (draws.dtype, draws.ndim) == (dtype, 1)
    return symopt.function([], draws, updates=[(states, new_states)], backend=backend)


def check_normal(standard, case, expected):
    mean, deviation = NORMAL[case]
    dtype = expected.dtype.type
    ulp = np.spacing(np.maximum(abs(dtype(deviation) * standard), dtype(mean)))
    assert np.all(abs(dtype(deviation) * standard + dtype(mean) - expected) <= 4 * ulp)


@pytest.mark.core
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", UNIFORM)
def test_uniform_to_the_bit(case, dtype, python_backend):
    seed, streams = UNIFORM[case]
    size = theano(case, 0, dtype).size
    f = sampler(uniform, first_states(seed, streams), size, dtype, python_backend)
    for call in range(3):
        np.testing.assert_array_equal(f(), theano(case, call, dtype))


@pytest.mark.core
def test_thousands_of_streams(python_backend):
    streams = stream_count(300 * 100)
    draws = sampler(uniform, first_states(1234, streams), streams, "float32", python_backend)()
    np.testing.assert_array_equal(
        draws[4900:], theano("mrg_uniform_big", 0, "float32", "4900:5000")
    )


@pytest.mark.core
@pytest.mark.parametrize("dtype", DTYPES)
def test_two_random_variables_of_a_seed(dtype, python_backend):
    functions = [
        sampler(uniform, first_states(1234, 3, offset), 3, dtype, python_backend)
        for offset in range(2)
    ]
    for call in range(3):
        for draw, f in enumerate(functions):
            np.testing.assert_array_equal(f(), theano("mrg_two_streams", call, dtype, draw))


@pytest.mark.core
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("case", NORMAL)
def test_normal(case, dtype, python_backend):
    size = theano(case, 0, dtype).size
    f = sampler(normal, first_states(1234, MAX_STREAMS), size, dtype, python_backend)
    for call in range(3):
        check_normal(f(), case, theano(case, call, dtype))


@pytest.mark.core
def test_rademacher(python_backend):
    first = first_states(5, 5000)
    f, g = (sampler(rademacher, first, 10000, dtype, python_backend) for dtype in DTYPES)
    signs = f()
    assert set(np.unique(signs)) == {-1, 1}
    assert abs(signs.mean()) < 0.03  # three standard deviations
    np.testing.assert_array_equal(g(), signs)
    assert np.any(f() != signs)


@pytest.mark.core
@pytest.mark.parametrize("distribution", [uniform, normal, rademacher])
def test_edges(distribution, python_backend):
    first = first_states(1, 4)
    assert sampler(distribution, first, 0, "float32", python_backend)().shape == (0,)
    assert sampler(distribution, first, 1, "float32", python_backend)().shape == (1,)
    with pytest.raises(HyperparameterError, match="size='3'"):
        distribution(pytensor.shared(first), "3", "float32")
    with pytest.raises(HyperparameterError, match="dtype='int32'.*'float32', 'float64'"):
        distribution(pytensor.shared(first), 3, "int32")


@pytest.mark.core
def test_ends_have_to_be_finite():
    with pytest.raises(HyperparameterError, match="high=inf"):
        uniform(pytensor.shared(first_states(1, 4)), 3, "float32", high=np.inf)


@pytest.mark.core
@pytest.mark.parametrize("floatX", DTYPES)
def test_floatX_makes_no_difference(floatX, python_backend):  # noqa: N802
    with pytensor.config.change_flags(floatX=floatX):
        for dtype in DTYPES:
            f = sampler(normal, first_states(1234, MAX_STREAMS), 15, dtype, python_backend)
            check_normal(f(), "mrg_normal_odd", theano("mrg_normal_odd", 0, dtype))


@pytest.mark.core
@pytest.mark.parametrize("dtype", DTYPES)
def test_another_interval_to_the_bit(dtype, python_backend):
    f = sampler(partial(uniform, low=-2, high=3), first_states(1234, 5), 5, dtype, python_backend)
    for call in range(3):
        np.testing.assert_array_equal(f(), theano("mrg_uniform_range", call, dtype))


@pytest.mark.parametrize("backend", ["c", "numba"])
def test_backends(backend):
    """With a loop and without, both dtypes, all formulas, in one compiled function."""
    cases = [
        (uniform, 3, "mrg_uniform_1234", "float32"),
        (partial(uniform, low=-2, high=3), 5, "mrg_uniform_range", "float32"),
        (normal, 30, "mrg_normal_odd", "float64"),
    ]
    outputs, updates = [], []
    for distribution, streams, case, dtype in cases:
        states = pytensor.shared(first_states(1234, streams))
        draws, new_states = distribution(states, theano(case, 0, dtype).size, dtype)
        outputs.append(draws)
        updates.append((states, new_states))
    # A factor that a compiler merges with the one that made the draws changes no bit.
    outputs.append(outputs[0] * np.float32(0.625))
    f = symopt.function([], outputs, updates=updates, backend=backend)
    for call in range(3):
        *drawn, scaled = f()
        for draws, (_, _, case, dtype) in zip(drawn, cases, strict=True):
            assert draws.dtype == dtype
            if case in NORMAL:
                check_normal(draws, case, theano(case, call, dtype))
            else:
                np.testing.assert_array_equal(draws, theano(case, call, dtype))
        np.testing.assert_array_equal(scaled, drawn[0] * np.float32(0.625))


@pytest.mark.core
def test_streams_side_by_side_have_no_loop():
    states = pytensor.shared(first_states(1, 4))
    for size, loops in ((4, False), (5, True)):
        draws, _ = uniform(states, size, "float32")
        nodes = pytensor.graph.traversal.toposort([draws])
        assert any(type(node.op).__name__ == "Scan" for node in nodes) is loops
