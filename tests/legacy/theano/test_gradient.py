"""theano.gradient: results, structures, errors and dtypes of Theano 1.0.5."""

from collections import OrderedDict

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.graph import Apply, Op

from symopt.legacy.theano import gradient as G
from tests.nnet.evaluate import compiled

X, W = np.array([0.1, -0.5, 0.7]), np.arange(6.0).reshape(2, 3) / 6
x, w = pt.dvector("x"), pt.dmatrix("w")
y = pt.tanh(pt.dot(w, x))
SLOPE = (1 - np.tanh(W @ X) ** 2)[:, None] * W  # dy / dx


def value(outputs, backend="python"):
    several = isinstance(outputs, list | tuple)
    results = compiled(backend, [x, w], list(outputs) if several else [outputs])(X, W)
    return list(results) if several else results[0]


@pytest.mark.core
def test_results_come_as_wrt_is_given():
    cost = y.sum()
    assert isinstance(G.grad(cost, x), pytensor.graph.Variable)
    assert isinstance(G.grad(cost, [x]), list)
    assert isinstance(G.grad(cost, (x, w)), tuple)
    parameters = OrderedDict([("x", x), ("w", w)])
    as_values = G.grad(cost, parameters.values())
    assert isinstance(as_values, list)
    np.testing.assert_allclose(value(as_values)[0], SLOPE.sum(axis=0))
    assert G.grad(cost.copy(name="c"), x).name == "(dc/dx)"


def test_known_grads():
    given = np.array([2.0, -1.0])
    sent_back = G.grad(None, [x], known_grads={y: pt.constant(given)})
    np.testing.assert_allclose(value(sent_back)[0], given @ SLOPE)
    both = G.grad((x**2).sum(), x, known_grads=OrderedDict([(y, pt.constant(given))]))
    np.testing.assert_allclose(value(both), given @ SLOPE + 2 * X)


def test_constants():
    h = x**2
    np.testing.assert_allclose(value(G.grad((h * x).sum(), x, consider_constant=[h])), X**2)
    for function in (G.disconnected_grad, G.consider_constant, G.zero_grad):
        np.testing.assert_allclose(value(G.grad((function(h) * x).sum(), x)), X**2)


def test_disconnected():
    other = pt.dvector("other")
    cost = y.sum()
    with pytest.raises(G.DisconnectedInputError):
        G.grad(cost, other)
    assert issubclass(G.DisconnectedInputError, ValueError)
    with pytest.raises(G.DisconnectedInputError):
        G.grad(cost, [x, other])
    with pytest.warns(UserWarning, match="not part of"):
        G.grad(cost, other, disconnected_inputs="warn")
    zero, none, disconnected = (
        G.grad(cost, [x, other], disconnected_inputs="ignore", return_disconnected=choice)[1]
        for choice in ("zero", "None", "Disconnected")
    )
    assert none is None
    assert isinstance(disconnected.type, G.DisconnectedType)
    assert compiled("python", [other], [zero])(X)[0].tolist() == [0, 0, 0]


def test_errors():
    for call, kind in (
        (lambda: G.grad(None, x), AssertionError),
        (lambda: G.grad(y, x), TypeError),
        (lambda: G.grad(y.sum(), {x}), TypeError),
        (lambda: G.grad(y.sum(), [x, 1.0]), TypeError),
        (lambda: G.grad(y.sum(), x, known_grads={y: 1.0}), TypeError),
        (lambda: G.jacobian(w, x), AssertionError),
        (lambda: G.hessian(y, x), AssertionError),
        (lambda: G.hessian(y.sum(), w), AssertionError),
        (lambda: G.Rop(y, x, w), ValueError),
        (lambda: G.Rop(y, [x, w], [x]), AssertionError),
        (lambda: G.Lop(y, x, [y, y]), AssertionError),
        (lambda: G.subgraph_grad([x], [w]), AssertionError),
        (lambda: G.subgraph_grad(x, [w], cost=y.sum()), AssertionError),
        (lambda: G.verify_grad(pt.tanh, [X]), TypeError),
        (lambda: G.grad(G.undefined_grad(x).sum(), x), G.NullTypeGradError),
    ):
        with pytest.raises(kind):
            call()


def test_null_gradients_can_be_returned():
    null = G.grad(G.undefined_grad(x).sum(), x, null_gradients="return")
    assert isinstance(null.type, type(G.grad_undefined(None, 0, x).type))
    assert isinstance(null.type, type(G.grad_not_implemented(None, 0, x).type))


def test_rop_and_lop():
    point, cotangent = np.array([1.0, 2.0, 3.0]), np.array([1.0, -2.0])
    np.testing.assert_allclose(value(G.Rop(y, x, pt.constant(point))), SLOPE @ point)
    np.testing.assert_allclose(value(G.Lop(y, x, pt.constant(cotangent))), cotangent @ SLOPE)
    np.testing.assert_allclose(value(G.Lop(y, x, cotangent)), cotangent @ SLOPE)
    listed = G.Rop([y, x], [x], [pt.constant(point)])
    assert isinstance(listed, list)
    np.testing.assert_allclose(value(listed)[1], point)
    assert isinstance(G.Lop([y], (x, w), [y]), tuple)


def test_rop_of_what_does_not_depend_on_it():
    other = pt.dvector("other")
    assert compiled("python", [other], [G.Rop(other * 1, x, X)])(X)[0].tolist() == [0, 0, 0]
    constant = G.disconnected_grad(x)
    with pytest.raises(G.DisconnectedInputError):
        G.Rop(constant, x, x)
    assert G.Rop(constant, x, x, "ignore", "None") is None
    assert isinstance(G.Rop(constant, x, x, "ignore", "Disconnected").type, G.DisconnectedType)
    with pytest.warns(UserWarning, match="depends on none"):
        zero = G.Rop(constant, x, x, "warn")
    assert value(zero).tolist() == [0, 0, 0]
    for bad in ({"disconnected_outputs": "?"}, {"return_disconnected": "?"}):
        with pytest.raises(ValueError, match="expected '"):
            G.Rop(constant, x, x, **{"disconnected_outputs": "ignore", **bad})


