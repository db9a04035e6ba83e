"""Cross-entropies of logits of 1e4 in float32, however they are written: finite, and right."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.tensor.special import softmax

from symopt import nnet
from tests.nnet.evaluate import COMPILED, compiled, symbols

X = np.array(
    [
        [1e4, -1e4, 0, 5],
        [-1e4, 0, 1e4, 3],
        [0, 0, 0, 1],
        [1e4, 1e4, -1e4, -1e4],
        [0.5, -1.5, 30, -30],
        [-88, 88, -104, 17],
    ],
    "float32",
)
Y = np.array([1, 0, 2, 2, 3, 0], "int32")
T = np.eye(4, dtype="float32")[Y]
MASK = np.array([1, 1, 0, 1, 1, 1], "float32")


def rows(x):
    return pt.arange(x.shape[0])


def flat(x, y):
    return rows(x) * x.shape[1] + y


def bce_by_hand(x, t):
    s = pt.sigmoid(x)
    return -(t * pt.log(s) + (1 - t) * pt.log(1 - s))


# Each gives the negative log-likelihood of every row, or its masked mean.
PER_ROW = {
    "index": lambda x, y, t, m: nnet.categorical_crossentropy(nnet.softmax(x), y),
    "one-hot": lambda x, y, t, m: nnet.categorical_crossentropy(nnet.softmax(x), t),
    "logits": lambda x, y, t, m: nnet.crossentropy_softmax_1hot(x, y)[0],
    "log, index": lambda x, y, t, m: -pt.log(nnet.softmax(x))[rows(x), y],
    "index, log": lambda x, y, t, m: -pt.log(softmax(x, axis=-1)[rows(x), y]),
    "one-hot by hand": lambda x, y, t, m: -pt.sum(t * pt.log(nnet.softmax(x)), axis=1),
    "dl4mt": lambda x, y, t, m: -pt.log(nnet.softmax(x).flatten()[flat(x, y)]),
    "reshaped": lambda x, y, t, m: (
        -pt.log(
            nnet.softmax(x).reshape((2, 3, 4))[
                pt.arange(2)[:, None], pt.arange(3), y.reshape((2, 3))
            ]
        ).flatten()
    ),
}
MEANS = {
    "mean": lambda x, y, t, m: -pt.mean(pt.log(nnet.softmax(x)[rows(x), y])),
    "masked": lambda x, y, t, m: (
        (nnet.categorical_crossentropy(nnet.softmax(x), y) * m).sum() / m.sum()
    ),
    "dl4mt, masked": lambda x, y, t, m: (
        -pt.log(nnet.softmax(x).flatten()[flat(x, y)]).reshape((2, 3)) * m.reshape((2, 3))
    ).sum(),
}
BINARY = {
    "probabilities": lambda x, y, t, m: nnet.binary_crossentropy(nnet.sigmoid(x), t),
    "logits": lambda x, y, t, m: nnet.sigmoid_binary_crossentropy(x, t),
    "by hand": lambda x, y, t, m: bce_by_hand(x, t),
}


def expected():
    x = X.astype("float64")
    z = x - x.max(1, keepdims=True)
    z = z - np.log(np.exp(z).sum(1, keepdims=True))
    nll, slope = -z[np.arange(6), Y], np.exp(z) - T
    by_name = dict.fromkeys(PER_ROW, (nll, slope))
    by_name["mean"] = nll.mean(), slope / 6
    by_name["masked"] = (nll * MASK).sum() / 5, slope * MASK[:, None] / 5
    by_name["dl4mt, masked"] = (nll * MASK).sum(), slope * MASK[:, None]
    bce = np.logaddexp(0, -np.abs(x)) + x * ((x > 0) - T)
    bce_slope = np.exp(-np.logaddexp(0, -x)) - T
    return by_name | {f"binary, {name}": (bce, bce_slope) for name in BINARY}


def check(backend, forms):
    arrays = {"x": X, "y": Y, "t": T, "m": MASK}
    variables = symbols(arrays)
    outputs = []
    for form in forms.values():
        value = form(**variables)
        outputs += [value, pytensor.grad(value.sum(), variables["x"])]
    values = compiled(backend, list(variables.values()), outputs)(*arrays.values())
    wanted = expected()
    for i, name in enumerate(forms):
        value, slope = map(np.asarray, values[2 * i : 2 * i + 2])
        assert value.dtype == slope.dtype == "float32", name
        np.testing.assert_allclose(value, wanted[name][0], 3e-6, 1e-6, err_msg=name)
        np.testing.assert_allclose(slope, wanted[name][1], 3e-6, 1e-6, err_msg=name)


@pytest.mark.core
def test_softmax_without_stabilization():
    """symopt's rewrites run in FAST_COMPILE too."""
    check("python", PER_ROW | MEANS | {"binary, logits": BINARY["logits"]})


