"""Loops keep what their gradients need: same numbers, and nothing computed twice."""

import functools

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import Mode
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import MergeOptimizer
from pytensor.graph.traversal import apply_depends_on
from pytensor.link.vm import VMLinker
from pytensor.scan.op import Scan
from pytensor.scan.utils import until
from pytensor.tensor.blas import Dot22, Gemm
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.math import Dot

from symopt.backends.rewriting.correspondence import find_correspondence
from symopt.backends.rewriting.keep import DEFAULT_BUDGET, POSITION, KeepForwardValues
from symopt.backends.rewriting.recomputation import cost, n_bytes, values_read
from tests.backends.graphs.python_mode import compiled, nodes

T, B, D = 5, 2, 3
MODELS = {}


def model(kept):
    """A cost and its inputs, and how many values its loops keep."""

    def register(build):
        MODELS[build.__name__] = (build, kept)
        return build

    return register


def scan(*args, **keywords):
    return pytensor.scan(*args, return_updates=False, **keywords)


def inputs(*names):
    kinds = {"x": pt.dtensor3, "m": pt.dmatrix, "h": pt.dmatrix, "H": pt.dtensor3}
    return [kinds.get(name[0], pt.dmatrix)(name) for name in names]


def parts(z, n, d=D):
    return [z[:, k * d : (k + 1) * d] for k in range(n)]


def lstm(m, x, U, d=D):
    def step(m_, x_, h_, c_, U):
        z = pt.dot(h_, U) + x_
        i, f, o, g = parts(z, 4, d)
        c = pt.sigmoid(f) * c_ + pt.sigmoid(i) * pt.tanh(g)
        c = m_[:, None] * c + (1.0 - m_)[:, None] * c_
        h = pt.sigmoid(o) * pt.tanh(c)
        h = m_[:, None] * h + (1.0 - m_)[:, None] * h_
        return h, c

    start = pt.zeros((x.shape[1], d))
    return scan(step, [m, x], [start, start], [U])[0]


@model(kept=5)
def masked_lstm():
    m, x, U = inputs("m", "x4", "U4")
    h = lstm(m, x, U)
    return ((h * m[:, :, None]).sum(0) ** 2).sum(), [m, x, U]


@model(kept=10)
def two_layers():
    m, x, U, W, V = inputs("m", "x4", "U4", "W4", "V4")
    h = lstm(m, pt.dot(lstm(m, x, U), W), V)
    return (h[-1] ** 2).sum(), [m, x, U, W, V]


@model(kept=3)  # both gates at once, the candidate, and h @ V, which the gradient of r needs
def gru():
    x, h0, U, V = inputs("x3", "h0", "U2", "V1")

    def step(x_, h_, U, V):
        gates = pt.sigmoid(h_ @ U + x_[:, : 2 * D])
        r, u = parts(gates, 2)
        candidate = pt.tanh(r * (h_ @ V) + x_[:, 2 * D :])
        return u * h_ + (1 - u) * candidate

    return (scan(step, [x], [h0], [U, V]) ** 2).sum(), [x, h0, U, V]


def tanh_step(x_, h_, U):
    return pt.tanh(x_ + h_ @ U)


@model(kept=0)  # the trace is all that its gradient needs
def vanilla():
    x, h0, U = inputs("x1", "h0", "U1")
    return (scan(tanh_step, [x], [h0], [U]) ** 2).sum(), [x, h0, U]


def softplus_step(x_, h_, U):
    return pt.softplus(x_ + h_ @ U)


@model(kept=1)
def before_activation():
    x, h0, U = inputs("x1", "h0", "U1")
    return (scan(softplus_step, [x], [h0], [U]) ** 2).sum(), [x, h0, U]


@model(kept=1)
def last_step():
    x, h0, U = inputs("x1", "h0", "U1")
    return (scan(softplus_step, [x], [h0], [U])[-1] ** 2).sum(), [x, h0, U]


@model(kept=1)
def truncated():
    x, h0, U = inputs("x1", "h0", "U1")
    return (scan(softplus_step, [x], [h0], [U], truncate_gradient=3) ** 2).sum(), [x, h0, U]


@model(kept=1)
def backwards():
    x, h0, U = inputs("x1", "h0", "U1")
    return (scan(softplus_step, [x], [h0], [U], go_backwards=True) ** 2).sum(), [x, h0, U]


@model(kept=1)
def fewer_steps():
    x, h0, U = inputs("x1", "h0", "U1")
    return (scan(softplus_step, [x], [h0], [U], n_steps=T - 2) ** 2).sum(), [x, h0, U]