class Cube(Op):
    """An operation that has a gradient and nothing for Rop."""

    __props__ = ()

    def make_node(self, x):
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = inputs[0] ** 3

    def pullback(self, inputs, outputs, output_grads):
        return [output_grads[0] * 3 * inputs[0] ** 2]


def test_rop_is_made_of_gradients_where_it_must_be():
    through = G.Rop(Cube()(x), x, pt.constant(np.ones(3)))
    np.testing.assert_allclose(value(through), 3 * X**2)


def test_rop_of_outputs_that_are_made_of_each_other():
    point = pt.constant(np.ones(3))
    for z in (pt.tanh(x), Cube()(x)):
        first, second = value(G.Rop([z, z**2], [x], [point]))
        np.testing.assert_allclose(second, 2 * value(z) * first)


def test_rop_through_a_loop():
    from symopt.legacy.theano.scan_module import scan

    h, _ = scan(lambda a, h: pt.tanh(h * a), sequences=x, outputs_info=pt.constant(np.float64(0.3)))
    point = np.array([0.3, 0.1, -0.2])
    through = value(G.Rop(h[-1], x, pt.constant(point)))
    np.testing.assert_allclose(through, value(G.grad(h[-1], x)) @ point)


@pytest.mark.parametrize("backend", ["python", pytest.param("c", marks=pytest.mark.long)])
def test_jacobian_and_hessian(backend):
    by_x, by_w = value(G.jacobian(y, [x, w]), backend)
    np.testing.assert_allclose(by_x, SLOPE)
    assert by_w.shape == (2, 2, 3)
    np.testing.assert_allclose(value(G.jacobian(y.sum(), x), backend), SLOPE.sum(axis=0))
    second = value(G.hessian((y**2).sum(), x), backend)
    t = np.tanh(W @ X)
    inner = 2 * (1 - t**2) * (1 - 3 * t**2)
    np.testing.assert_allclose(second, W.T @ (inner[:, None] * W))
    np.testing.assert_array_equal(value(G.hessian(x.sum(), x), backend), np.zeros((3, 3)))


def test_subgraph_grad():
    """The example of its documentation: one layer after the other gives what grad gives."""
    h = pt.tanh(pt.dot(w, x))
    v = pt.constant(np.array([1.0, 2.0]))
    cost = ((h * v) ** 2).sum() + (w**2).sum()
    (by_v,), (by_h,) = G.subgraph_grad([v], [h], cost=((h * v) ** 2).sum())
    (by_w,), _ = G.subgraph_grad([w], [x], start={h: by_h}, cost=(w**2).sum())
    np.testing.assert_allclose(value(by_w), value(G.grad(cost, w)))
    np.testing.assert_allclose(value(by_v), value(G.grad(cost, v)))
    parts = G.subgraph_grad([w], [x], start={h: by_h}, cost=(w**2).sum(), details=True)
    assert len(parts) == 4
    assert G.subgraph_grad([w], [x], cost=cost, details=True)[2] is None


def test_clip_and_scale():
    np.testing.assert_allclose(
        value(G.grad((G.grad_clip(x, -0.1, 0.2) * 5).sum(), x)), [0.2, 0.2, 0.2]
    )
    np.testing.assert_allclose(value(G.grad(G.grad_scale(x, 3.0).sum(), x)), [3, 3, 3])


def test_verify_grad():
    rng = np.random.RandomState(1)
    G.verify_grad(lambda x, w: pt.tanh(pt.dot(w, x)), [X, W], rng=rng)

    class Wrong(Cube):
        def pullback(self, inputs, outputs, output_grads):
            return [output_grads[0] * inputs[0] ** 2]

    with pytest.raises(G.GradientError):
        G.verify_grad(Wrong(), [X], rng=rng)


# What Theano 1.0.5 gives as the dtype of the gradient under floatX=float64.
f, d = pt.fvector("f"), pt.dvector("d")
DTYPES = {
    "product": (f * d, "float64"),
    "switch": (pt.switch(f > 0, f, 0), "float32"),
    "switch, cast after": (pt.switch(f > 0, f, 0).sum().astype("float64"), "float32"),
    "mean of a comparison": (pt.mean(f > 0), "float32"),
    "comparison": (pt.eq(f, 0) * 2.0, "float32"),
    "cast": (pt.cast(f, "float64"), "float64"),
    "cast to integers": (pt.cast(f, "int32") * 2.0, "float32"),
    "mask": (((f > 0) & (f < 1)) * f, "float32"),
    "isnan": (pt.isnan(f) * d, "float32"),
    "unequal": (pt.neq(f, f) * f, "float32"),
    "maximum": (pt.maximum(f, d), "float64"),
    "integers": (f * pt.lvector(), "float64"),
    "sign": (pt.sign(f) * d, "float32"),
}


@pytest.mark.parametrize("name", DTYPES)
def test_dtypes(name):
    expression, dtype = DTYPES[name]
    assert pytensor.config.floatX == "float64"
    assert G.grad(expression.sum(), f).dtype == dtype


def test_format_as():
    assert G.format_as(True, False, 1) == [1]
    assert G.format_as(False, True, [1, 2]) == (1, 2)
    assert G.format_as(False, False, [1]) == 1
    with pytest.raises(AssertionError):
        G.format_as(False, False, [1, 2])
    with pytest.raises(AssertionError):
        G.format_as(True, True, 1)
