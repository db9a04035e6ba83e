"""Weight gradients leave the loop, with the values that PyTensor's have."""

import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.compile.mode import OPT_FAST_RUN
from pytensor.scan.op import Scan
from pytensor.scan.utils import until
from pytensor.tensor.math import Dot

from symopt.backends.c.rewriting.products import POSITION, REPLACED, ProductsAfterLoops
from tests.backends.graphs import recurrent_models as models
from tests.backends.graphs.python_mode import AS_WRITTEN, compiled, nodes, unrewritten

REWRITE = (ProductsAfterLoops(), POSITION)


QUICK = AS_WRITTEN.including("scan_remove_unused")
SLOW_TO_COMPILE = ("fusion", "inplace")  # which has nothing to do with it


def moved(inputs, outputs, like=OPT_FAST_RUN):
    excluding = (*REPLACED, *SLOW_TO_COMPILE)
    return compiled(inputs, outputs, REWRITE, excluding=excluding, like=like)


def agree(model, function):
    expected = unrewritten(model.inputs, model.grads)(*model.batch)
    for name, got, value in zip(model.tparams, function(*model.batch), expected, strict=True):
        assert got.dtype == value.dtype
        np.testing.assert_allclose(got, value, rtol=1e-12, atol=1e-13, err_msg=name)


def sums_in_loops(function):
    """The numbers of axes of states of the loops that compute gradients, which go last."""
    op = nodes(function, Scan)[-1].op
    states = [*op.outer_sitsot_outs(op.output_types), *op.inner_untraced_sit_sot(op.inner_inputs)]
    n = op.info.n_sit_sot
    ndims = [v.ndim - 1 for v in states[:n]] + [v.type.ndim for v in states[n:]]
    return sorted(ndims)


STAY = {
    # c_tt; U_att; the context's projection
    "attention": [1, 2, 3],
    # c_tt, bf; U_att, Uf; the filters, the context's projection
    "wap": [1, 1, 2, 2, 4, 4],
}
LARGE = ("attention", "wap")  # which PyTensor takes long to rewrite


@pytest.mark.parametrize(
    ("name", "like"),
    [
        *((name, OPT_FAST_RUN) for name in models.MODELS if name not in LARGE),
        *((name, QUICK) for name in LARGE),
        *(pytest.param(name, OPT_FAST_RUN, marks=pytest.mark.long) for name in LARGE),
    ],
)
def test_models(name, like):
    model = models.MODELS[name]()
    function = moved(model.inputs, model.grads, like)
    agree(model, function)
    assert sums_in_loops(function) == STAY.get(name, [])


def test_beside_the_rewrites_of_pytensor():
    model = models.vanilla()
    function = compiled(model.inputs, model.grads, REWRITE)
    agree(model, function)
    assert sums_in_loops(function) == []


def test_an_operand_that_has_a_trace_anyway_is_used():
    """Attention's last layer: its operand is an output of the loop, a sequence of the gradient."""
    model = models.gru_with_attention(return_p=True)
    function = moved(model.inputs, model.grads, QUICK)
    agree(model, function)
    assert sums_in_loops(function) == [1, 3]


def accumulate(step, *, outputs=1, use=lambda last, traces: last):
    """A loop over pairs of matrices that sums something, and functions with and without us."""
    a, b = pt.dtensor3("a"), pt.dtensor3("b")
    start = pt.as_tensor(np.full((3, 4), 2.0))
    results = pytensor.scan(
        step,
        sequences=[a, b],
        outputs_info=[start] + [None] * (outputs - 1),
        return_updates=False,
    )
    trace, *others = results if outputs > 1 else [results]
    # as a gradient takes it, from the buffer that begins with the initial value
    last = trace.owner.inputs[0][-1]
    result = use(last, [trace, *others])
    functions = unrewritten([a, b], result), moved([a, b], result)
    values = np.arange(30.0).reshape(5, 2, 3), np.arange(40.0).reshape(5, 2, 4)
    plain, ours = (function(*values) for function in functions)
    np.testing.assert_array_equal(ours, plain)
    return functions[1]


def loops(function):
    return len(nodes(function, Scan))


def test_the_loop_is_gone_and_its_initial_value_stays():
    function = accumulate(lambda a, b, acc: acc + pt.dot(a.T, b))
    assert loops(function) == 0


def test_terms_of_a_nested_sum():
    function = accumulate(lambda a, b, acc: pt.dot(a.T, b) + (acc + pt.dot(a.T, b**2)))
    assert loops(function) == 0


