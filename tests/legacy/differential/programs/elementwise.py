"""Elementwise functions: values, derivatives, kinks, and the integer and boolean forms."""

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
    rewritten,
    tolerance,
    warns,
)

_WHOLE_LINE = (
    "neg abs_ sgn sqr square exp expm1 exp2 sin cos tan sinh cosh tanh arctan arcsinh ceil floor "
    "trunc erf erfc deg2rad rad2deg softplus_ sigmoid_ j0 j1"
).split()
_POSITIVE = "sqrt log log2 log10 log1p inv gamma gammaln psi".split()
_UNIT = "arcsin arccos arctanh erfinv erfcinv".split()


def _named(name):
    if name == "softplus_":
        return T.nnet.softplus
    if name == "sigmoid_":
        return T.nnet.sigmoid
    return getattr(T, name)


def _values_and_gradients(names, value):
    x = T.vector("x")
    outputs = OrderedDict()
    for name in names:
        y = _named(name)(x)
        outputs[name] = y
        if y.dtype.startswith("float"):
            outputs[name + " gradient"] = T.grad(y.sum(), x, disconnected_inputs="ignore")
    return compute([(x, value)], outputs)


@tolerance(2e-5, 1e-6)
def functions_of_the_whole_line():
    return _values_and_gradients(_WHOLE_LINE, numbers(7))


@tolerance(2e-5, 1e-6)
def functions_of_positive_numbers():
    return _values_and_gradients(_POSITIVE, positive(7))


@tolerance(2e-5, 1e-6)
def functions_of_the_unit_interval():
    value = np.asarray([0.0625, 0.25, 0.5, 0.6875, 0.9375], theano.config.floatX)
    return _values_and_gradients(_UNIT, value)


@tolerance(2e-5, 1e-6)
def arccosh_above_one():
    return _values_and_gradients(["arccosh"], positive(5) + 1)


def functions_of_integers():
    x = T.ivector("x")
    names = "neg abs_ sgn sqr exp sqrt log ceil floor round inv tanh cosh".split()
    value = np.asarray([1, 2, 5, 4], "int32")
    return compute([(x, value)], OrderedDict((n, lambda n=n: getattr(T, n)(x)) for n in names))