@model(kept=3)
def taps():
    x, H0, U, V = inputs("x1", "H0", "U1", "V1")

    def step(x_, before, h1, h2, U, V):
        a, b = pt.tanh(h1 @ U + before), pt.sigmoid(h2 @ V)
        return a * b + x_ * pt.exp(-(before**2))

    h = scan(
        step,
        [{"input": x, "taps": [0, -1]}],
        [{"initial": H0, "taps": [-1, -2]}],
        [U, V],
    )
    return (h**2).sum(), [x, H0, U, V]


@model(kept=1)  # exp(z) has a trace
def some_outputs():
    x, h0, U = inputs("x1", "h0", "U1")

    def step(x_, h_, U):
        z = h_ @ U + x_
        return pt.sin(z), pt.exp(z), pt.tanh(x_)

    h, e, _ = scan(step, [x], [h0, None, None], [U])
    return (h[1:] * e[:-1]).sum(), [x, h0, U]


@model(kept=2)
def attention():
    x, h0, ctx, W = inputs("x1", "h0", "H0", "W1")

    def step(x_, h_, ctx, W):
        query = h_ @ W + x_
        alpha = pt.special.softmax((query[None] * ctx).sum(2), axis=0)
        return pt.tanh((alpha[:, :, None] * ctx).sum(0) + query)

    return (scan(step, [x], [h0], [ctx, W]) ** 2).sum(), [x, h0, ctx, W]


@model(kept=2)
def deep_transition():
    x, h0, U, V = inputs("x1", "h0", "U1", "V1")

    def step(x_, h_, U, V):
        return pt.tanh(pt.sigmoid(pt.tanh(h_ @ U + x_) @ V) @ U)

    return (scan(step, [x], [h0], [U, V]) ** 2).sum(), [x, h0, U, V]


@model(kept=1)
def leaky():
    x, h0, U = inputs("x1", "h0", "U1")

    def step(x_, h_, U):
        z = x_ + h_ @ U
        return pt.switch(z > 0, z, 0.1 * z)

    return (scan(step, [x], [h0], [U]) ** 2).sum(), [x, h0, U]


@model(kept=2)  # the pre-activation, and of the first gradient its sigmoid
def second_derivatives():
    x, h0, U = inputs("x1", "h0", "U1")
    h = scan(softplus_step, [x], [h0], [U])
    return (pt.grad((h**2).sum(), U) ** 2).sum(), [x, h0, U]


@model(kept=0)  # all steps of the inner loop for each of the outer one are beyond the budget
def nested():
    x, h0, U = inputs("x1", "h0", "U1")

    def outer_step(x_, h_, U):
        return scan(tanh_step, [pt.stack([x_, x_])], [h_], [U])[-1]

    return (scan(outer_step, [x], [h0], [U]) ** 2).sum(), [x, h0, U]


@functools.cache
def built(name):
    build, kept = MODELS[name]
    cost, wrt = build()
    return wrt, [cost, *pt.grad(cost, wrt)], kept


def values(wrt, steps=T):
    rng = np.random.default_rng(0)

    def value(v):
        width = D * max(int("0" + v.name[1:]), 1)
        shape = {"x": (steps, B, width), "m": (steps, B), "h": (B, D), "H": (2, B, D)}
        value = rng.normal(size=shape.get(v.name[0], (D, width)))
        return (value > -0.5).astype(float) if v.name == "m" else value

    return [value(v) for v in wrt]


def quick(inputs, outputs, *rewrites):
    """Compiled without PyTensor's rewrites of the graph around the loops."""
    mode = Mode(VMLinker(use_cloop=False, c_thunks=False), None).register(*rewrites)
    with pytensor.config.change_flags(cxx="", mode=mode):
        return pytensor.function(inputs, outputs, mode=mode, on_unused_input="ignore")


def agree(wrt, outputs, build=quick, budget=DEFAULT_BUDGET, steps=(T,)):
    rewrite = (KeepForwardValues(budget), POSITION)
    plain, ours = build(wrt, outputs), build(wrt, outputs, rewrite)
    for n in steps:
        given = values(wrt, n)
        with pytensor.config.change_flags(cxx=""):
            for a, b in zip(plain(*given), ours(*given), strict=True):
                np.testing.assert_allclose(b, a, rtol=1e-12, atol=1e-12 * (1 + abs(a).max()))
    return plain, ours


def merged(wrt, outputs):
    fgraph = FunctionGraph(wrt, outputs, clone=True)
    MergeOptimizer().rewrite(fgraph)
    return fgraph


def loops(fgraph):
    return [node for node in fgraph.toposort() if isinstance(node.op, Scan)]


