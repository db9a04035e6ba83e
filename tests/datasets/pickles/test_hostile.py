"""Pickles made to execute something, or to fill the memory: nothing happens."""

from __future__ import annotations

import contextlib
import copyreg
import functools
import os
import pickle
import struct
import sys
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from symopt.datasets import pickles
from symopt.datasets.pickles import Global, PickleError, RefusedError, Stub
from symopt.datasets.pickles.calls import DATA, NUMBERS, Calls

pytestmark = pytest.mark.core

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)


class Watch:
    """Notes what the interpreter reports of an attempt to run something, while it is on."""

    EVENTS = ("compile", "exec", "import", "open", "os.", "pickle.", "subprocess.", "object.__")

    def __init__(self) -> None:
        self.on = False
        self.seen: list[str] = []
        sys.addaudithook(self.note)  # for good: there is no way to take one away

    def note(self, event: str, _arguments: tuple[Any, ...]) -> None:
        if self.on and event.startswith(self.EVENTS):
            self.seen.append(event)


WATCH = Watch()


def load(data: bytes, calls: Calls = DATA, stubs: bool = True) -> Any:
    """Read a pickle; nothing is imported, opened, compiled or run meanwhile."""
    WATCH.seen.clear()
    WATCH.on = True
    try:
        return pickles.load(data, calls, stubs=stubs)[0]
    finally:
        WATCH.on = False
        assert not WATCH.seen


def read(data: bytes) -> Any:
    with pytest.raises((PickleError, RefusedError)):  # numbers alone are never made of these
        load(data, NUMBERS, stubs=False)
    return load(data)


def test_the_watch_sees_what_a_pickle_may_do():
    WATCH.seen.clear()
    WATCH.on = True
    with contextlib.suppress(ZeroDivisionError):
        pickle.loads(LIVE[2, "eval"])
    WATCH.on = False
    assert {"pickle.find_class", "compile", "exec"} <= set(WATCH.seen)


class Call:
    def __init__(self, function: Callable[..., Any], *arguments: Any) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call


class New:
    def __reduce_ex__(self, protocol: int) -> Any:
        return copyreg.__newobj__, (New, "exit 1")


LIVE = {
    (protocol, name): pickle.dumps(value, protocol)
    for protocol in PROTOCOLS
    for name, value in {
        "os.system": Call(os.system, "exit 1"),
        "eval": Call(eval, "1/0"),
        "import": Call(__import__, "os"),
        "nested": [Call(Call, Call(eval, "1/0"))],
        "getattr chain": Call(getattr, Call(getattr, [], "append"), "__self__"),
        "partial": Call(functools.partial, os.system, "exit 1"),
        "new object": New(),
        "numpy.load": Call(np.load, "x.npy", None, True),
        "as a dict's key": {"k": (Call(os.system, "exit 1"), 3)},
        "state of an object": Call(map, os.system, ["exit 1"]),
    }.items()
}


@pytest.mark.parametrize(("protocol", "name"), LIVE)
def test_live_pickles_become_stubs(protocol, name):
    read(LIVE[protocol, name])


def test_what_a_stub_says():
    stub = read(LIVE[2, "os.system"])
    assert isinstance(stub, Stub)
    assert stub.class_name in ("posix.system", "nt.system")
    assert stub.args == ("exit 1",)
    assert stub.attributes == {}