@pytest.mark.parametrize("backend", COMPILED)
def test_all_forms(backend):
    forms = PER_ROW | MEANS
    if backend == "numba":  # the rewrites are those of c, and it compiles each form for seconds
        forms = {k: forms[k] for k in ("index", "one-hot by hand", "index, log", "dl4mt, masked")}
    check(backend, forms | {f"binary, {name}": f for name, f in BINARY.items()})


def ops_of(outputs, mode="FAST_RUN"):
    inputs = [v for v in pytensor.graph.traversal.graph_inputs(outputs) if v.owner is None]
    inputs = [v for v in inputs if not isinstance(v, pytensor.graph.basic.Constant)]
    graph = pytensor.graph.FunctionGraph(inputs, outputs, clone=True)
    pytensor.compile.get_mode(mode).excluding("fusion", "inplace").optimizer.rewrite(graph)
    return [str(node.op).lower() for node in graph.toposort()]


@pytest.mark.core
@pytest.mark.parametrize("name", ["index", "dl4mt", "index, log", "reshaped"])
def test_no_division_is_left(name):
    x, y, t, m = pt.fmatrix("x"), pt.ivector("y"), pt.fmatrix("t"), pt.fvector("m")
    value = PER_ROW[name](x, y, t, m)
    ops = ops_of([value, pytensor.grad(value.sum(), x)])
    assert not any("true_div" in op or "reciprocal" in op for op in ops), ops
    assert any("logsoftmax" in op for op in ops), ops


@pytest.mark.core
def test_what_is_not_a_softmax_stays():
    p, y = pt.fmatrix("p"), pt.ivector("y")
    value = nnet.categorical_crossentropy(p, y)
    assert not any("softmax" in op for op in ops_of([value, pytensor.grad(value.sum(), p)]))
    x = pt.fmatrix("x")
    smoothed = -pt.log(nnet.softmax(x)[rows(x), y] + np.float32(1e-8))
    f = compiled("python", [x, y], [smoothed, pytensor.grad(smoothed.sum(), x)])
    value, slope = f(X[:1], Y[:1])
    np.testing.assert_allclose(value, [-np.log(1e-8)], 1e-6)
    np.testing.assert_array_equal(slope, np.zeros((1, 4)))


@pytest.mark.core
def test_scatters_that_do_not_match_are_left():
    """p * scatter(v) keeps its value when v has nothing to do with p, or indices repeat."""
    x = pt.dmatrix("x")
    p = softmax(x, axis=-1)
    i, j = pt.lvector("i"), pt.lvector("j")
    zeros = pt.zeros_like(p)
    plain = p * pt.inc_subtensor(zeros[i, j], pt.arange(1.0, 4.0))
    repeated = p * pt.inc_subtensor(zeros[i, j], 1 / p[i, j])
    other = p * pt.inc_subtensor(zeros[j, i], 1 / p[i, j])
    onto = p * pt.inc_subtensor(pt.ones_like(p)[i, j], 1 / p[i, j])
    put = p * pt.set_subtensor(zeros[i, j], 1 / p[i, j])
    f = compiled("python", [x, i, j], [p, plain, repeated, other, onto, put])
    rng = np.random.default_rng(1)
    a, b = np.array([0, 2, 2]), np.array([1, 0, 0])
    q, *found = f(rng.normal(size=(3, 3)), a, b)

    def scatter(start, i, j, v):
        out = np.full((3, 3), start)
        np.add.at(out, (i, j), v)
        return q * out

    once = np.zeros((3, 3))
    once[a, b] = 1
    wanted = [
        scatter(0.0, a, b, np.arange(1.0, 4.0)),
        scatter(0.0, a, b, 1 / q[a, b]),
        scatter(0.0, b, a, 1 / q[a, b]),
        scatter(1.0, a, b, 1 / q[a, b]),
        once,
    ]
    for value, expected_value in zip(found, wanted, strict=True):
        np.testing.assert_allclose(value, expected_value, 1e-13)


@pytest.mark.core
def test_second_derivatives():
    """The index form is a composition, so its gradient has one of its own."""
    x = pt.dvector("x")
    y = np.array([1])
    cost = nnet.categorical_crossentropy(nnet.softmax(x), y).sum()
    hessian = pytensor.gradient.hessian(cost, x)
    f = compiled("python", [x], [hessian])
    value = np.array([0.3, -1.0, 2.0])
    p = np.exp(value) / np.exp(value).sum()
    np.testing.assert_allclose(f(value)[0], np.diag(p) - np.outer(p, p), 1e-12, 1e-14)