def rewritten(wrt, outputs, budget=DEFAULT_BUDGET):
    """The graph's loops, in order, without and with the rewrite."""
    plain, ours = merged(wrt, outputs), merged(wrt, outputs)
    KeepForwardValues(budget).rewrite(ours)
    ours.check_integrity()
    return loops(plain), loops(ours)


def n_kept(plain, ours):
    return sum(b.op.info.n_nit_sot - a.op.info.n_nit_sot for a, b in zip(plain, ours, strict=True))


def computed(outputs):
    """The nodes whose values, and not only shapes, are needed for some outputs."""
    seen, waiting = set(), list(outputs)
    while waiting:
        node = waiting.pop().owner
        if node is not None and node not in seen:
            seen.add(node)
            waiting += values_read(node)
    return seen


def again(forward, backward):
    """What costs something of what a gradient computes and its loop as well."""
    common = find_correspondence(forward, backward)
    of = common.of if common else {}
    still = set(forward.op.inner_non_seqs(forward.op.inner_inputs))
    moving = set(forward.op.inner_inputs) - still
    for node in forward.op.fgraph.toposort():
        if moving.intersection(node.inputs):
            moving.update(node.outputs)
    return [
        n
        for n in computed(backward.op.inner_outputs)
        if of.get(n.outputs[0]) in moving and cost(n) > 0
    ]


def products(loop):
    """How many different products a body computes."""
    graph = loop.op.fgraph
    thawed = graph.unfreeze() if hasattr(graph, "unfreeze") else graph
    fgraph = merged(thawed.inputs, thawed.outputs)
    return sum(isinstance(getattr(n.op, "core_op", n.op), Dot) for n in computed(fgraph.outputs))


@pytest.mark.parametrize("name", MODELS)
def test_values(name):
    wrt, outputs, _ = built(name)
    agree(wrt, outputs, steps=(T, T + 2))


@pytest.mark.parametrize("name", MODELS)
def test_nothing_is_computed_twice(name):
    wrt, outputs, kept = built(name)
    plain, ours = rewritten(wrt, outputs)
    assert n_kept(plain, ours) == kept
    if name == "nested":
        return
    for i, backward in enumerate(ours):
        for forward in ours[:i]:
            if backward.op.name == f"grad_of_{forward.op.name}":
                assert not again(forward, backward)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("masked_lstm", [1, 3], [1, 2]),
        ("gru", [2, 6], [2, 4]),
        ("taps", [2, 6], [2, 4]),
        ("vanilla", [1, 2], [1, 2]),
        ("attention", [1, 3], [1, 2]),
        ("second_derivatives", [1, 3, 7, 3], [1, 2, 6, 2]),
    ],
)
def test_products(name, before, after):
    plain, ours = rewritten(*built(name)[:2])
    assert [products(loop) for loop in plain] == before
    assert [products(loop) for loop in ours] == after


@pytest.mark.parametrize("name", ["masked_lstm", "gru"])
def test_with_all_rewrites_of_pytensor(name):
    wrt, outputs, kept = built(name)
    plain, ours = agree(wrt, outputs, build=compiled, steps=(T, T + 2))
    forward, backward = nodes(ours, Scan)
    forward_before, backward_before = nodes(plain, Scan)
    assert forward.op.info.n_nit_sot == forward_before.op.info.n_nit_sot + kept

    def n_products(loop):
        return sum(isinstance(n.op, Dot | Dot22 | Gemm) for n in loop.op.fn.maker.fgraph.toposort())

    assert n_products(backward_before) == n_products(backward) + n_products(forward)
    # and what is elementwise stays inside: nothing is computed of traces of all time steps
    for sequence in backward.op.outer_seqs(backward.inputs):
        assert not (
            isinstance(sequence.owner.op, Elemwise)
            and any(apply_depends_on(i.owner, forward) for i in sequence.owner.inputs if i.owner)
        )


def sized_lstm(n=4, d=32):
    """With shapes that are known: of a step it reads m, x and the traces h and c, n(1 + 6d)."""
    m, x = pt.tensor("m", shape=(None, n)), pt.tensor("x", shape=(None, n, 4 * d))
    U = pt.tensor("U", shape=(d, 4 * d))
    return [m, x, U], pt.grad((lstm(m, x, U, d) ** 2).sum(), [x, U])


