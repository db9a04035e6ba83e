"""What symopt does to PyTensor's internals."""

from __future__ import annotations

import sys

import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph.op import Op

from symopt.pytensor_internals import shallow_static_shapes, static_length


class Watched(Op):
    """An operation that counts how often its shape is asked for."""

    __props__ = ()
    asked = 0

    def make_node(self, x):
        return pytensor.graph.basic.Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0]

    def infer_shape(self, fgraph, node, shapes):
        Watched.asked += 1
        return shapes


@pytest.mark.core
def test_new_arrays_do_not_look_at_where_their_length_comes_from():
    x = pt.matrix("x")
    y = Watched()(x) + 1
    before = Watched.asked
    with shallow_static_shapes():
        zeros = pt.zeros(y.shape)
        empty = pt.empty((y.shape[0], 3))
    assert zeros.type.shape == (None, None)
    assert empty.type.shape == (None, 3)
    assert Watched.asked == before
    pt.zeros(y.shape)
    assert Watched.asked > before  # so the test sees what PyTensor does by itself


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
    before = pt.basic.infer_static_shape
    with pytest.raises(ZeroDivisionError), shallow_static_shapes():
        assert pt.basic.infer_static_shape is not before
        raise ZeroDivisionError
    assert pt.basic.infer_static_shape is before
    assert sys.modules["pytensor.tensor.reshape"].infer_static_shape is before
