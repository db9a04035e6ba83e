"""Values in front of a reduction and behind it: computed twice where it is cheap, else kept."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.tensor.elemwise import Elemwise

from symopt.backends.c.native import FUSED
from symopt.backends.c.rewriting.twice import ComputeTwice
from tests.backends.graphs.python_mode import compiled


def shared(*shapes):
    rng = np.random.default_rng(0)
    return [pytensor.shared(rng.normal(size=shape)) for shape in shapes]


def row():
    """A sum of (1, 4), by declaration."""
    first = pytensor.shared(np.arange(4.0)[None], shape=(1, 4))
    second = pytensor.shared(np.ones((1, 4)), shape=(1, 4))
    return first * 2 + second


def scaled(mean):
    """Divided by its norm."""
    return mean / pt.sqrt((mean**2).sum())


def arrays_between_loops(function):
    """The arrays that one elementwise node computes and another one reads."""
    nodes = [n for n in function.maker.fgraph.toposort() if isinstance(n.op, Elemwise)]
    made = {out for node in nodes for out in node.outputs if 1 not in out.type.shape and out.ndim}
    return [v for node in nodes for v in node.inputs if v in made]


def both(outputs, inputs=()):
    plain = compiled(list(inputs), outputs)
    return plain, compiled(list(inputs), outputs, (ComputeTwice(), FUSED))


def agree(functions, *values):
    for a, b in zip(*(f(*values) for f in functions), strict=True):
        assert (a.dtype, a.shape) == (b.dtype, b.shape)
        np.testing.assert_allclose(a, b, rtol=1e-12)


@pytest.mark.parametrize("axis", [None, 0, 1])
def test_nothing_is_kept(axis):
    a, b = shared((5, 4), (5, 4))
    mean = (a + b) / 3
    new = mean / pt.sqrt((mean**2).sum(axis=axis, keepdims=axis is not None))
    functions = both([new, a + b])
    assert arrays_between_loops(functions[0])
    assert not arrays_between_loops(functions[1])
    agree(functions)


def test_several_readers_behind_it():
    a, b, c = shared((6,), (6,), (6,))
    mean = a * 2 - b
    norm = (mean**2).sum()
    functions = both([mean * norm, mean[:, None] * c[None] * norm])
    agree(functions)


@pytest.mark.parametrize(
    "outputs",
    {
        "expensive": lambda a, b: [scaled(pt.exp(a) + b)],
        "read by a product": lambda a, b: [scaled(a + b), (a + b) @ pt.eye(4)],
        "no reduction between": lambda a, b: [(a + b)[None] * 2, ((a + b) ** 2).sum()],
        "of another shape": lambda a, b: [a * scaled(row()) + b],
    }.items(),
    ids=lambda item: item[0],
)
def test_what_is_kept(outputs):
    a, b = shared((4, 4), (4, 4))
    functions = both(outputs[1](a, b))
    nodes = [len(f.maker.fgraph.apply_nodes) for f in functions]
    assert nodes[0] == nodes[1]
    agree(functions)


def test_no_more_arrays_are_alive():
    """Two products would wait for the norm instead of what is made of both."""
    x, w = pt.dmatrices("x", "w")
    functions = both([scaled((x @ w) * (w @ x))], [x, w])
    assert len(arrays_between_loops(functions[1])) == len(arrays_between_loops(functions[0])) > 0
    values = np.random.default_rng(1).normal(size=(2, 3, 3))
    agree(functions, *values)
