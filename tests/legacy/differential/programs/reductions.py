"""Reductions: their axes, keepdims, dtypes and gradients, as functions and as methods."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import (
    build,
    compute,
    integers,
    numbers,
    raised,
    tolerance,
)

_NAMES = "sum mean prod max min var std argmax argmin".split()


def _forms(x, name):
    f = getattr(T, name)
    return OrderedDict(
        [
            (name, f(x)),
            (name + " axis 0", f(x, axis=0)),
            (name + " axis positional", f(x, 1)),
            (name + " axis -1", f(x, axis=-1)),
            (name + " keepdims", f(x, axis=1, keepdims=True)),
            (name + " no keepdims", f(x, axis=1, keepdims=False)),
            (name + " all keepdims", f(x, keepdims=True)),
            (name + " method", getattr(x, name)(axis=0)),
            (name + " method positional", getattr(x, name)(2)),
            (name + " method all", getattr(x, name)()),
        ]
    )


@tolerance(1e-5, 1e-5)
def forms_of_all_reductions():
    x = T.tensor3("x")
    outputs = OrderedDict()
    for name in _NAMES:
        outputs.update(_forms(x, name))
    return compute([(x, numbers(2, 3, 4))], outputs)


@tolerance(1e-5, 1e-5)
def several_axes():
    x = T.tensor4("x")
    outputs = OrderedDict()
    for name in "sum mean prod max min var std".split():
        f = getattr(T, name)
        outputs[name + " tuple"] = f(x, axis=(0, 2))
        outputs[name + " list"] = f(x, axis=[1, -1])
        outputs[name + " keepdims"] = f(x, axis=(2, 3), keepdims=True)
        outputs[name + " method"] = getattr(x, name)(axis=(0, 2, 3))
    outputs["argmax tuple"] = T.argmax(x, axis=(2, 3))
    outputs["argmax list"] = T.argmax(x, axis=[0, 1])
    outputs["max_and_argmax"] = T.max_and_argmax(x, axis=(1, 2))[1]
    outputs["any"] = T.any(x > 1, axis=(0, 1))
    outputs["all"] = T.all(x > -2, axis=[2, 3])
    return compute([(x, numbers(2, 3, 2, 2))], outputs)


def any_and_all():
    x = T.matrix("x")
    return compute(
        [(x, numbers(3, 4))],
        OrderedDict(
            [
                ("any", T.any(x > 0)),
                ("any axis", T.any(x > 0, axis=0)),
                ("any keepdims", T.any(x > 1, axis=1, keepdims=True)),
                ("all", T.all(x > -3)),
                ("all axis", T.all(x > 0, axis=1)),
                ("all of floats", T.all(x)),
                ("method any", (x > 2).any()),
                ("method all", (x > 0).all(axis=0)),
                ("sum of comparison", T.sum(x > 0)),
                ("mean of comparison", T.mean(x > 0, axis=0)),
                ("mean of neq", T.mean(T.neq(x, x))),
            ]
        ),
    )


def integer_reductions():
    x = T.ivector("x")
    value = integers(6, low=1, high=5, dtype="int32")
    return compute(
        [(x, value)],
        OrderedDict(
            [
                ("sum", x.sum()),
                ("mean", x.mean()),
                ("prod", x.prod()),
                ("max", x.max()),
                ("var", x.var()),
                ("std", x.std()),
                ("sum dtype", x.sum(dtype="float32")),
                ("mean dtype", x.mean(dtype="float64")),
                ("sum acc", x.sum(acc_dtype="float64")),
                ("prod dtype", x.prod(dtype="int64")),
                ("cumsum", x.cumsum()),
                ("argmax", x.argmax()),
                ("ptp", x.ptp()),
                ("norm", x.norm(2)),
            ]
        ),
    )


@tolerance(1e-5, 1e-5)
def dtype_keywords():
    x = T.matrix("x")
    return compute(
        [(x, numbers(3, 4))],
        OrderedDict(
            [
                ("sum dtype", T.sum(x, dtype=theano.config.floatX)),
                ("sum float64", T.sum(x, axis=0, dtype="float64")),
                ("sum float32", T.sum(x, dtype="float32", acc_dtype="float64")),
                ("mean dtype", T.mean(x, dtype=theano.config.floatX)),
                ("mean axis dtype", T.mean(x, axis=1, dtype="float64")),
                ("mean acc", T.mean(x, acc_dtype="float64")),
                ("method", x.sum(axis=1, dtype="float32", keepdims=True)),
                ("mean method", x.mean(axis=0, dtype=theano.config.floatX, keepdims=True)),
                ("prod", T.prod(x, dtype="float64")),
                ("mean op", T.mean(x, axis=0, op=True)),
            ]
        ),
    )


@tolerance(1e-5, 1e-5)
def norms():
    x, v = T.matrix("x"), T.vector("v")
    return compute(
        [(x, numbers(3, 4)), (v, numbers(5))],
        OrderedDict(
            [
                ("matrix L2", x.norm(2)),
                ("matrix L1", x.norm(1)),
                ("rows", x.norm(2, axis=1)),
                ("columns", x.norm(1, axis=0)),
                ("keepdims", x.norm(2, axis=1, keepdims=True)),
                ("vector L2", v.norm(2)),
                ("vector L3", v.norm(3)),
                ("inf", lambda: v.norm("inf")),
                ("L0", lambda: v.norm(0)),
            ]
        ),
    )


@tolerance(1e-5, 1e-5)
def gradients():
    x = T.matrix("x")
    outputs = OrderedDict()
    for name in "sum mean prod max min var std".split():
        f = getattr(T, name)
        outputs[name] = T.grad(f(x), x)
        outputs[name + " axis"] = T.grad((f(x, axis=1) ** 2).sum(), x)
        outputs[name + " keepdims"] = T.grad((f(x, axis=0, keepdims=True) * x).sum(), x)
    outputs["norm"] = T.grad(x.norm(2), x)
    outputs["cumsum"] = T.grad((T.cumsum(x, axis=1) ** 2).sum(), x)
    outputs["cumprod"] = T.grad(T.cumprod(x, axis=0).sum(), x)
    outputs["ptp"] = T.grad(T.ptp(x, axis=0).sum(), x)
    return compute([(x, numbers(3, 4))], outputs)


@tolerance(1e-5, 1e-5)
def product_with_zeros():
    x = T.matrix("x")
    value = np.asarray([[1, 2, 3], [0, 2, 3], [0, 0, 4]], theano.config.floatX)
    return compute(
        [(x, value)],
        OrderedDict(
            [
                ("prod", T.prod(x, axis=1)),
                ("gradient", T.grad(T.prod(x, axis=1).sum(), x)),
                ("no zeros", T.prod(x + 1, axis=1, no_zeros_in_input=True)),
                (
                    "gradient no zeros",
                    T.grad(T.prod(x + 1, axis=1, no_zeros_in_input=True).sum(), x),
                ),
            ]
        ),
    )


@tolerance(1e-5, 1e-5)
def variance_forms():
    x = T.matrix("x")
    return compute(
        [(x, numbers(4, 3))],
        OrderedDict(
            [
                ("var", T.var(x)),
                ("var ddof", T.var(x, axis=0, ddof=1)),
                ("var keepdims", T.var(x, axis=1, keepdims=True)),
                ("var corrected", T.var(x, corrected=True)),
                ("std ddof", T.std(x, axis=0, ddof=1)),
                ("std", x.std(axis=0)),
                ("var method", x.var(axis=1, ddof=1)),
            ]
        ),
    )


def empty_axes():
    x = T.matrix("x")
    value = np.zeros((0, 3), theano.config.floatX)
    return compute(
        [(x, value)],
        OrderedDict(
            [
                ("sum", x.sum()),
                ("sum axis", x.sum(axis=0)),
                ("sum other axis", x.sum(axis=1)),
                ("prod", x.prod(axis=0)),
                ("any", T.any(x > 0)),
                ("all", T.all(x > 0)),
                ("max other axis", x.max(axis=1)),
            ]
        ),
    )


def wrong_axes():
    x = T.matrix("x")
    empty = theano.function([x], x.max(axis=0))
    return {
        "sum axis 2": raised(T.sum, x, axis=2),
        "sum axis -3": raised(T.sum, x, axis=-3),
        "max axis 2": raised(T.max, x, axis=2),
        "mean axis 5": raised(T.mean, x, axis=5),
        "argmax axis 2": raised(T.argmax, x, axis=2),
        "axis float": raised(T.sum, x, axis=0.5),
        "axis text": raised(T.sum, x, axis="0"),
        "max of empty": raised(empty, np.zeros((0, 3), theano.config.floatX)),
        "norm without order": raised(lambda: x.norm()),
        "repeated axis": raised(T.sum, x, axis=(0, 0)),
        "argmax none on tensor": raised(T.argmax, x, axis=None),
    }


def axis_forms():
    x = T.tensor3("x")
    return build(
        {
            "numpy int": lambda: T.sum(x, axis=np.int64(1)),
            "numpy array": lambda: T.sum(x, axis=np.asarray(1)),
            "empty tuple": lambda: T.sum(x, axis=()),
            "constant": lambda: T.sum(x, axis=T.constant(1)),
            "range": lambda: T.sum(x, axis=list(range(2))),
            "argmax constant": lambda: T.argmax(x, axis=T.constant(1)),
            "max numpy": lambda: T.max(x, axis=np.int32(0)),
            "ndim - 1": lambda: T.max(x, axis=x.ndim - 1),
            "symbolic": lambda: T.sum(x, axis=T.lscalar()),
            "max symbolic": lambda: T.max(x, axis=T.lscalar()),
            "careduce": lambda: T.CAReduce(theano.scalar.add, axis=0)(x),
            "sum class": lambda: T.elemwise.Sum(axis=0)(x),
            "sum class dtype": lambda: T.elemwise.Sum(axis=0, dtype="float64")(x),
        }
    )