# c GLOBAL, i INST, o OBJ, R REDUCE, b BUILD, \x81 NEWOBJ, \x92 NEWOBJ_EX, \x93 STACK_GLOBAL
HAND_WRITTEN = {
    "reduce": b"cos\nsystem\n(S'exit 1'\ntR.",
    "inst": b"(S'exit 1'\nios\nsystem\n.",
    "obj": b"(cos\nsystem\nS'exit 1'\no.",
    "new object": b"\x80\x02cos\nsystem\nS'exit 1'\n\x85\x81.",
    "new object with keywords": b"\x80\x04cos\nsystem\n)}S'command'\nS'exit 1'\ns\x92.",
    "stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x06exit 1\x85R.",
    "dotted": b"\x80\x04\x8c\x08builtins\x8c\x19str.__class__.__subclasses__\x93)R.".replace(
        b"\x19", bytes([len("str.__class__.__subclasses__")])
    ),
    "state with setstate": b"cos\nsystem\n)R}S'__setstate__'\ncbuiltins\neval\nsbS'1/0'\nb.",
    "state with reduce": b"cos\nsystem\n)R}S'__reduce__'\ncbuiltins\neval\nsb.",
    "class attribute": b"cos\nsystem\n)R}S'__class__'\ncos\nsystem\nsb.",
    "a stub that is called": b"cos\nsystem\n)R(S'exit 1'\ntR.",
    "memo": b"cos\nsystem\np0\n0g0\np1\n0(S'exit 1'\ntp2\n0g1\ng2\nR.",
    "memo put twice": b"cnumpy\ndtype\np0\n0cos\nsystem\np0\n0g0\n(S'exit 1'\ntR.",
    "extension registry": b"\x80\x02\x82\x01)R.",
    "persistent id": b"Pos.system\n.",
    "binary persistent id": b"cos\nsystem\nQ.",
    "reconstructor": b"ccopy_reg\n_reconstructor\n(cos\nsystem\nc__builtin__\nobject\nNtR.",
    "newobj by name": b"ccopyreg\n__newobj__\n(cos\nsystem\nS'exit 1'\ntR.",
    "codec": b"c_codecs\nencode\n(S'a'\nS'rot13'\ntR.",
    "lookup of a codec": b"c_codecs\nlookup\n(S'zlib'\ntR.",
    "append to a stub": b"cos\nsystem\n)R(S'exit 1'\ne.",
    "items of a stub": b"cos\nsystem\n)R(S'a'\nS'b'\nu.",
    "default factory": b"ccollections\ndefaultdict\n(cos\nsystem\ntR.",
    "array subclass": (
        b"cnumpy.core.multiarray\n_reconstruct\n(cos\nsystem\n(I0\ntS'b'\ntR(I1\n(I1\ntcnumpy\n"
        b"dtype\n(S'O8'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI63\ntbI00\n(lcos\nsystem\natb."
    ),
}


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_hand_written(name):
    value = read(HAND_WRITTEN[name])
    assert "os.system" not in sys.modules
    assert isinstance(value, Stub | Global | dict | np.ndarray)


