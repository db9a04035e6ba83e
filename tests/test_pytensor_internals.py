"""What symopt does to PyTensor's internals."""

from __future__ import annotations

import sys

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.traversal import ancestors
from pytensor.tensor.basic import Join

import symopt
from symopt.pytensor_internals import (
    ShapeInference,
    lengths_of_joins,
    shallow_static_shapes,
    static_length,
)

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


@pytest.mark.core
def test_a_dense_net_takes_no_longer_with_each_level_than_the_last():
    x = pt.matrix("x")
    y = x
    for _ in range(30):  # PyTensor 3.0 made 2**30 terms of the number of rows
        y = pt.concatenate([y, pt.tanh(y[:, :2])], axis=-1)
    shape, total = symopt.function([x], [y.shape, y.sum()])(np.ones((3, 2)))
    assert shape.tolist() == [3, 62]
    assert np.isfinite(total)


def test_lengths_of_joins_are_sums_along_their_axis():
    x, y = pt.matrix("x"), pt.matrix("y")
    values = {x: np.ones((3, 2)), y: np.ones((3, 5))}
    for axis in (1, -1):
        rows, columns = ShapeInference().lengths(pt.concatenate([x, y, x], axis=axis))
        assert rows.eval({x: values[x]}, on_unused_input="ignore") == 3
        assert y not in ancestors([rows])
        assert columns.eval(values) == 9
    with lengths_of_joins():
        assert pt.concatenate([x, y], axis=1).shape.eval(values).tolist() == [3, 7]


def test_joins_are_put_back_when_the_last_user_is_done():
    before = Join.infer_shape
    with lengths_of_joins():
        with lengths_of_joins():
            pass
        assert (Join.infer_shape is before) == ("axis" in Join.__props__)
    assert Join.infer_shape is before


def test_an_axis_that_is_known_at_run_time_alone():
    if "axis" in Join.__props__:
        pytest.skip("PyTensor 3.3 has no such joins")
    x, axis = pt.matrix("x"), pt.lscalar("axis")
    shape = symopt.function([x, axis], pt.join(axis, x, x).shape)
    assert shape(np.ones((3, 2)), 0).tolist() == [6, 2]
    assert shape(np.ones((3, 2)), 1).tolist() == [3, 4]