def test_a_term_that_stays():
    """A sum of something as large as the sum itself, that has no trace."""
    function = accumulate(
        lambda a, b, acc: acc + pt.dot(a.T, b) + pt.cumsum(pt.outer(a[0], b[0]), 0)
    )
    assert sums_in_loops(function) == [2]
    (loop,) = nodes(function, Scan)
    assert loop not in {client for dot in nodes(function, Dot) for client in dot.inputs}
    assert not [n for n in loop.op.fgraph.toposort() if isinstance(n.op, Dot)]


def test_a_sum_of_what_has_a_trace():
    def step(a, b, acc):
        x = pt.cumsum(pt.outer(a[0], b[0]), 0)
        return acc + x, x

    function = accumulate(step, outputs=2, use=lambda last, traces: last + traces[1].sum())
    assert sums_in_loops(function) == []


@pytest.mark.parametrize(
    "use",
    [lambda last, traces: traces[0].sum(0), lambda last, traces: last + traces[0][2]],
    ids=["all values", "two values"],
)
def test_a_sum_whose_other_values_are_used_stays(use):
    function = accumulate(lambda a, b, acc: acc + pt.dot(a.T, b), use=use)
    assert loops(function) == 1


def test_a_sum_that_the_loop_reads_stays():
    def step(a, b, acc):
        new = acc + pt.dot(a.T, b)
        return new, new[0] * 2

    function = accumulate(step, outputs=2, use=lambda last, traces: last + traces[1].sum())
    assert loops(function) == 1


def test_a_product_of_another_dtype_stays():
    def step(a, b, acc):
        return acc + pt.dot(a.T.astype("float32"), b.astype("float32")).astype("float64")

    assert loops(accumulate(step)) == 1


def test_a_loop_with_a_condition_stays():
    x = pt.dtensor3("x")
    total = pytensor.scan(
        lambda x, acc: (acc + pt.dot(x.T, x), until(x.sum() > 10)),
        sequences=[x],
        outputs_info=[pt.zeros((3, 3), dtype="float64")],
        return_updates=False,
    )
    last = total.owner.inputs[0][-1]
    value = np.ones((6, 1, 3))
    function = moved([x], [last])
    np.testing.assert_array_equal(function(value)[0], unrewritten([x], [last])(value)[0])
    assert loops(function) == 1


def test_no_steps():
    a, n = pt.dtensor3("a"), pt.lscalar("n")
    total = pytensor.scan(
        lambda t, acc, a: acc + pt.dot(a[t].T, a[t] * 2),
        sequences=[pt.arange(n)],
        outputs_info=[pt.as_tensor(np.eye(3))],
        non_sequences=[a],
        return_updates=False,
    )
    function = moved([a, n], [total.owner.inputs[0][-1]])
    np.testing.assert_array_equal(function(np.ones((4, 2, 3)), 0)[0], np.eye(3))
    np.testing.assert_array_equal(function(np.ones((4, 2, 3)), 3)[0], np.eye(3) + 12)


def test_a_sequence_that_is_longer_than_the_loop():
    a, b, n = pt.dtensor3("a"), pt.dtensor3("b"), pt.lscalar("n")
    total = pytensor.scan(
        lambda a, b, acc: acc + pt.dot(a.T, b),
        sequences=[a[: n + 1], b],
        outputs_info=[pt.zeros((3, 4), dtype="float64")],
        n_steps=n,
        return_updates=False,
    )
    inputs, last = [a, b, n], [total.owner.inputs[0][-1]]
    values = np.arange(30.0).reshape(5, 2, 3), np.arange(40.0).reshape(5, 2, 4), 3
    (ours,) = moved(inputs, last)(*values)
    np.testing.assert_array_equal(ours, unrewritten(inputs, last)(*values)[0])
    np.testing.assert_array_equal(ours, np.einsum("tmk,tmn->kn", values[0][:3], values[1][:3]))


def test_a_loop_with_updates_of_a_shared_variable():
    a, counter = pt.dtensor3("a"), pytensor.shared(np.float64(1.0))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # how scan returns updates is about to change
        total, updates = pytensor.scan(
            lambda a, acc: (acc + pt.dot(a.T, pt.tanh(a * counter)), {counter: counter * 2}),
            sequences=[a],
            outputs_info=[pt.zeros((3, 3), dtype="float64")],
        )
    last = total.owner.inputs[0][-1]
    results = []
    for excluding in ((), REPLACED):
        function = compiled(
            [a], last, *([REWRITE] if excluding else []), excluding=excluding, updates=updates
        )
        counter.set_value(1.0)
        results.append((function(np.arange(30.0).reshape(5, 2, 3)), counter.get_value()))
    (plain, count), (ours, our_count) = results
    np.testing.assert_allclose(ours, plain, rtol=1e-14)
    assert our_count == count == 32
    assert sums_in_loops(function) == [0]
