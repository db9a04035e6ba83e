"""Gradients of slices become one operation, with the values that PyTensor's chain has."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import MergeOptimizer
from pytensor.tensor.subtensor import IncSubtensor

from symopt.backends.c.rewriting.slices import POSITION, GradientsOfSlices
from symopt.backends.c.rewriting.slices_op import AssembleSlices, Given, apart
from tests.backends.graphs.python_mode import compiled, nodes

REWRITE = (GradientsOfSlices(), POSITION)


def both(inputs, outputs):
    return compiled(inputs, outputs), compiled(inputs, outputs, REWRITE)


def agree(functions, *values):
    plain, ours = (function(*values) for function in functions)
    for a, b in zip(plain, ours, strict=True):
        assert a.dtype == b.dtype
        np.testing.assert_array_equal(a, b)


def gates(z, bounds):
    return [z[:, a:b] for a, b in bounds]


@pytest.mark.parametrize("symbolic", [False, True])
def test_gates_of_an_lstm(symbolic):
    z = pt.dmatrix("z")
    n = pt.lscalar("n") if symbolic else 3
    i, f, o, c = gates(z, [(k * n, (k + 1) * n) for k in range(4)])
    cost = (pt.tanh(i) * f**2 + o * pt.exp(c)).sum()
    functions = both([z, n] if symbolic else [z], [pt.grad(cost, z)])
    (node,) = nodes(functions[1], AssembleSlices)
    assert not nodes(functions[1], IncSubtensor)
    assert len(node.op.indices) == 4
    assert node.op.disjoint is not symbolic  # n might be negative
    x = np.random.default_rng(0).normal(size=(2, 12))
    agree(functions, x, *([3] if symbolic else []))


def test_parts_and_shape():
    z, n = pt.dmatrix("z"), pt.lscalar("n")
    cost = (z[:, :n] ** 3).sum() + (z[:, n:] ** 2).sum()
    (node,) = nodes(compiled([z, n], [pt.grad(cost, z)], REWRITE), AssembleSlices)
    parts = sorted(node.op.parts(node), key=lambda part: part[1][1][0] is not None)
    (_, first), (_, second) = parts
    assert first[0] == second[0] == (None, None)
    assert first[1][0] is None
    assert second[1][1] is None
    assert first[1][1] is second[1][0]
    assert node.op.disjoint
    assert len(node.op.shape(node)) == 2
    assert {value.type.ndim for value, _ in parts} == {2}


def test_a_single_slice_with_a_broadcast_value():
    x, v = pt.dtensor3("x"), pt.dvector("v")
    y = pt.zeros_like(x)[:, 1:]
    functions = both([x, v], [pt.inc_subtensor(pt.zeros_like(x)[:, 1:], v), y.sum()])
    assert len(nodes(functions[1], AssembleSlices)) == 1
    agree(functions, np.ones((2, 3, 4)), np.arange(4.0))
    agree(functions, np.ones((2, 3, 4)), np.arange(1.0))  # an axis that turns out to have length 1


def test_a_sum_of_assemblies():
    """PyTensor makes chains of most sums; this is what it leaves of them."""
    x, w = pt.dmatrix("x"), pt.dmatrix("w")
    zeros = pt.zeros((x.shape[0], 7))
    a = pt.inc_subtensor(zeros[:, 2:5], x)
    b = pt.inc_subtensor(zeros[:, 4:7], x * 2)
    other = pt.inc_subtensor(pt.zeros((w.shape[0], 7))[1:], x[0, 0])
    total = pt.add(a, w, b, other)
    fgraph = FunctionGraph([x, w], [total], clone=True)
    MergeOptimizer().rewrite(fgraph)
    GradientsOfSlices().rewrite(fgraph)
    sizes = [len(t.owner.op.indices) for t in fgraph.outputs[0].owner.inputs if t.owner]
    assert sorted(sizes) == [1, 2]
    functions = compiled([x, w], [total]), compiled(fgraph.inputs, fgraph.outputs)
    agree(functions, np.arange(6.0).reshape(2, 3), np.arange(14.0).reshape(2, 7))


def test_an_assignment_after_an_increment():
    x, n = pt.dvector("x"), pt.lscalar("n")
    base = pt.inc_subtensor(pt.zeros((8,))[:n], x)
    beside = pt.set_subtensor(base[n:], 3.0)
    over = pt.set_subtensor(base[1:], 3.0)
    functions = both([x, n], [beside])
    assert not nodes(functions[1], IncSubtensor)
    agree(functions, np.arange(5.0), 5)
    functions = both([x, n], [over])
    assert len(nodes(functions[1], IncSubtensor)) == 1
    agree(functions, np.arange(5.0), 5)


def test_an_intermediate_result_with_another_client_stays():
    x = pt.dvector("x")
    first = pt.inc_subtensor(pt.zeros((8,))[:4], x)
    second = pt.inc_subtensor(first[2:6], x)
    functions = both([x], [first, second])
    assert len(nodes(functions[1], AssembleSlices)) == 1
    assert len(nodes(functions[1], IncSubtensor)) == 1
    agree(functions, np.arange(4.0))


@pytest.mark.parametrize(
    "make",
    [
        lambda x: pt.inc_subtensor(pt.ones((8,))[:4], x),
        lambda x: pt.inc_subtensor(pt.zeros((8,))[::2], x),
        lambda x: pt.inc_subtensor(pt.zeros((3, 4))[1], x),
        lambda x: pt.inc_subtensor(pt.zeros((8,), dtype="float32")[:4], x),
    ],
    ids=["not zeros", "a step", "an integer", "a dtype that rounds"],
)
def test_what_stays(make):
    x = pt.dvector("x")
    functions = both([x], [make(x)])
    assert not nodes(functions[1], AssembleSlices)
    agree(functions, np.arange(4.0))


def test_a_value_of_the_wrong_length_is_an_error_as_before():
    x = pt.dvector("x")
    plain, ours = both([x], [pt.inc_subtensor(pt.zeros((8,))[:4], x)])
    for function in (plain, ours):
        with pytest.raises(ValueError, match="broadcast"):
            function(np.arange(3.0))


def test_a_value_of_another_type_is_refused():
    op = AssembleSlices("float64", [((None, 2),)])
    with pytest.raises(TypeError, match="Cast or dimshuffle"):
        op(4, pt.fvector())


def test_in_the_body_of_a_loop():
    x, u = pt.dtensor3("x"), pt.dmatrix("u")
    n = u.shape[0]

    def step(x_t, h, u):
        z = x_t + h @ u
        r, c = pt.sigmoid(z[:, :n]), pt.tanh(z[:, n : 2 * n])
        return r * h + (1 - r) * c

    h = pytensor.scan(step, x, pt.zeros((x.shape[1], n)), u, return_updates=False)
    functions = both([x, u], pt.grad((h[-1] ** 2).sum(), [x, u]))
    rng = np.random.default_rng(2)
    agree(functions, rng.normal(size=(3, 2, 8)), rng.normal(size=(4, 8)))
    in_loop = [node for node in nodes(functions[1], AssembleSlices) if len(node.op.indices) == 2]
    assert len(in_loop) == 1
    assert in_loop[0].op.disjoint


bounds = st.none() | st.integers(-7, 7)


@st.composite
def slices_of(draw, shape):
    """For each axis, a slice, how it is given, and whether its value is broadcast there."""
    return [(draw(bounds), draw(bounds), draw(st.booleans()), draw(st.booleans())) for _ in shape]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_any_slices(data):
    shape = data.draw(st.lists(st.integers(0, 5), min_size=1, max_size=3))
    parts = data.draw(st.lists(slices_of(shape), min_size=1, max_size=4))
    rng = np.random.default_rng(3)
    inputs, values = [], []

    def symbolic(variable, value):
        inputs.append(variable)
        values.append(value)
        return variable

    y = pt.zeros([symbolic(pt.lscalar(), n) for n in shape])
    for part in parts:
        index, at = [], []
        for start, stop, given_at_run_time, _ in part:
            at.append(slice(start, stop))
            pair = [
                symbolic(pt.lscalar(), v) if given_at_run_time and v is not None else v
                for v in (start, stop)
            ]
            index.append(slice(*pair))
        size = np.zeros(shape)[tuple(at)].shape
        size = [1 if thin else n for n, (*_, thin) in zip(size, part, strict=True)]
        x = symbolic(
            pt.TensorType("float64", shape=tuple(1 if n == 1 else None for n in size))(),
            rng.normal(size=size),
        )
        y = pt.inc_subtensor(y[tuple(index)], x)
    functions = both(inputs, [y])
    agree(functions, *values)
    for node in nodes(functions[1], AssembleSlices):
        if node.op.disjoint and len(node.op.indices) == len(parts):
            counts = np.zeros(shape)
            for part in parts:
                counts[tuple(slice(a, b) for a, b, *_ in part)] += 1
            assert counts.max(initial=0) <= 1


same = st.none() | st.integers(-6, 6) | st.integers(0, 2).map(Given)


@given(*[st.tuples(same, same)] * 2, st.integers(0, 6), st.lists(st.integers(-7, 7), min_size=3))
def test_apart_holds_for_all_shapes_and_bounds(a, b, length, run_time):
    """The property that ``disjoint`` rests on."""

    def at(interval):
        return slice(*(run_time[x.position] if isinstance(x, Given) else x for x in interval))

    if apart((a,), (b,)):
        elements = np.arange(length)
        assert not set(elements[at(a)]) & set(elements[at(b)])