def functions_of_int8_and_bool():
    x, b = T.bvector("x"), T.vector("b", dtype="bool")
    return compute(
        [(x, np.asarray([1, 2, -5], "int8")), (b, np.asarray([True, False, True]))],
        OrderedDict(
            [
                ("exp int8", T.exp(x)),
                ("sqrt abs int8", T.sqrt(abs(x))),
                ("neg int8", -x),
                ("sqr int8", T.sqr(x)),
                ("exp bool", T.exp(b)),
                ("invert bool", ~b),
                ("and", b & T.eq(x, 1)),
                ("or", b | T.eq(x, 2)),
                ("xor", b ^ T.eq(x, 1)),
                ("invert int8", ~x),
                ("sum bool", b.sum()),
                ("mean bool", b.mean()),
                ("bool * int8", b * x),
                ("sum int8", x.sum()),
                ("prod int8", x.prod()),
                ("mean int8", x.mean()),
                ("int8 / 2", x / 2),
                ("int8 // 2", x // 2),
                ("-int8 // 2", (-x) // 2),
                ("int8 % 3", x % 3),
                ("int8 % -3", x % -3),
                ("int8 ** 2", x**2),
            ]
        ),
    )


def two_arguments():
    a, b = T.vector("a"), T.vector("b")
    operations = OrderedDict(
        [
            ("add", T.add(a, b)),
            ("add three", T.add(a, b, a)),
            ("sub", T.sub(a, b)),
            ("mul", T.mul(a, b, 2)),
            ("true_div", T.true_div(a, b)),
            ("int_div", T.int_div(a, b)),
            ("floor_div", T.floor_div(a, b)),
            ("mod", T.mod(a, b)),
            ("mod operator", a % b),
            ("floor operator", a // b),
            ("ceil_intdiv", T.ceil_intdiv(T.constant(7), T.constant(2))),
            ("pow", T.pow(abs(a), b)),
            ("maximum", T.maximum(a, b)),
            ("minimum", T.minimum(a, b)),
            ("arctan2", T.arctan2(a, b)),
            ("lt", T.lt(a, b)),
            ("le", T.le(a, b)),
            ("gt", T.gt(a, b)),
            ("ge", T.ge(a, b)),
            ("eq", T.eq(a, a)),
            ("neq", T.neq(a, b)),
            ("isclose", T.isclose(a, a + 1e-9)),
            ("allclose", T.allclose(a, b)),
            ("rsub", 1 - a),
            ("rdiv", 1 / a),
            ("rpow", 2**a),
            ("rmod", 5 % abs(b)),
            ("rfloordiv", 5 // b),
            ("clip", T.clip(a, -1, 1)),
            ("clip method", a.clip(-0.5, b)),
            ("switch", T.switch(T.gt(a, 0), a, b)),
            ("where", T.where(T.gt(a, 0), 1.0, b)),
            ("smallest", T.smallest(a, b)),
            ("largest", T.largest(a, b)),
            ("dot", a.dot(b)),
            ("divmod", lambda: T.divmod(a, b)[1]),
        ]
    )
    return compute([(a, numbers(6)), (b, numbers(6, seed=2))], operations)


@tolerance(2e-5, 1e-6)
def gradients_of_two_arguments():
    a, b = T.vector("a"), T.vector("b")
    costs = OrderedDict(
        [
            ("true_div", a / b),
            ("mod", a % b),
            ("pow", abs(a) ** b),
            ("maximum", T.maximum(a, b)),
            ("minimum", T.minimum(a, b)),
            ("arctan2", T.arctan2(a, b)),
            ("clip", T.clip(a, -b, 2)),
            ("switch", T.switch(a > b, a * b, b)),
            ("int_div", (a // b) * b),
            ("sqr", T.sqr(a) * b),
            ("eq", T.eq(a, b) * a * b),
        ]
    )
    outputs = OrderedDict()
    for name, cost in costs.items():
        for wrt, gradient in zip("ab", T.grad(cost.sum(), [a, b], disconnected_inputs="ignore")):
            outputs[name + " " + wrt] = gradient
    return compute([(a, numbers(6)), (b, numbers(6, seed=2))], outputs)


def kinks():
    """Derivatives where a function has none: Theano's choice."""
    x = T.vector("x")
    zero = T.zeros_like(x)
    costs = OrderedDict(
        [
            ("abs", abs(x)),
            ("sgn", T.sgn(x)),
            ("maximum with 0", T.maximum(x, 0)),
            ("maximum 0 first", T.maximum(0, x)),
            ("maximum tensors", T.maximum(x, zero)),
            ("minimum with 0", T.minimum(x, 0)),
            ("minimum 0 first", T.minimum(0, x)),
            ("relu", T.nnet.relu(x)),
            ("leaky relu", T.nnet.relu(x, 0.25)),
            ("relu by switch", T.switch(x > 0, x, 0)),
            ("relu by switch ge", T.switch(x >= 0, x, 0)),
            ("relu by product", x * (x > 0)),
            ("clip", T.clip(x, 0, 1)),
            ("clip upper", T.clip(x, -1, 0)),
            ("hard_sigmoid", T.nnet.hard_sigmoid(x * 2.5)),
            ("elu", T.nnet.elu(x)),
            ("sqrt of square", T.sqrt(T.sqr(x) + 0.0)),
            ("max of two", T.stack([x, zero]).max(axis=0)),
            ("ceil", T.ceil(x)),
            ("floor", T.floor(x)),
            ("round", T.round(x)),
            ("trunc", T.trunc(x)),
            ("softsign", T.nnet.nnet.softsign(x)),
            ("power 1.5", abs(x) ** 1.5),
            ("mod", x % 1),
            ("sort", T.sort(x)),
        ]
    )
    value = np.asarray([-1, 0, 1, -0.5, 2.5, 0], theano.config.floatX)
    outputs = OrderedDict()
    for name, cost in costs.items():
        outputs[name] = cost
        outputs[name + " gradient"] = T.grad(cost.sum(), x, disconnected_inputs="ignore")
    return compute([(x, value)], outputs)


def ties_of_maxima():
    m = T.matrix("m")
    value = np.asarray([[1, 3, 3], [2, 2, 2], [-1, -1, -4]], theano.config.floatX)
    costs = OrderedDict(
        [
            ("max all", m.max()),
            ("max 0", m.max(axis=0).sum()),
            ("max 1", m.max(axis=1).sum()),
            ("min 1", m.min(axis=1).sum()),
            ("max_and_argmax", T.max_and_argmax(m, axis=1)[0].sum()),
            ("max keepdims", (m.max(axis=1, keepdims=True) * m).sum()),
            ("max two axes", m.max(axis=(0, 1))),
        ]
    )
    outputs = OrderedDict((name, T.grad(cost, m)) for name, cost in costs.items())
    outputs["argmax"] = m.argmax(axis=1)
    outputs["argmin"] = m.argmin(axis=1)
    outputs["argmax all"] = m.argmax()
    return compute([(m, value)], outputs)


def rounding():
    x = T.vector("x")
    value = np.asarray([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4999, -3.7], theano.config.floatX)
    return compute(
        [(x, value)],
        OrderedDict(
            [
                ("round", T.round(x)),
                ("half_to_even", T.round(x, mode="half_to_even")),
                ("half_away_from_zero", T.round(x, mode="half_away_from_zero")),
                ("iround", T.iround(x)),
                ("iround mode", T.iround(x, mode="half_to_even")),
                ("method", x.round()),
                ("method mode", x.round("half_away_from_zero")),
                ("ceil", x.ceil()),
                ("floor", x.floor()),
                ("trunc", x.trunc()),
                ("sgn", T.sgn(x)),
                ("int cast", T.cast(x, "int32")),
                ("uint8 cast", T.cast(abs(x), "uint8")),
                ("bool cast", T.cast(x, "bool")),
            ]
        ),
    )


def not_a_number_and_infinity():
    x = T.vector("x")
    value = np.asarray([np.nan, np.inf, -np.inf, 0, 1], theano.config.floatX)
    return compute(
        [(x, value)],
        OrderedDict(
            [
                ("isnan", T.isnan(x)),
                ("isinf", T.isinf(x)),
                ("eq", T.eq(x, x)),
                ("neq", T.neq(x, x)),
                ("maximum", T.maximum(x, 0)),
                ("minimum", T.minimum(x, 0)),
                ("max", x.max()),
                ("min", x.min()),
                ("argmax", x.argmax()),
                ("switch", T.switch(T.isnan(x), 0, x)),
                ("switch both", T.switch(T.or_(T.isnan(x), T.isinf(x)), 0.1, x)),
                ("clip", T.clip(x, -1, 1)),
                ("sum", x.sum()),
                ("abs", abs(x)),
                ("sgn", T.sgn(x)),
                ("exp", T.exp(x)),
                ("tanh", T.tanh(x)),
                ("sigmoid", T.nnet.sigmoid(x)),
                ("relu", T.nnet.relu(x)),
            ]
        ),
    )


@rewritten
def stable_forms():
    """Where Theano's rewriting saves a number that plain arithmetic loses."""
    x = T.vector("x")
    m = T.matrix("m")
    big = np.asarray([-1000, -100, -50, 0, 50, 100, 1000], theano.config.floatX)
    outputs = OrderedDict(
        [
            ("log sigmoid", T.log(T.nnet.sigmoid(x))),
            ("log 1 - sigmoid", T.log(1 - T.nnet.sigmoid(x))),
            ("log1p exp", T.log1p(T.exp(x))),
            ("log 1 + exp", T.log(1 + T.exp(x))),
            ("softplus", T.nnet.softplus(x)),
            ("binary crossentropy", T.nnet.binary_crossentropy(T.nnet.sigmoid(x), 1.0)),
            ("softmax", T.nnet.softmax(m)),
            ("log softmax", T.log(T.nnet.softmax(m))),
            ("logsoftmax", T.nnet.logsoftmax(m)),
            (
                "crossentropy",
                T.nnet.categorical_crossentropy(T.nnet.softmax(m), T.constant([0, 1])),
            ),
            ("indexed", -T.log(T.nnet.softmax(m))[T.arange(2), T.constant([0, 1])]),
            ("exp - 1", T.exp(x / 1e6) - 1),
            ("log 1 +", T.log(1 + x / 1e6)),
            ("power", (abs(x) + 1) ** -0.5),
        ]
    )
    matrix = np.asarray([[1000, 0, -1000], [0, 200, 400]], theano.config.floatX)
    return compute([(x, big), (m, matrix)], outputs)


def xlogx_forms():
    x = T.vector("x")
    y = T.vector("y")
    from theano.tensor.xlogx import xlogx, xlogy0

    outputs = OrderedDict([("xlogx", xlogx(x)), ("xlogy0", xlogy0(x, y))])
    outputs["xlogy0 gradient"] = T.grad(xlogy0(x, y).sum(), y)
    value = np.asarray([0, 1, 2, 0.5], theano.config.floatX)
    return compute([(x, value), (y, np.asarray([1, 2, 0.5, 3], theano.config.floatX))], outputs)


@warns  # PyTensor 3.3 about complex_from_polar
def complex_numbers():
    z = T.zvector("z")
    value = np.asarray([1 + 2j, -0.5j, 3])
    return compute(
        [(z, value)],
        OrderedDict(
            [
                ("real", T.real(z)),
                ("imag", T.imag(z)),
                ("abs", abs(z)),
                ("angle", T.angle(z)),
                ("conj", T.conj(z)),
                ("product", z * z),
                ("complex", T.complex(T.real(z), T.imag(z))),
                ("polar", T.complex_from_polar(abs(z), T.angle(z))),
                ("exp", T.exp(z)),
                ("sum", z.sum()),
            ]
        ),
    )


def bitwise_on_integers():
    a, b = T.lvector("a"), T.lvector("b")
    return compute(
        [(a, integers(6, low=0, high=15)), (b, integers(6, low=0, high=15, seed=2))],
        OrderedDict(
            [
                ("and", a & b),
                ("or", a | b),
                ("xor", a ^ b),
                ("invert", ~a),
                ("bitwise_and", T.bitwise_and(a, b)),
                ("bitwise_or", T.bitwise_or(a, 3)),
                ("bitwise_xor", T.bitwise_xor(a, b)),
                ("bitwise_not", T.bitwise_not(a)),
                ("and_", T.and_(T.gt(a, 3), T.gt(b, 3))),
                ("or_", T.or_(T.gt(a, 3), T.gt(b, 3))),
                ("not", T.invert(T.gt(a, 3))),
                ("floor", a // 4),
                ("negative floor", (a - 8) // 3),
                ("negative mod", (a - 8) % 3),
                ("true", a / 4),
                ("power", a**2),
                ("rpower", 2**a),
            ]
        ),
    )


def operators_with_python_values():
    x = T.matrix("x")
    value = numbers(2, 3)
    return compute(
        [(x, value)],
        OrderedDict(
            [
                ("list", x + [1, 2, 3]),
                ("array", x * np.asarray([1, 2, 3], "float32")),
                ("nested list", x - [[1], [2]]),
                ("tuple", x + (1, 2, 3)),
                ("np scalar", x * np.float32(0.5)),
                ("right array", T.mul(np.ones(3, "float32"), x)),
                ("bool", lambda: x * True),
                ("negative", -x),
                ("positive", lambda: +x),
                ("abs", abs(x)),
                ("chain", (x > 0) * x + (x <= 0) * -1),
            ]
        ),
    )


def elementwise_operators_take_names():
    x, y = T.vector("x"), T.vector("y")
    return build(
        {
            "name": lambda: T.add(x, y, name="sum").name,
            "inplace": lambda: T.inplace.exp_inplace(x),
            "inplace add": lambda: T.inplace.add_inplace(x, y),
            "elemwise": lambda: T.Elemwise(theano.scalar.add)(x, y),
            "elemwise exp": lambda: T.Elemwise(theano.scalar.exp)(x),
            "too many": lambda: T.exp(x, y, x),
            "sub of three": lambda: T.sub(x, y, x),
            "text": lambda: x + "a",
            "none": lambda: x + None,
            "string compare": lambda: T.eq(x, "a"),
        }
    )
