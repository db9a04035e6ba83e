"""ifelse, switch, assertions, Print and the printers."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano.ifelse import ifelse
from theano.printing import Print

from tests.legacy.differential.answers import build, compute, numbers, raised


def ifelse_forms():
    c, x, y = T.scalar("c"), T.vector("x"), T.vector("y")
    made = {}
    inputs = [(x, numbers(3)), (y, numbers(3, seed=2))]
    for value in (0.0, 1.0, -2.0):
        first, second = ifelse(T.gt(c, 0), [x, x.sum()], [y, y.sum()])
        made[str(value)] = compute(
            [(c, np.asarray(value, theano.config.floatX))] + inputs,
            OrderedDict(
                [
                    ("one", ifelse(T.gt(c, 0), x * 2, y * 3)),
                    ("number condition", ifelse(c, x, y)),
                    ("named", ifelse(T.lt(c, 0), x, y, name="choice")),
                    ("first", first),
                    ("second", second),
                    ("gradient x", T.grad(ifelse(T.gt(c, 0), x * 2, y * 3).sum(), x)),
                    ("gradient y", T.grad(ifelse(T.gt(c, 0), x * 2, y * 3).sum(), y)),
                    ("python branch", ifelse(T.gt(c, 0), x.sum(), T.constant(np.float32(0)).astype(x.dtype))),
                    ("eq", ifelse(T.eq(c, 0), x, y)),
                ]
            ),
        )
    return made


def ifelse_is_lazy():
    x = T.vector("x")
    c = T.iscalar("c")
    failing = T.opt.Assert("not here")(x, T.eq(0, 1)) if hasattr(T, "opt") else x
    f = theano.function([c, x], ifelse(c, x, failing))
    value = numbers(2)
    return {"taken": f(1, value), "failing": raised(f, 0, value)}


def ifelse_types():
    x, m = T.vector("x"), T.matrix("m")
    return build(
        {
            "ranks": lambda: ifelse(T.iscalar(), x, m),
            "dtypes": lambda: ifelse(T.iscalar(), x, T.ivector()),
            "float mixed": lambda: ifelse(T.iscalar(), T.fvector(), T.dvector()),
            "numbers": lambda: ifelse(T.iscalar(), 1, 2),
            "floats": lambda: ifelse(T.iscalar(), 1.0, 2.0),
            "vector condition": lambda: ifelse(x, x, x),
            "row and matrix": lambda: ifelse(T.iscalar(), T.row(), m),
            "counts": lambda: ifelse(T.iscalar(), [x, x], [x]),
            "list of one": lambda: type(ifelse(T.iscalar(), [x], [x])).__name__,
            "bool": lambda: ifelse(True, x, x),
        }
    )


def updates_chosen_by_ifelse():
    w = theano.shared(np.asarray(1.0, theano.config.floatX))
    c = T.iscalar("c")
    f = theano.function([c], w, updates=[(w, ifelse(c, w * 2, w + 10))])
    results = [f(1), f(0), f(1)]
    return {"results": results, "w": w.get_value()}


def print_calls_its_function():
    seen = []

    def keep(op, value):
        seen.append([op.message, np.asarray(value)])

    x = T.vector("x")
    y = Print("inside", global_fn=keep)(x * 2) + 1
    f = theano.function([x], y)
    result = f(numbers(2))
    gradient = theano.function([x], T.grad((Print("g", global_fn=keep)(x) ** 2).sum(), x))
    return {
        "result": result,
        "seen": [list(entry) for entry in seen],
        "gradient": gradient(numbers(2)),
        "count": len(seen),
        "type": Print("p")(x),
        "attributes": type(Print("p", attrs=("shape",))(x)).__name__ != "",
    }


def print_writes_to_stdout():
    import contextlib
    import io

    x = T.vector("x")
    f = theano.function([x], Print("value of x")(x))
    g = theano.function([x], Print("shape", attrs=("shape",))(x))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        f(np.asarray([1, 2], theano.config.floatX))
        g(np.asarray([1, 2], theano.config.floatX))
    return {"text": out.getvalue()}


def pretty_printing():
    x, y = T.matrix("x"), T.vector("y")
    pp = theano.printing.pp
    return {
        "sum": pp(x + y),
        "product": pp(x * y - 1),
        "dot": pp(T.dot(x, y)),
        "power": pp(x**2),
        "functions": pp(T.exp(-x)),
        "division": pp(1 / (1 + T.exp(-y))),
        "theano.pp": theano.pp(x + 1),
        "pprint": theano.pprint(T.tanh(x)),
        "comparison": pp(x > 1),
        "index": pp(y[0]),
        "transpose": pp(x.T),
    }


def debugprint_returns_or_writes():
    import io

    x = T.matrix("x")
    out = io.StringIO()
    theano.printing.debugprint(x + 1, file=out)
    text = theano.printing.debugprint(x + 1, file="str")
    f = theano.function([x], x * 2)
    return {
        "written": "x" in out.getvalue(),
        "text": isinstance(text, str) and "x" in text,
        "function": isinstance(theano.printing.debugprint(f, file="str"), str),
        "keywords": isinstance(
            theano.printing.debugprint([x, x + 1], depth=1, print_type=True, file="str"), str
        ),
        "same as theano": callable(theano.dp) if hasattr(theano, "dp") else True,
    }


def assertions():
    x = T.vector("x")
    from theano.tensor.opt import Assert, assert_op

    f = theano.function([x], Assert("positive")(x, T.all(x > 0)) * 2)
    g = theano.function([x], assert_op(x, T.gt(x.sum(), 0)))
    h = theano.function([x], Assert("two")(x, T.gt(x[0], 0), T.gt(x[1], 0)))
    one = np.ones(2, theano.config.floatX)
    return {
        "passes": f(one),
        "fails": raised(f, -one),
        "op": g(one),
        "op fails": raised(g, -one),
        "two": raised(h, np.asarray([1, -1], theano.config.floatX)),
    }


def raising_operation():
    from theano.raise_op import Raise

    x = T.scalar("x")
    f = theano.function([x], ifelse(T.gt(x, 0), x, Raise(msg="negative", exc=ValueError)(x)))
    return {"passes": f(2), "raises": raised(f, -1)}


def switches():
    c, x, y = T.vector("c"), T.vector("x"), T.scalar("y")
    return compute(
        [(c, numbers(4)), (x, numbers(4, seed=2)), (y, numbers()[()])],
        OrderedDict(
            [
                ("comparison", T.switch(T.gt(c, 0), x, y)),
                ("number", T.switch(c, x, y)),
                ("python", T.switch(T.lt(c, 0), 0, 1)),
                ("broadcast", T.switch(T.gt(c, 0).dimshuffle(0, "x"), x, y)),
                ("and", T.switch(T.and_(T.gt(c, -1), T.lt(c, 1)), 1.0, -1.0)),
                ("between", T.switch((c > -1) & (c < 1), x, 0)),
                ("nested", T.switch(c > 1, 2, T.switch(c > 0, 1, 0))),
                ("where", T.where(c > 0, x, y)),
                ("nan gradient", T.grad(T.switch(c > 0, T.sqrt(abs(c)), c).sum(), c)),
            ]
        ),
    )
