"""The generator: seeds, streams and states of MRG31k3p."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import DTypeError, HyperparameterError, ShapeError
from symopt.random import MAX_STREAMS, first_states, integers, stream_count
from symopt.random.mrg31k3p import M1, M2

pytestmark = pytest.mark.core


def by_hand(states, size):
    """The recurrences as the paper has them, one draw at a time, in Python's integers."""
    rows, drawn = [[int(word) for word in row] for row in states], []
    for i in range(size):
        x1, x2, x3, y1, y2, y3 = rows[i % len(rows)]
        x = (2**22 * x2 + (2**7 + 1) * x3) % M1
        y = (2**15 * y1 + (2**15 + 1) * y3) % M2
        rows[i % len(rows)] = [x, x1, x2, y, y1, y2]
        drawn.append((x - y) % M1 or M1)
    return drawn, rows


@pytest.mark.parametrize(
    ("streams", "size"), [(1, 1), (1, 5), (5, 0), (5, 3), (5, 5), (5, 6), (5, 10), (5, 13)]
)
def test_draws_and_states_against_the_paper(streams, size, python_backend):
    first = first_states([M1 - 1, 0, 7, M2 - 1, M2 - 1, M2 - 1], streams)
    states = pytensor.shared(first)
    draws, new_states = integers(states, size)
    assert (draws.dtype, new_states.dtype) == ("int32", "int32")
    f = symopt.function([], draws, updates=[(states, new_states)], backend=python_backend)
    expected, rows = by_hand(first, size)
    np.testing.assert_array_equal(f(), expected)
    np.testing.assert_array_equal(states.get_value(), rows)


def test_streams_and_variables_of_a_seed():
    states = first_states(1234, 11)
    assert states.dtype == "int32"
    np.testing.assert_array_equal(states[0], [1234] * 6)
    assert len(np.unique(states, axis=0)) == 11
    np.testing.assert_array_equal(first_states(1234, 3), states[:3])
    np.testing.assert_array_equal(first_states(list(states[4]), 7), states[4:])
    second = first_states(1234, 1, offset=1)[0]
    np.testing.assert_array_equal(first_states(second, 4, 2), first_states(1234, 4, 3))


def test_stream_count():
    sizes = [0, 1, 6, 7, 20, 30000, 10**6]
    assert [stream_count(size) for size in sizes] == [1, 1, 6, 1, 3, 5000, MAX_STREAMS]


@pytest.mark.parametrize(
    "seed",
    [
        *(0, -1, M2, 1.0, True, "123456", [1] * 5, [0, 0, 0, 1, 1, 1], [1, 1, 1, 0, 0, 0]),
        *([M1, 1, 1, 1, 1, 1], [1, 1, 1, M2, 1, 1], [1, 1, 1, -1, 1, 1]),
    ],
)
def test_seeds_out_of_range(seed):
    with pytest.raises(HyperparameterError, match=r"seed=.*expected an integer in \[1, 2147462579"):
        first_states(seed, 1)


def test_other_arguments_out_of_range():
    with pytest.raises(HyperparameterError, match="streams=0"):
        first_states(1, 0)
    with pytest.raises(HyperparameterError, match="offset=-1"):
        first_states(1, 1, -1)
    with pytest.raises(HyperparameterError, match="size=-1"):
        integers(pytensor.shared(first_states(1, 1)), -1)


def test_states_have_to_be_of_known_shape():
    with pytest.raises(DTypeError, match="int32 matrix"):
        integers(pytensor.shared(np.ones((3, 6))), 3)
    with pytest.raises(DTypeError, match="int32 matrix"):
        integers(pytensor.shared(np.ones(6, "int32")), 3)
    with pytest.raises(ShapeError, match="specify_shape"):
        integers(pt.imatrix("states"), 3)
    with pytest.raises(ShapeError, match=r"\(3, 5\).*expected \(streams, 6\)"):
        integers(pytensor.shared(np.ones((3, 5), "int32")), 3)
    draws, new_states = integers(pt.specify_shape(pt.imatrix("states"), (2, 6)), 3)
    assert (draws.type.shape, new_states.type.shape) == ((3,), (2, 6))


def test_states_of_another_shape_are_an_error(python_backend):
    states = pytensor.shared(first_states(1, 5))
    f = symopt.function([], integers(states, 5)[0], backend=python_backend)
    states.set_value(first_states(1, 6))
    with pytest.raises(AssertionError, match="shape"):
        f()