REFUSED = {
    "a change to a function": b"cnumpy\ndtype\n}S'__call__'\ncos\nsystem\nsb.",
    "a change to a name": b"cos\nsystem\n}S'__call__'\ncos\nsystem\nsb.",
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_any_case(name):
    with pytest.raises(RefusedError, match="a change to a function"):
        load(REFUSED[name])


def test_the_functions_behind_names_are_never_changed():
    before = {key: (f, getattr(f, "__defaults__", None)) for key, f in DATA.items()}
    for data in (*HAND_WRITTEN.values(), *LIVE.values()):
        load(data)
    assert before == {key: (f, getattr(f, "__defaults__", None)) for key, f in DATA.items()}


# Memory and time.


@pytest.fixture
def bounded():
    tracemalloc.start()
    yield
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 << 20


def array_pickle(shape: bytes, data: bytes) -> bytes:
    return (
        b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR(I1\n("
        + shape
        + b"tcnumpy\ndtype\n(S'f4'\nI0\nI1\ntR(I3\nS'<'\nNNNI-1\nI-1\nI0\ntbI00\nS'"
        + data
        + b"'\ntb."
    )


MANY = 200_000
SHARED = b"(" + b"I1\n" * 1000 + b"lp0\n0"  # a list of a thousand, in the memo
BOMBS = {
    "huge shape": array_pickle(b"I1000000000\nI1000\n", b"abcd"),
    "huge shape of nothing": array_pickle(b"I0\nI99999999999999999999\n", b""),
    "shape that wraps around": array_pickle(b"I4294967296\nI4294967296\n", b""),
    "negative shape": array_pickle(b"I-1\nI-1\n", b"abcd"),
    "65 dimensions": array_pickle(b"I1\n" * 65, b"abcd"),
    "huge first shape": b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I1000000000000"
    b"\ntS'b'\ntR.",
    "bytes(n)": b"c__builtin__\nbytes\n(I1000000000000\ntR.",
    "bytearray(n)": b"c__builtin__\nbytearray\n(I1000000000000\ntR.",
    "list(n)": b"c__builtin__\nlist\n(I1000000000000\ntR.",
    "bytearray that is not there": b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b"abc.",
    "text that is not there": b"\x80\x04\x8d" + struct.pack("<Q", 1 << 60) + b"abc.",
    "negative length": b"T" + struct.pack("<i", -1) + b"abc.",
    "long that is not there": b"\x80\x02\x8b" + struct.pack("<i", 1 << 30) + b"a.",
    "the same list again and again": b"c__builtin__\nlist\np1\n0"
    + SHARED
    + b"("
    + b"g1\n(g0\ntR" * MANY
    + b"l.",
    "the same bytes again and again": b"\x80\x03B"
    + struct.pack("<I", 5000)
    + bytes(5000)
    + b"q\x00c__builtin__\nbytes\nq\x010("
    + b"h\x01h\x00\x85R" * MANY
    + b"l.",
    "integer of many digits": b"I" + b"9" * 100_000 + b"\n.",
    "key that takes for ever": b"(I1\ntp0\n" + b"(g0\ng0\ntp0\n" * 60 + b"p1\n(dg1\nI1\ns.",
    "set of what takes for ever": b"\x80\x04\x8f("
    + b"(I1\ntp0\n"
    + b"(g0\ng0\ntp0\n" * 60
    + b"\x90.",
    "deep key": b"\x80\x04}" + b"K\x01" + b"\x85" * 100_000 + b"K\x01s.",
    "unfinished frames": b"\x80\x04" + b"\x95" + b"\xff" * 8 + b"N",
    "marks without end": b"(" * 100_000,
    "list as a key": b"(dp0\n(lI1\ns.",
    "array as a key": b"(d" + array_pickle(b"I1\n", b"abcd")[:-1] + b"I1\ns.",
    "key without a value": b"}(I1\nu.",
    "memo of nothing": b"g7\n.",
    "negative memo": b"I1\np-1\n.",
    "pop of nothing": b"0.",
    "nothing": b".",
    "two": b"NN.",
    "buffer elsewhere": b"\x80\x05\x97.",
    "protocol 6": b"\x80\x06N.",
    "append to a tuple": b")I1\na.",
    "build of a number": b"I1\n}b.",
    "reduce without a tuple": b"cos\nsystem\nI1\nR.",
    "call of a number": b"I1\n)R.",
    "dtype without end": b"cnumpy\ndtype\n(S'V99999999999999'\ntR.",
    "dtype of objects and bytes": b"cnumpy\ndtype\n(S'O8'\nI0\nI1\ntR(I3\nI1\nNNNtb.",
    "fields that overlap objects": b"cnumpy\ndtype\n(S'V8'\nI0\nI1\ntR(I3\nS'|'\nN(S'a'\nt(dS'a'\n"
    b"(cnumpy\ndtype\n(S'O8'\nI0\nI1\ntRI-4\ntsI8\nI1\nI0\ntb.",
}


@pytest.mark.parametrize("name", BOMBS)
def test_damaged_or_a_bomb(name, bounded):
    with pytest.raises(PickleError):
        load(BOMBS[name])


def test_a_place_in_the_memo_costs_nothing(bounded):
    # The C unpickler makes room for four thousand million objects.
    assert load(b"Nr\xff\xff\xff\xff.") is None


def test_deep_nesting_is_read():
    depth = 20_000
    value = load(b"]" * depth + b"a" * (depth - 1) + b".")
    for _ in range(depth - 1):
        (value,) = value
    stubs = load(b"cx\ny\n" + b")R" * depth + b".")
    assert stubs.class_name == "?"
    assert repr(stubs) == "<? of a pickle>"


def test_what_holds_itself_is_read():
    loop: list[Any] = [np.ones(2)]
    loop.append((loop, {"again": loop}))
    for protocol in PROTOCOLS:
        found = load(pickle.dumps(loop, protocol))
        np.testing.assert_array_equal(found[0], 1)
        assert found[1][0] is found
        assert found[1][1]["again"] is found
