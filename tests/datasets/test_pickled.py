"""The restricted unpickler: what it reads is right, and nothing else is ever executed."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.extra.numpy as arrays
import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given, settings

from symopt.datasets.pickled import loads_plain
from symopt.datasets.pickles import calls
from symopt.errors import DatasetError

GOLDEN = Path(__file__).parent / "golden"
PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


def assert_same(found: Any, expected: Any) -> None:
    """Equality with types; an array may change its byte order, and only that."""
    if isinstance(expected, np.ndarray):
        assert type(found) is np.ndarray
        assert found.shape == expected.shape
        assert found.dtype == expected.dtype.newbyteorder("=")
        assert found.flags.writeable
        np.testing.assert_array_equal(found, expected)
    elif isinstance(expected, list | tuple):
        assert type(found) is type(expected)
        assert len(found) == len(expected)
        for left, right in zip(found, expected, strict=True):
            assert_same(left, right)
    elif isinstance(expected, dict):
        assert type(found) is dict
        assert list(found) == list(expected)
        for key, item in expected.items():
            assert_same(found[key], item)
    else:
        assert type(found) is type(expected)
        assert found == expected or (found != found and expected != expected)


# What is read


@pytest.mark.parametrize("protocol", [0, 1, 2])
def test_everything_plain_from_python2(protocol: int) -> None:
    content = loads_plain((GOLDEN / f"python2_plain_protocol{protocol}.pkl").read_bytes(), "it")
    # The values of golden/make_python2_pickles.py; dicts of Python 2 have no order.
    expected = {
        "big_endian": np.arange(6, dtype=np.int32).reshape(2, 3),
        "fortran": np.arange(6, dtype=np.float64).reshape(2, 3),
        "bool": np.array([True, False]),
        "complex": np.array([1 + 2j], dtype=np.complex64),
        "zero_d": np.array(7, dtype=np.uint8),
        "empty": np.zeros((0, 4), dtype=np.float32),
        "scalar": np.float64(1.5),
        "dtype": np.dtype(">f8"),
        "text": "caf\u00e9",
        "unicode": "na\u00efve",
        "long": 2**70,
        "pair": (2 - 1j, None),
        "list": [1, 2.5, True, "x"],
    }
    assert sorted(content) == sorted(expected)
    assert_same({key: content[key] for key in expected}, expected)


numbers = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text()
)
number_arrays = arrays.arrays(
    dtype=st.one_of(
        arrays.boolean_dtypes(),
        arrays.integer_dtypes(endianness="?"),
        arrays.unsigned_integer_dtypes(endianness="?"),
        arrays.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
        arrays.complex_number_dtypes(endianness="?", sizes=(64, 128)),
    ),
    shape=arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3),
)
plain = st.recursive(
    st.one_of(numbers, st.binary(), number_arrays, number_arrays.map(np.asfortranarray)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(st.text() | st.integers(), inner, max_size=4),
    ),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None)
@given(value=plain, protocol=st.sampled_from(PROTOCOLS))
def test_round_trip(value: Any, protocol: int) -> None:
    assert_same(loads_plain(pickle.dumps(value, protocol), "it"), value)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("scalar", [np.float32(0.1), np.int64(-3), np.bool_(True)])
def test_scalars(scalar: np.generic, protocol: int) -> None:
    assert_same(loads_plain(pickle.dumps(scalar, protocol), "it"), scalar)


def test_names_of_older_and_newer_numpy() -> None:
    # Protocol 0 spells modules out, so one spelling can be turned into the other.
    array = np.arange(3.0)
    data = pickle.dumps(array, 0)
    other = {b"numpy._core.": b"numpy.core.", b"numpy.core.": b"numpy._core."}
    old = next(spelling for spelling in other if spelling in data)
    assert_same(loads_plain(data, "it"), array)
    assert_same(loads_plain(data.replace(old, other[old]), "it"), array)


def test_shared_array_stays_shared_and_is_read_once() -> None:
    array = np.zeros(3)
    nested: Any = [array, array]
    for _ in range(40):  # 2**40 leaves for a reader that follows every reference
        nested = [nested, nested]
    found = loads_plain(pickle.dumps(nested, 2), "it")
    while isinstance(found[0], list):
        assert found[0] is found[1]
        found = found[0]
    assert found[0] is found[1]


# What is refused


class Call:
    """Pickles as a call of a function."""

    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_call_is_refused_and_not_made(tmp_path: Path, protocol: int) -> None:
    made = tmp_path / "made"
    data = pickle.dumps(Call(os.mkdir, str(made)), protocol)
    with pytest.raises(DatasetError, match=r"it\.pkl: refused.*the global (posix|nt)\.mkdir;"):
        loads_plain(data, "it.pkl")
    assert not made.exists()
    pickle.loads(data)
    assert made.exists()  # so the pickle was a live one


BUILTIN = r"the global (builtins|__builtin__)\."
NAMED = {
    "os.system": (Call(os.system, "exit 1"), r"the global (posix|nt)\.system;"),
    "eval": (Call(eval, "1/0"), BUILTIN + "eval;"),
    "getattr": (Call(getattr, np.dtype("f4"), "__class__"), BUILTIN + "getattr;"),
    "getattr chain": (Call(getattr, Call(getattr, [], "append"), "x"), BUILTIN + "getattr;"),
    "import": (Call(__import__, "os"), BUILTIN + "__import__;"),
    "numpy function": (Call(np.load, "x.npy"), r"the global numpy\.load;"),
    "harmless class": (OrderedDict(a=1), r"the global collections\.OrderedDict;"),
    "array subclass": (np.ma.array([1.0]), r"the global numpy\.ma\."),
    "deep inside": ((np.zeros(2), [{"x": Call(eval, "1/0")}]), BUILTIN + "eval;"),
}


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("name", NAMED)
def test_globals_are_refused_by_name(name: str, protocol: int) -> None:
    value, asked = NAMED[name]
    with pytest.raises(DatasetError, match=f"refused a pickle that asks for {asked}"):
        loads_plain(pickle.dumps(value, protocol), "it")


# No pickler writes these. Opcodes: c is GLOBAL, \x93 STACK_GLOBAL, i INST, R REDUCE, b BUILD.
HAND_WRITTEN = {
    "inst": (b"(S'exit 1'\nios\nsystem\n.", r"the global os\.system"),
    "stack global": (b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x06exit 1\x85R.", r"os\.system"),
    "attribute chain": (
        b"\x80\x04\x8c\x05numpy\x8c\x13dtype.__class__.mro\x93.",
        r"the global numpy\.dtype\.__class__\.mro",
    ),
    "attributes of a function": (
        b"c_codecs\nencode\n(N(S'__defaults__'\n(S'a'\ntdtb.",
        "a change to a function",
    ),
    "function as a value": (b"cnumpy\ndtype\n.", "a bare function"),
    "other codec": (b"c_codecs\nencode\n(S'a'\nS'rot13'\ntR.", "the codec 'rot13'"),
    "uninitialised memory": (b"cnumpy\nndarray\n((I9\nttR.", r"numpy\.ndarray outside"),
    "object dtype": (b"cnumpy\ndtype\n(S'O8'\nI0\nI1\ntR.", "the non-numeric dtype 'O8'"),
    "structured dtype": (
        b"cnumpy\ndtype\n(S'f4'\ntR(I3\nS'<'\nN(S'a'\nt(dI4\nI4\nI0\ntb.",
        "a structured dtype",
    ),
    "set": (b"\x80\x04\x8f.", "asks for set"),
}


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_hand_written(name: str) -> None:
    data, asked = HAND_WRITTEN[name]
    with pytest.raises(DatasetError, match=f"refused.*{asked}.*Nothing was executed"):
        loads_plain(data, "it")


DAMAGED = {
    "persistent id": b"P1\n.",
    "too much memory for bytes()": b"c__builtin__\nbytes\n(I1000000000\ntR.",
    "new object of a stand-in": b"\x80\x02cnumpy\ndtype\n)\x81.",
    "array without content": b"cnumpy.core.multiarray\n_reconstruct\n(tR.",
    "array as a key": pickle.dumps(np.zeros(1), 0)[:-1].join([b"(d", b"I1\ns."]),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_damaged(name: str) -> None:
    with pytest.raises(DatasetError, match="it: could not be read as a pickle"):
        loads_plain(DAMAGED[name], "it")


@pytest.mark.parametrize("dtype", ["O", "S3", "U2", "M8[s]", [("a", "f4")]])
def test_arrays_of_anything_but_numbers(dtype: Any) -> None:
    with pytest.raises(DatasetError, match=r"refused.*(non-numeric|structured) dtype"):
        loads_plain(pickle.dumps(np.zeros(2, dtype=dtype), 2), "it")


def array_state(shape: bytes, data: bytes) -> bytes:
    """A Python 2 float32 array with this shape and this str of data."""
    return (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n("
        + shape
        + b"tcnumpy\ndtype\n(S'f4'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'"
        + data
        + b"'\ntb."
    )


def test_array_state_must_fit_its_bytes() -> None:
    assert_same(
        loads_plain(array_state(b"I2\n", b"abcdefgh"), "it"), np.frombuffer(b"abcdefgh", "f4")
    )
    for shape, data in (
        (b"I2\n", b"abcdefg"),
        (b"I1\n", b"abcdefgh"),
        (b"I-1\nI-2\n", b"abcdefgh"),
        (b"F2.0\n", b"abcdefgh"),
        (b"I4611686018427387904\nI4\n", b""),
    ):
        with pytest.raises(DatasetError, match=r"could not be read.*(bytes for an array|of shape)"):
            loads_plain(array_state(shape, data), "it")


def test_list_that_contains_itself() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(DatasetError, match="nested deeper than 64"):
        loads_plain(pickle.dumps(loop), "it")


def test_every_prefix_is_a_dataset_error() -> None:
    # Changed bytes are not tried: one may ask for gigabytes of memo, which is not guarded against.
    for protocol in (0, 1, 2):
        whole = (GOLDEN / f"python2_plain_protocol{protocol}.pkl").read_bytes()
        for size in range(len(whole)):
            with pytest.raises(DatasetError):
                loads_plain(whole[:size], "it")


def test_refusing_leaves_nothing_behind() -> None:
    before = dict(calls.NUMBERS)
    for data, _ in HAND_WRITTEN.values():
        with pytest.raises(DatasetError):
            loads_plain(data, "it")
    assert before == calls.NUMBERS
    assert calls.latin1_bytes.__defaults__ is None
    assert_same(loads_plain(pickle.dumps([b"\xff", np.ones(2)], 0), "it"), [b"\xff", np.ones(2)])
