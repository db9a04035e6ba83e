"""Operations written by users: Op, Apply, perform, grad, infer_shape, R_op, as_op."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano import Apply, Op, gof

from tests.legacy.differential.answers import compute, numbers, raised


class DoubleOp(Op):
    __props__ = ()

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, output_storage):
        output_storage[0][0] = inputs[0] * 2

    def infer_shape(self, node, input_shapes):
        return input_shapes

    def grad(self, inputs, output_gradients):
        return [output_gradients[0] * 2]

    def R_op(self, inputs, eval_points):
        if eval_points[0] is None:
            return eval_points
        return self.grad(inputs, eval_points)


class AxPlusB(Op):
    """With properties, a C code that is not used, and the old forms of eq and hash."""

    def __init__(self, a, b):
        self.a, self.b = a, b

    def __eq__(self, other):
        return type(self) is type(other) and (self.a, self.b) == (other.a, other.b)

    def __hash__(self):
        return hash((type(self), self.a, self.b))

    def __str__(self):
        return "AxPlusB{%s,%s}" % (self.a, self.b)

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return gof.Apply(self, [x], [x.type()])

    def perform(self, node, inp, out):
        (x,) = inp
        (z,) = out
        z[0] = np.asarray(self.a * x + self.b, dtype=x.dtype)

    def grad(self, inp, grads):
        (gz,) = grads
        return (self.a * gz,)

    def c_code_cache_version(self):
        return (1,)


class TwoOutputs(gof.Op):
    __props__ = ("scale",)

    def __init__(self, scale=1):
        self.scale = scale

    def make_node(self, x, y):
        x, y = T.as_tensor_variable(x), T.as_tensor_variable(y)
        return Apply(self, [x, y], [x.type(), T.scalar(dtype=x.dtype)])

    def perform(self, node, inputs, outputs):
        x, y = inputs
        outputs[0][0] = x * y * self.scale
        outputs[1][0] = np.asarray((x * y).sum(), dtype=x.dtype)

    def grad(self, inputs, g):
        x, y = inputs
        product, total = g
        common = 0
        if not isinstance(product.type, theano.gradient.DisconnectedType):
            common = common + product * self.scale
        if not isinstance(total.type, theano.gradient.DisconnectedType):
            common = common + total
        return [common * y, common * x]

    def infer_shape(self, node, shapes):
        return [shapes[0], ()]


class InPlaceAdd(Op):
    __props__ = ("inplace",)

    def __init__(self, inplace=False):
        self.inplace = inplace
        if inplace:
            self.destroy_map = {0: [0]}

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        x = inputs[0]
        if not self.inplace:
            x = x.copy()
        x += 1
        outputs[0][0] = x


class WithITypes(Op):
    itypes = [T.dvector]
    otypes = [T.dscalar]
    __props__ = ()

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.asarray(inputs[0].sum())

    def grad(self, inputs, g):
        return [g[0] * T.ones_like(inputs[0])]


class NotDifferentiable(Op):
    __props__ = ()

    def make_node(self, x):
        x = T.as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node, inputs, outputs):
        outputs[0][0] = np.floor(inputs[0])


class NotImplementedGradient(NotDifferentiable):
    def grad(self, inputs, g):
        return [theano.gradient.grad_not_implemented(self, 0, inputs[0])]


class UndefinedGradient(NotDifferentiable):
    def grad(self, inputs, g):
        return [theano.gradient.grad_undefined(self, 0, inputs[0])]


class Disconnected(NotDifferentiable):
    def grad(self, inputs, g):
        return [theano.gradient.disconnected_type()]

    def connection_pattern(self, node):
        return [[False]]


def operations_with_gradients():
    x, y = T.vector("x"), T.vector("y")
    product, total = TwoOutputs(3)(x, y)
    double = DoubleOp()(x)
    line = AxPlusB(4, -1)(x)
    return compute(
        [(x, numbers(3)), (y, numbers(3, seed=2))],
        OrderedDict(
            [
                ("double", double),
                ("double gradient", T.grad((double**2).sum(), x)),
                ("double Rop", T.Rop(double, x, y)),
                ("line", line),
                ("line gradient", T.grad((line * y).sum(), x)),
                ("product", product),
                ("total", total),
                ("product gradient", T.grad(product.sum(), x)),
                ("total gradient", T.grad(total, y)),
                ("both", T.grad(product.sum() * total, x)),
                ("not in place", InPlaceAdd()(x)),
                ("shape", DoubleOp()(x).shape[0]),
                ("nested", DoubleOp()(AxPlusB(2, 1)(DoubleOp()(x)))),
            ]
        ),
    )


def operations_with_types():
    v = T.dvector("v")
    out = WithITypes()(v)
    return {
        "type": out,
        "value": theano.function([v], out)(np.asarray([1.0, 2.5])),
        "gradient": theano.function([v], T.grad(out, v))(np.asarray([1.0, 2.5])),
        "wrong": raised(WithITypes(), T.dmatrix()),
        "count": raised(WithITypes(), v, v),
    }


def gradients_that_are_missing():
    x = T.vector("x")
    return {
        "no grad": raised(T.grad, NotDifferentiable()(x).sum(), x),
        "not implemented": raised(T.grad, NotImplementedGradient()(x).sum(), x),
        "undefined": raised(T.grad, UndefinedGradient()(x).sum(), x),
        "disconnected": raised(T.grad, Disconnected()(x).sum(), x),
        "disconnected plus": theano.function(
            [x], T.grad((Disconnected()(x) * x).sum(), x)
        )(numbers(2)),
        "value": theano.function([x], NotDifferentiable()(x))(numbers(3)),
    }


def equality_of_operations():
    x = T.vector("x")
    return {
        "props equal": DoubleOp() == DoubleOp(),
        "props hash": hash(DoubleOp()) == hash(DoubleOp()),
        "scale equal": TwoOutputs(2) == TwoOutputs(2),
        "scale unequal": TwoOutputs(2) == TwoOutputs(3),
        "eq": AxPlusB(1, 2) == AxPlusB(1, 2),
        "text": str(AxPlusB(1, 2)),
        "props text": str(TwoOutputs(2)),
        "applied": AxPlusB(1, 2)(x).owner.op == AxPlusB(1, 2),
        "isinstance": isinstance(DoubleOp()(x).owner.op, DoubleOp),
        "inputs": DoubleOp()(x).owner.inputs[0] is x,
        "name": str(DoubleOp()),
    }


def operations_that_fail():
    class Failing(Op):
        __props__ = ()

        def make_node(self, x):
            return Apply(self, [T.as_tensor_variable(x)], [T.vector()])

        def perform(self, node, inputs, outputs):
            raise KeyError("inside perform")

    class WrongDtype(Failing):
        def perform(self, node, inputs, outputs):
            outputs[0][0] = np.asarray(inputs[0], "complex64")

    class NoMakeNode(Op):
        pass

    x = T.vector("x")
    return {
        "perform": raised(theano.function([x], Failing()(x)), numbers(2)),
        "no make_node": raised(NoMakeNode(), x),
        "no such input": raised(DoubleOp(), "text"),
        "too many": raised(DoubleOp(), x, x),
    }


def as_op_decorator():
    from theano.compile.ops import as_op

    @as_op(itypes=[T.dmatrix, T.dmatrix], otypes=[T.dmatrix])
    def numpy_dot(a, b):
        return np.dot(a, b)

    def infer(node, shapes):
        return [(shapes[0][0], shapes[1][1])]

    @theano.as_op(itypes=[T.dmatrix, T.dmatrix], otypes=[T.dmatrix], infer_shape=infer)
    def with_shape(a, b):
        return np.dot(a, b)

    a, b = T.dmatrix("a"), T.dmatrix("b")
    f = theano.function([a, b], [numpy_dot(a, b), with_shape(a, b) * 2])
    values = numbers(2, 3, dtype="float64"), numbers(3, 2, dtype="float64")
    return {"values": f(*values), "gradient": raised(T.grad, numpy_dot(a, b).sum(), a)}


def op_from_graph():
    x, y, z = T.scalars("x", "y", "z")
    op = theano.OpFromGraph([x, y, z], [x * y + z])
    e = op(x, y, z) + op(z, y, x)
    return compute(
        [(x, np.asarray(2, theano.config.floatX)), (y, np.asarray(3, theano.config.floatX)), (z, np.asarray(5, theano.config.floatX))],
        OrderedDict([("value", e), ("gradient", T.grad(e, x))]),
    )


def view_operations():
    x = T.vector("x")
    from theano.compile.ops import ViewOp, deep_copy_op, shape_i, view_op

    return compute(
        [(x, numbers(3))],
        OrderedDict(
            [
                ("view", view_op(x)),
                ("class", ViewOp()(x)),
                ("copy", deep_copy_op(x)),
                ("shape", theano.compile.ops.Shape()(x)),
                ("specify", T.specify_shape(x, (3,))),
                ("rebroadcast", theano.compile.ops.Rebroadcast((0, False))(x)),
            ]
        ),
    )
