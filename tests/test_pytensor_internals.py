"""What symopt does to PyTensor's internals."""

from __future__ import annotations

import sys

import pytensor.tensor as pt
import pytest

from symopt.pytensor_internals import shallow_static_shapes, static_length

BASIC = sys.modules["pytensor.tensor.basic"]


class CopiedError(Exception):
    """All that an array is computed from was copied."""


@pytest.mark.core
def test_new_arrays_do_not_look_at_where_their_length_comes_from(monkeypatch):
    def copied(*_args, **_keywords):
        raise CopiedError

    monkeypatch.setattr(BASIC, "FunctionGraph", copied)
    y = pt.exp(pt.matrix("x")) + 1
    with shallow_static_shapes():
        assert pt.zeros(y.shape).type.shape == (None, None)
        assert pt.empty((y.shape[0], 3)).type.shape == (None, 3)
    with pytest.raises(CopiedError):  # what PyTensor does by itself
        pt.zeros(y.shape)


def test_lengths_that_types_say_are_found():
    x = pt.tensor("x", shape=(1, None, 5), dtype="float64")
    with shallow_static_shapes(), shallow_static_shapes():
        assert pt.zeros(x.shape).type.shape == (1, None, 5)
        assert pt.zeros_like(x[0]).type.shape == (None, 5)
        assert pt.zeros((x.shape[2] * 2, x.shape[0])).type.shape == (10, 1)
        with pytest.raises(TypeError, match="integers"):
            pt.zeros((pt.dscalar(),))
    assert static_length(x.shape[2]) == 5
    assert static_length(x.shape[1]) is None


def test_nothing_stays_patched():
    before = BASIC.infer_static_shape
    shapes = shallow_static_shapes()
    shapes.__enter__()
    assert BASIC.infer_static_shape is not before
    shapes.__exit__(None, None, None)
    assert BASIC.infer_static_shape is before
    assert sys.modules["pytensor.tensor.reshape"].infer_static_shape is before
