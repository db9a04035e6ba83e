"""grad and its keywords, Rop, Lop, jacobian, hessian, and the errors they raise."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import (
    build,
    compute,
    integers,
    numbers,
    positive,
    raised,
    tolerance,
)


def forms_of_wrt():
    x, y = T.vector("x"), T.vector("y")
    cost = (x**2 * y).sum()
    outputs = OrderedDict(
        [
            ("variable", T.grad(cost, x)),
            ("list", T.grad(cost, [x])[0]),
            ("tuple", T.grad(cost, (x, y))[1]),
            ("keyword", T.grad(cost=cost, wrt=y)),
            ("keyword list", T.grad(cost, wrt=[x, y])[0]),
            ("theano.grad", theano.grad(cost, x)),
            ("gradient.grad", theano.gradient.grad(cost, x)),
            ("elementwise", T.grad(cost, [x, y], disconnected_inputs="raise")[0]),
            ("intermediate", T.grad((x * y).sum() ** 2, y)),
        ]
    )
    made = compute([(x, numbers(3)), (y, numbers(3, seed=2))], outputs)
    made["kind of list"] = type(T.grad(cost, [x])).__name__
    made["kind of tuple"] = type(T.grad(cost, (x, y))).__name__
    made["kind of one"] = isinstance(T.grad(cost, x), theano.Variable)
    parameters = OrderedDict([("x", x), ("y", y)])
    made["values of a dictionary"] = raised(T.grad, cost, parameters.values())
    made["list of values"] = len(T.grad(cost, list(parameters.values())))
    return made


def known_grads_forms():
    x, y = T.vector("x"), T.vector("y")
    h = T.tanh(x * y)
    known = T.vector("known")
    outputs = OrderedDict(
        [
            ("known", T.grad(None, x, known_grads=OrderedDict([(h, known)]))),
            ("cost and known", T.grad((x**2).sum(), x, known_grads=OrderedDict([(h, known)]))),
            ("keywords", T.grad(cost=None, known_grads={h: known}, wrt=[x, y])[1]),
            ("of wrt", T.grad(None, [x], known_grads={x: known})[0]),
        ]
    )
    values = [(x, numbers(3)), (y, numbers(3, seed=2)), (known, numbers(3, seed=3))]
    return compute(values, outputs)


def constants_and_stopped_gradients():
    x, y = T.vector("x"), T.vector("y")
    h = x * y
    outputs = OrderedDict(
        [
            ("consider_constant", T.grad((h * x).sum(), x, consider_constant=[h])),
            ("consider two", T.grad((h * x * y).sum(), x, consider_constant=[h, y])),
            ("disconnected_grad", T.grad((theano.gradient.disconnected_grad(h) * x).sum(), x)),
            ("zero_grad", T.grad((theano.gradient.zero_grad(h) * x).sum(), x)),
            ("consider_constant op", T.grad((theano.gradient.consider_constant(h) * x).sum(), x)),
            ("zero_grad alone", T.grad(theano.gradient.zero_grad(h).sum() + 0 * x.sum(), x)),
            ("grad_clip", T.grad(theano.gradient.grad_clip(h, -0.5, 0.5).sum(), x)),
            ("grad_clip squared", T.grad((theano.gradient.grad_clip(x, -1, 1) ** 2).sum(), x)),
            ("grad_scale", T.grad(theano.gradient.grad_scale(h, 3).sum(), x)),
            ("forward", theano.gradient.grad_clip(h, -0.5, 0.5)),
            ("forward disconnected", theano.gradient.disconnected_grad(h)),
            ("forward zero", theano.gradient.zero_grad(h)),
        ]
    )
    return compute([(x, numbers(3)), (y, numbers(3, seed=2))], outputs)


def disconnected_inputs_keyword():
    x, y = T.vector("x"), T.vector("y")
    cost = (x**2).sum()
    through = theano.gradient.disconnected_grad(y).sum() + cost
    return {
        "default": raised(T.grad, cost, y),
        "raise": raised(T.grad, cost, [x, y], disconnected_inputs="raise"),
        "ignore": T.grad(cost, [x, y], disconnected_inputs="ignore"),
        "ignore value": theano.function(
            [x, y],
            T.grad(cost, y, disconnected_inputs="ignore"),
            on_unused_input="ignore",
        )(numbers(2), numbers(3)),
        "unknown": raised(T.grad, cost, y, disconnected_inputs="maybe"),
        "through": raised(T.grad, through, y),
        "return none": T.grad(
            cost, [x, y], disconnected_inputs="ignore", return_disconnected="None"
        ),
        "return zero": T.grad(
            cost, [x, y], disconnected_inputs="ignore", return_disconnected="zero"
        ),
        "return disconnected": isinstance(
            T.grad(cost, [x, y], disconnected_inputs="ignore", return_disconnected="Disconnected")[
                1
            ].type,
            theano.gradient.DisconnectedType,
        ),
        "name in gradient": hasattr(theano.gradient, "DisconnectedInputError"),
        "catch": raised(T.grad, T.constant(1.0), x),
    }


def errors_of_grad():
    x, m, i = T.vector("x"), T.matrix("m"), T.ivector("i")
    return {
        "not a scalar": raised(T.grad, x, x),
        "matrix cost": raised(T.grad, m.sum(axis=0), m),
        "integer cost": raised(T.grad, i.sum(), i),
        "boolean cost": raised(T.grad, T.any(x > 0), x),
        "no cost": raised(T.grad, None, x),
        "wrt a number": raised(T.grad, x.sum(), 3),
        "wrt text": raised(T.grad, x.sum(), "x"),
        "wrt numpy": raised(T.grad, x.sum(), np.zeros(2)),
        "cost a number": raised(T.grad, 3.0, x),
        "nan cost": raised(T.grad, T.argmax(x).astype(theano.config.floatX), x),
        "integer parameter": raised(T.grad, (i * 2.0).sum(), i),
        "wrt empty": raised(T.grad, x.sum(), []),
        "undefined": raised(T.grad, T.cast(T.argsort(x), theano.config.floatX).sum(), x),
        "known grad type": raised(T.grad, None, x, known_grads={x * 2: m}),
        "of shared int": raised(
            T.grad, (theano.shared(3) * x).sum(), theano.shared(np.zeros(2, "int32"))
        ),
    }


def integer_inputs():
    """The gradient of an integer input is zero in floatX, or passes through a cast."""
    i, x = T.ivector("i"), T.vector("x")
    cost = (x * i).sum()
    values = [(i, integers(3, dtype="int32")), (x, numbers(3))]
    return compute(
        values,
        OrderedDict(
            [
                ("x", T.grad(cost, x)),
                ("i", T.grad(cost, i)),
                ("through cast", T.grad((T.cast(x, "float64") ** 2).sum(), x)),
                ("through int", T.grad((T.cast(x, "int32") * x).sum(), x)),
                ("both", T.grad((i.astype("float32") * x).sum(), [i, x])[1]),
                ("mixed", T.grad((x.astype("float32") * x.astype("float64")).sum(), x)),
            ]
        ),
    )


@tolerance(1e-5, 1e-6)
def second_derivatives():
    x = T.vector("x")
    cost = (T.tanh(x) ** 3).sum() + x[0] * x[1] * x[2]
    first = T.grad(cost, x)
    return compute(
        [(x, numbers(4))],
        OrderedDict(
            [
                ("first", first),
                ("second", T.grad((first**2).sum(), x)),
                ("hessian", theano.gradient.hessian(cost, x)),
                ("hessian in tensor", T.hessian(cost, x)),
                ("jacobian", theano.gradient.jacobian(first, x)),
                ("jacobian in tensor", T.jacobian(x**2, x)),
                ("jacobian of scalar", T.jacobian(cost, x)),
                ("jacobian list", T.jacobian(x**2, [x])[0]),
                ("of prod", lambda: T.grad(T.grad(x.prod(), x).sum(), x)),
                ("third", T.grad(T.grad(x[0] ** 4, x)[0], x)),
            ]
        ),
    )


@tolerance(1e-5, 1e-6)
def left_and_right_operators():
    x, w, v = T.vector("x"), T.matrix("w"), T.vector("v")
    u = T.matrix("u")
    y = T.tanh(T.dot(x, w))
    values = [
        (x, numbers(3)),
        (w, numbers(3, 2, seed=2) / 4),
        (v, numbers(2, seed=3)),
        (u, numbers(3, 2, seed=4)),
    ]
    return compute(
        values,
        OrderedDict(
            [
                ("Lop", T.Lop(y, w, v)),
                ("Lop list", T.Lop([y], [w, x], [v])[1]),
                ("Rop", T.Rop(y, w, u)),
                ("Rop list", T.Rop([y, y**2], [w], [u])[1]),
                ("Rop two", T.Rop(y, [w, x], [u, x])),
                ("gradient.Rop", theano.gradient.Rop(y, w, u)),
                ("gradient.Lop", theano.gradient.Lop(y, x, v)),
                ("Rop of grad", T.Rop(T.grad((y**2).sum(), x), x, x * 2)),
                ("Rop sum", T.Rop(y.sum(), w, u)),
                ("Rop elementwise", T.Rop(T.exp(x) * x, x, x)),
                ("Rop index", T.Rop(x[1:] * 2, x, x)),
                ("Rop softmax", T.Rop(T.nnet.softmax(w), w, u)),
                ("Rop max", T.Rop(w.max(axis=1), w, u)),
                ("Rop concatenate", T.Rop(T.concatenate([x, x * 2]), x, x)),
                ("Rop reshape", T.Rop(w.reshape((2, 3)), w, u)),
                ("Rop set_subtensor", T.Rop(T.set_subtensor(w[0], v), w, u)),
                ("Rop scan-free sqr", T.Rop(T.sqr(x).sum(), x, x)),
            ]
        ),
    )


def hessian_vector_product_forms():
    x, v = T.vector("x"), T.vector("v")
    cost = (x**3).sum() + x[0] * x[1]
    g = T.grad(cost, x)
    return compute(
        [(x, numbers(3)), (v, numbers(3, seed=2))],
        OrderedDict(
            [
                ("R of grad", T.Rop(g, x, v)),
                ("grad of inner product", T.grad((g * v).sum(), x)),
                ("L of grad", T.Lop(g, x, v)),
                ("consider constant", T.grad(T.sum(g * v), x, consider_constant=[v])),
            ]
        ),
    )


@tolerance(1e-5, 1e-6)
def gradients_of_products():
    x, w, v, t, u = T.matrix("x"), T.matrix("w"), T.vector("v"), T.tensor3("t"), T.tensor3("u")
    costs = OrderedDict(
        [
            ("dot", (T.dot(x, w) ** 2).sum() + v.sum() + t.sum() + u.sum()),
            ("dot vector", (T.dot(x, v) ** 2).sum() + w.sum() + t.sum() + u.sum()),
            ("vector dot", (T.dot(v, w) ** 2).sum() + x.sum() + t.sum() + u.sum()),
            ("inner", T.dot(v, v) + x.sum() + w.sum() + t.sum() + u.sum()),
            ("dot 3 2", (T.dot(t, w) ** 2).sum() + x.sum() + v.sum() + u.sum()),
            (
                "tensordot",
                (T.tensordot(t, w, axes=[[2], [0]]) ** 2).sum() + (x.sum() + v.sum() + u.sum()),
            ),
            ("batched_dot", (T.batched_dot(t, u) ** 2).sum() + x.sum() + v.sum() + w.sum()),
            ("outer", (T.outer(v, x[0]) ** 2).sum() + w.sum() + t.sum() + u.sum()),
        ]
    )
    outputs = OrderedDict()
    for name, cost in costs.items():
        for wrt, gradient in zip("xwvtu", T.grad(cost, [x, w, v, t, u])):
            outputs[name + " " + wrt] = gradient
    values = [
        (x, numbers(2, 3)),
        (w, numbers(3, 4, seed=2)),
        (v, numbers(3, seed=3)),
        (t, numbers(2, 2, 3, seed=4)),
        (u, numbers(2, 3, 2, seed=5)),
    ]
    return compute(values, outputs)


def subgraph_grad_forms():
    x, w1, w2 = T.vector("x"), T.matrix("w1"), T.vector("w2")
    h = T.tanh(T.dot(x, w1))
    cost = (T.dot(h, w2)) ** 2
    wrt_grads, next_grads = theano.subgraph_grad([w2], [h], cost=cost)
    rest, _ = theano.subgraph_grad([w1], [x], start=OrderedDict([(h, next_grads[0])]))
    return compute(
        [(x, numbers(3)), (w1, numbers(3, 2, seed=2) / 4), (w2, numbers(2, seed=3))],
        OrderedDict([("w2", wrt_grads[0]), ("h", next_grads[0]), ("w1", rest[0])]),
    )


def verify_grad_passes_and_fails():
    class WrongSquare(theano.Op):
        __props__ = ()

        def make_node(self, x):
            x = T.as_tensor_variable(x)
            return theano.Apply(self, [x], [x.type()])

        def perform(self, node, inputs, output_storage):
            output_storage[0][0] = inputs[0] ** 2

        def grad(self, inputs, output_gradients):
            return [output_gradients[0] * inputs[0]]

    value = np.asarray([0.5, 1.5, -1.25], "float64")
    return {
        "right": raised(
            theano.gradient.verify_grad, lambda x: T.tanh(x), [value], rng=np.random.RandomState(1)
        ),
        "tensor.verify_grad": raised(
            T.verify_grad, lambda x: x**2, [value], rng=np.random.RandomState(1)
        ),
        "wrong": raised(
            theano.gradient.verify_grad, WrongSquare(), [value], rng=np.random.RandomState(1)
        ),
        "numeric_grad": theano.gradient.numeric_grad(lambda x: (np.asarray(x) ** 2).sum(), [value])
        .gf[0]
        .round(3),
    }


def gradients_of_helpers():
    x = T.vector("x")
    return build(
        {
            "grad_undefined": lambda: (
                type(theano.gradient.grad_undefined(T.exp, 0, x, "why").type).__name__
            ),
            "grad_not_implemented": lambda: (
                type(theano.gradient.grad_not_implemented(T.exp, 0, x).type).__name__
            ),
            "DisconnectedType equal": lambda: (
                theano.gradient.DisconnectedType() == theano.gradient.DisconnectedType()
            ),
            "disconnected_type": lambda: type(theano.gradient.disconnected_type).__name__,
            "format_as list": lambda: type(theano.gradient.format_as(True, False, [x])).__name__,
            "format_as one": lambda: theano.gradient.format_as(False, False, [x]) is x,
        }
    )


def gradients_under_reuse_of_a_value():
    """A value used in many places gets the sum of its gradients."""
    x = T.vector("x")
    h = x
    for _ in range(5):
        h = h + h * x
    return compute([(x, positive(3))], OrderedDict([("g", T.grad(h.sum(), x)), ("h", h)]))


def names_of_gradients():
    x, cost = T.vector("x"), None
    cost = (x**2).sum()
    named = cost
    named.name = "cost"
    g = T.grad(named, x)
    return {"name": g.name, "name without": T.grad((x**2).sum(), x).name}
