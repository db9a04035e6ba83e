"""State as a checkpoint keeps it, and the generators whose state it is."""

from __future__ import annotations

import json
import random

import numpy as np
import pytest

from symopt.errors import CheckpointError, TrainingError
from symopt.random import MRG_RandomStreams
from symopt.training.generators import stateful
from symopt.training.packing import pack, unpack


def through_json(value):
    arrays = {}
    return unpack(json.loads(json.dumps(pack(value, "x", arrays))), arrays), arrays


def test_nested_state_comes_back():
    array = np.arange(3)
    value = {"a": [1, 2.5, None, True, "text", 2**130], "b": {"c": array}, "d": (1, [array + 1])}
    found, arrays = through_json(value)
    assert found["a"] == value["a"]
    assert found["b"]["c"].tolist() == [0, 1, 2]
    assert found["d"][0] == 1
    assert sorted(arrays) == ["x/b/c", "x/d/1/0"]
    array[0] = 9
    assert found["b"]["c"].tolist() == [0, 1, 2]  # a copy
    assert through_json({"n": np.float32(0.1), "m": np.int64(3)})[0] == {
        "n": float(np.float32(0.1)),
        "m": 3,
    }


@pytest.mark.parametrize(
    ("value", "match"),
    [
        ({"a": object()}, "state x/a holds a object"),
        ({"a": np.array([object()])}, "state x/a holds a ndarray"),
        ({1: 2}, r"state x has the keys \[1\]"),
        ([{2, 3}], "state x/0 holds a set"),
    ],
)
def test_what_cannot_be_kept(value, match):
    with pytest.raises(CheckpointError, match=match):
        pack(value, "x", {})


def streams():
    made = MRG_RandomStreams(3)
    made.uniform((2,))
    return made


BITS = [
    np.random.PCG64,
    np.random.PCG64DXSM,
    np.random.MT19937,
    np.random.Philox,
    np.random.SFC64,
]


@pytest.mark.parametrize(
    ("make", "draw"),
    [
        *((lambda bits=bits: np.random.Generator(bits(5)), lambda g: g.random(3)) for bits in BITS),
        # Half of a 64-bit draw is kept for the next 32-bit one.
        (lambda: np.random.default_rng(1), lambda g: g.integers(0, 9, 3, dtype=np.uint32)),
        (lambda: np.random.RandomState(4), lambda g: g.standard_normal(3)),
        (lambda: random.Random(4), lambda g: [g.gauss(0, 1) for _ in range(3)]),
    ],
)
def test_generators_go_on(make, draw):
    generator = make()
    draw(generator)
    state, _ = through_json(stateful("g", generator).state_dict())
    expected = list(draw(generator))
    other = make()
    stateful("g", other).load_state_dict(state)
    assert list(draw(other)) == expected


def test_theanos_streams_go_on():
    first = streams()
    ((states, *_),) = first.state_updates
    states.set_value(states.get_value()[:, ::-1].copy())
    state, _ = through_json(stateful("s", first).state_dict())
    second = streams()
    stateful("s", second).load_state_dict(state)
    assert (second.state_updates[0][0].get_value() == states.get_value()).all()


def test_what_has_no_state():
    with pytest.raises(TrainingError, match=r"state\['f'\] is a function"):
        stateful("f", lambda: 1)
