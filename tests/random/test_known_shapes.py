"""Sizes of draws that follow other draws."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytensor.tensor as pt
import pytest
from pytensor.graph.traversal import ancestors
from pytensor.scan.op import Scan

from symopt.random import MRG_RandomStreams, first_states, uniform
from symopt.random.known_shapes import KnownShapes


def scans(variable):
    return [v.owner for v in ancestors([variable]) if v.owner and isinstance(v.owner.op, Scan)]


def dropouts(count):
    """Layers with a dropout after each; before, the time to build doubled with each of them."""
    streams, x = MRG_RandomStreams(3), pt.matrix("x")
    y, sizes = x, []
    for _ in range(count):
        y = pt.tanh(pt.dot(y, np.eye(4)))
        y = y * streams.binomial(y.shape, p=0.8, dtype=y.dtype)
        sizes.append(streams.state_updates[-1][2])
    return x, y, sizes


@pytest.mark.core
def test_a_size_depends_on_no_draw():
    _, y, sizes = dropouts(25)  # 2**25 times as long
    assert len(set(scans(y))) == 25
    assert not any(scans(size) for size in sizes)


def test_sizes_share_what_they_say():
    x, known = pt.matrix("x"), KnownShapes()
    y = pt.concatenate([x, x[1:]])  # copies for each size made a deep network's square
    one = known.simplified(y.shape)
    other = known.simplified(pt.tanh(y).shape)
    part = known.simplified(y.shape[0] * 2)
    rows = one.owner.inputs[0]
    assert rows is other.owner.inputs[0]
    assert rows in ancestors([part])
    assert rows.eval({x: np.ones((5, 4))}) == 9


def test_in_the_functions_too():
    x = pt.matrix("x")
    states = pt.as_tensor_variable(first_states(5, 20))
    y, _ = uniform(states, x.shape, "float64")
    z, _ = uniform(states, (2 * y.shape[1], 3), "float64")
    assert z.eval({x: np.ones((5, 4))}).shape == (8, 3)
    assert len(set(scans(z.shape))) <= 1


def test_what_is_no_shape_stays():
    n, known = pt.lscalar("n"), KnownShapes()
    assert known.simplified(n) is n
    assert known.simplified((n, 3)) == (n, 3)
    x = pt.matrix("x")
    assert known.simplified(x.shape) is not None
    mixed = known.simplified((x.T.shape[0] * n, 3))
    assert mixed[0].eval({x: np.ones((5, 4)), n: 2}) == 8


def test_copies_know_nothing_of_the_graph():
    known = KnownShapes()
    known.simplified(pt.exp(pt.matrix("x")).shape)
    for other in (copy.deepcopy(known), pickle.loads(pickle.dumps(known))):
        y = pt.exp(pt.vector("y"))
        assert other.simplified(y.shape).eval({y.owner.inputs[0]: [1.0, 2.0]}).tolist() == [2]
