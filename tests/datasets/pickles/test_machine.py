"""What pickles of plain data give, and how stubs describe everything else."""

from __future__ import annotations

import pickle
from collections import OrderedDict, defaultdict, deque
from fractions import Fraction
from typing import Any

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.datasets.pickles import Global, PickleError, Stub, load
from symopt.datasets.pickles.calls import DATA
from symopt.datasets.pickles.objects import check_key
from symopt.datasets.pickles.reader import Reader

pytestmark = pytest.mark.core

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def loads(data: bytes) -> Any:
    return load(data, DATA, stubs=True)[0]


def assert_same(found: Any, expected: Any) -> None:
    if isinstance(expected, np.ndarray) and expected.dtype.kind != "O":
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype.newbyteorder("="))
        assert found.tobytes() == expected.astype(found.dtype).tobytes()
    elif isinstance(expected, np.ndarray):
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        for left, right in zip(found.ravel(), expected.ravel(), strict=True):
            assert_same(left, right)
    elif isinstance(expected, list | tuple):
        assert type(found) is type(expected)
        for left, right in zip(found, expected, strict=True):
            assert_same(left, right)
    elif isinstance(expected, dict):
        assert list(found) == list(expected)
        for key in expected:
            assert_same(found[key], expected[key])
    else:
        assert type(found) is type(expected)
        assert found == expected or (found != found and expected != expected)


ARRAYS = hnp.arrays(
    hnp.scalar_dtypes() | hnp.array_dtypes(hnp.scalar_dtypes(), max_size=2, allow_subarrays=False),
    hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
).filter(lambda array: array.dtype.itemsize > 0)
NUMBERS = st.booleans() | st.integers() | st.complex_numbers(allow_nan=False)
HASHABLE = st.none() | NUMBERS | st.text() | st.binary()
VALUES = st.recursive(
    HASHABLE | st.floats() | ARRAYS | st.frozensets(HASHABLE, max_size=3),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(HASHABLE, inner, max_size=3)
        | st.dictionaries(st.text(), inner, max_size=3).map(OrderedDict)
        | st.sets(HASHABLE, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(value=VALUES, protocol=st.sampled_from(PROTOCOLS))
def test_plain_data_comes_back(value, protocol):
    assert_same(loads(pickle.dumps(value, protocol)), pickle.loads(pickle.dumps(value, protocol)))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_object_arrays_of_anything(protocol):
    inner = np.empty((2, 2), object)
    inner[0, 0], inner[0, 1], inner[1, 0] = [1, 2], np.arange(3.0), {"a": inner}
    whole = np.array(OrderedDict(x=inner), dtype=object)
    found = loads(pickle.dumps(whole, protocol))
    assert found.shape == ()
    block = found[()]["x"]
    assert block.shape == (2, 2)
    assert block[0, 0] == [1, 2]
    np.testing.assert_array_equal(block[0, 1], np.arange(3.0))
    assert block[1, 0]["a"] is block
    assert block[1, 1] is None


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_arrays_that_are_one_object_stay_one(protocol):
    array = np.asfortranarray(np.arange(6.0).reshape(2, 3))
    first, (second,) = loads(pickle.dumps([array, (array,)], protocol))
    assert first is second
    assert first.flags.writeable
    np.testing.assert_array_equal(first, array)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_collections(protocol):
    counts = defaultdict(int, a=1)
    values = [counts, {1, 2}, frozenset("a"), b"", b"\xff", bytearray(b"x")]
    found = loads(pickle.dumps(values, protocol))
    assert found == [{"a": 1}, {1, 2}, frozenset("a"), b"", b"\xff", b"x"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_other_objects_are_described(protocol):
    class_name = f"{__name__}.Layer"
    layer = Layer(np.ones(2), "first")
    found = loads(pickle.dumps([layer, layer, deque([1, 2]), Fraction(1, 3), Layer], protocol))
    stub, again, queue, fraction, named = found
    assert isinstance(stub, Stub)
    assert stub is again
    assert stub.class_name == class_name
    assert list(stub.attributes) == ["W", "name"]
    np.testing.assert_array_equal(stub.attributes["W"], 1)
    assert repr(stub) == f"<{class_name} of a pickle>"
    assert (queue.items or list(queue.args[0])) == [1, 2]  # appended, or an argument
    assert fraction.args
    assert named == Global(__name__, "Layer")
    assert str(named) == class_name


class Layer:
    def __init__(self, weights: np.ndarray, name: str) -> None:
        self.W = weights
        self.name = name


class Slotted:
    __slots__ = ("a",)

    def __init__(self) -> None:
        self.a = 1


class Listed(list):
    pass


class Mapped(dict):
    pass


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_subclasses_of_containers(protocol):
    mapped, listed = loads(pickle.dumps([Mapped(a=np.zeros(1)), Listed([5])], protocol))
    assert [key for key, _ in mapped.entries] == ["a"]
    assert mapped.entries[0][1].shape == (1,)
    assert listed.items == [5]


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_slots(protocol):
    assert loads(pickle.dumps(Slotted(), protocol)).attributes == {"a": 1}


def test_a_random_state():
    state = np.random.RandomState(3)
    stub = loads(pickle.dumps(state, 2))
    assert stub.class_name == "numpy.random._pickle.__randomstate_ctor"
    found = next(value for value in stub.attributes.values() if isinstance(value, dict))
    np.testing.assert_array_equal(found["key"], state.get_state(legacy=False)["state"]["key"])


def test_names_of_the_extension_registry_and_persistent_ids():
    assert loads(b"\x80\x02\x82\x05.") == Global("copyreg", "extension 5")
    stub = loads(b"Pone\n.")
    assert (stub.class_name, stub.args) == ("persistent id", ("one",))
    value, _ = load(b"(Pone\nI2\nQl.", DATA, stubs=True, persistent=lambda name: [name])
    assert value == [["one"], [2]]


def test_pickles_one_behind_the_other():
    data = pickle.dumps(1, 0) + pickle.dumps([2], 2)
    first, end = load(data, DATA, stubs=True)
    second, last = load(data, DATA, stubs=True, position=end)
    assert (first, second, last) == (1, [2], len(data))


@pytest.mark.parametrize(
    ("line", "text"),
    [
        (rb"'it\'s'", "it's"),
        (rb'"it\'s"', "it's"),
        (rb"'\n\t\\\x41\101\q'", "\n\t\\AA\\q"),
        (rb"'\xe9\377'", "\xe9\xff"),
        (b"'\xe9'", "\xe9"),
        (rb"''", ""),
    ],
)
def test_strings_of_python_2(line, text):
    assert Reader(line + b"\n").quoted_line() == text
    assert Reader(line + b"\r\n").quoted_line() == text  # written in text mode on Windows


@pytest.mark.parametrize("line", [b"'", b"x", b"'a\"", b"", b"abc"])
def test_strings_without_quotes(line):
    with pytest.raises(PickleError, match="a string without quotes"):
        Reader(line + b"\n").quoted_line()


def test_windows_line_ends():
    data = pickle.dumps({"a": [1, 2.5, "x"], "b": np.arange(2)}, 0).replace(b"\n", b"\r\n")
    found = loads(data)
    assert found["a"] == [1, 2.5, "x"]


def test_keys():
    for good in ("a", 1, 1.5, None, (1, ("a", frozenset([2]))), np.float32(1), np.int64(2), True):
        check_key(good)
    for bad in ([], {}, (1, [2]), np.zeros(1), set()):
        with pytest.raises(PickleError, match="a key of the type"):
            check_key(bad)