@pytest.mark.parametrize(
    ("budget", "kept", "product"),
    [
        (0.1, 0, 1),  # room for nothing
        (0.4, 2, 1),  # for two of the gates
        (0.7, 1, 0),  # for the pre-activations, 4d: that saves the product
        (0.9, 5, 0),  # for all gates, and then not for the pre-activations as well
        (8.0, 5, 0),
    ],
)
def test_budget(budget, kept, product):
    plain, ours = rewritten(*sized_lstm(), budget=budget)
    assert n_kept(plain, ours) == kept
    assert products(ours[1]) == 2 + product
    new = ours[0].op.inner_nitsot_outs(ours[0].op.inner_outputs)
    assert sum(map(n_bytes, new)) <= budget * n_bytes(pt.matrix(shape=(4, 1 + 6 * 32)))


def test_no_budget():
    plain, ours = rewritten(*built("masked_lstm")[:2], budget=0)
    assert [loop.op for loop in plain] == [loop.op for loop in ours]


@pytest.mark.parametrize("budget", [0.3, 1.0])
def test_values_within_a_budget(budget):
    wrt, outputs, _ = built("masked_lstm")
    plain, ours = rewritten(wrt, outputs, budget)
    assert 0 < n_kept(plain, ours) < 5
    agree(wrt, outputs, budget=budget)


def test_a_large_budget_is_for_loops_in_loops():
    wrt, outputs, _ = built("nested")
    plain, ours = rewritten(wrt, outputs, budget=100)
    assert n_kept(plain, ours) == 1
    agree(wrt, outputs, budget=100)


def test_one_trace_serves_all_gradients():
    x, h0, U = wrt = inputs("x1", "h0", "U1")
    h = scan(softplus_step, [x], [h0], [U])
    outputs = [pt.grad(h.sum(), U), pt.grad((h**2).sum(), U)]
    plain, ours = rewritten(wrt, outputs)
    assert [
        b.op.info.n_nit_sot - a.op.info.n_nit_sot for a, b in zip(plain, ours, strict=True)
    ] == [
        1,
        0,
        0,
    ]
    assert [loop.op.info.n_seqs for loop in ours] == [1, 3, 3]
    agree(wrt, outputs)


def test_a_trace_of_booleans():
    _, ours = rewritten(*built("leaky")[:2])
    assert ours[0].op.inner_outputs[-1].type.dtype == "bool"


def test_again_changes_nothing():
    wrt, outputs, _ = built("gru")
    fgraph = merged(wrt, outputs)
    KeepForwardValues().rewrite(fgraph)
    once = [loop.op for loop in loops(fgraph)]
    KeepForwardValues().rewrite(fgraph)
    assert [loop.op for loop in loops(fgraph)] == once


def test_a_condition_leaves_a_loop_alone():
    x, h0, U = wrt = inputs("x1", "h0", "U1")

    def step(x_, h_, U):
        h = softplus_step(x_, h_, U)
        return h, until(h.sum() > 1e9)

    h = scan(step, [x], [h0], [U])
    plain, ours = rewritten(wrt, pt.grad(h.sum(), wrt))
    assert [loop.op for loop in plain] == [loop.op for loop in ours]


def test_loops_that_only_run_the_other_way():
    """A bidirectional layer with one matrix: both loops compute x @ U, at mirrored steps."""
    x, h0, U = wrt = inputs("x1", "h0", "U1")

    def step(x_, h_, U):
        return pt.tanh(h_ + pt.exp(x_ @ U))

    h, g = (scan(step, [x], [h0], [U], go_backwards=way) for way in (False, True))
    plain, ours = rewritten(wrt, [h, g])
    assert [loop.op for loop in plain] == [loop.op for loop in ours]


def test_a_loop_that_reads_a_trace_forwards():
    x, h0, U = wrt = inputs("x1", "h0", "U1")
    h = scan(softplus_step, [x], [h0], [U])

    def step(x_, h_, U):
        return pt.sigmoid(x_ + h_ @ U)

    # the trace without its first value: not at the mirrored step, and not at the same one either
    plain, ours = rewritten(wrt, [h, scan(step, [x[1:], h[:-1]], None, [U])])
    assert [loop.op for loop in plain] == [loop.op for loop in ours]


@pytest.mark.parametrize("before", [False, True])
def test_reversed_by_hand(before):
    """What reads a trace backwards need not be a gradient; only the mirrored step is the same."""
    x, h0, U = wrt = inputs("x1", "h0", "U1")
    h, y = scan(lambda x, h, U: (pt.tanh(x + h @ U), pt.exp(h @ U)), [x], [h0, None], [U])
    z = scan(lambda h, U: pt.exp(h @ U), [h[:-1][::-1] if before else h[::-1]], None, [U])
    plain, ours = rewritten(wrt, [y, z])
    assert products(plain[1]) == 1
    assert products(ours[1]) == (0 if before else 1)
    assert n_kept(plain, ours) == 0  # y is a trace
    agree(wrt, [y, z])
