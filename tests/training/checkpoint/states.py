"""States to be saved, and equality to the bit."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from symopt.training.checkpoint import Checkpoint, CheckpointStore


def state(update: int) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    """A small state that belongs to one update and no other."""
    rng = np.random.default_rng(update)
    arrays = {
        "params/W": rng.standard_normal((5, 7)).astype("float32"),
        "state/W/adam/m": np.asfortranarray(rng.standard_normal((3, 4))),
        "extra/count": np.array(update, dtype=">i8"),
        "random/key": rng.integers(0, 2**32, 6, dtype="uint32"),
        "history/none": np.zeros((0, 3), dtype="float16"),
    }
    return arrays, {"update": update, "costs": [update / 3, float("nan")], "best": float("inf")}


def save(store: CheckpointStore, update: int, *, best: bool = False) -> Path:
    return store.save(update, *state(update), best=best)


def assert_is(found: Checkpoint | None, update: int) -> None:
    """``found`` is the state of that update, to the bit."""
    assert found is not None
    arrays, document = state(update)
    assert found.update == update
    assert list(found.arrays) == list(arrays)
    for name, array in arrays.items():
        assert_same_array(found.arrays[name], array)
    assert_same_document(found.document, document)


def assert_same_array(found: np.ndarray, expected: np.ndarray) -> None:
    assert type(found) is np.ndarray
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert found.dtype.str == expected.dtype.str  # the byte order, too
    assert found.tobytes() == expected.tobytes()
    assert found.flags.writeable


def assert_same_document(found: Any, expected: Any) -> None:
    """Equality of types and of floats' bits; tuples have become lists."""
    if isinstance(expected, float):
        assert type(found) is float
        assert struct.pack(">d", found) == struct.pack(">d", expected)
    elif isinstance(expected, list | tuple):
        assert type(found) is list
        for left, right in zip(found, expected, strict=True):
            assert_same_document(left, right)
    elif isinstance(expected, dict):
        assert type(found) is dict
        assert list(found) == list(expected)
        for key, value in expected.items():
            assert_same_document(found[key], value)
    else:
        assert type(found) is type(expected)
        assert found == expected
