"""theano.scan in all its forms, and the gradients through it."""

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
    warns,
)


def _zero(*shape):
    return np.zeros(shape, theano.config.floatX)


def _results(inputs, scans):
    """Types and numbers of what scan gave, and what kind of things its updates are."""
    made = OrderedDict()
    outputs = OrderedDict()
    for label, make in scans.items():
        outs, updates = make()
        made[label + " updates"] = type(updates).__name__
        made[label + " kind"] = type(outs).__name__ if isinstance(outs, (list, tuple)) else "one"
        for index, out in enumerate(outs if isinstance(outs, (list, tuple)) else [outs]):
            outputs["%s %d" % (label, index)] = out
    made.update(compute(inputs, outputs))
    return made


def maps():
    x, y, w = T.matrix("x"), T.vector("y"), T.vector("w")
    scans = OrderedDict(
        [
            ("one", lambda: theano.scan(lambda r: r * 2, sequences=x)),
            ("list", lambda: theano.scan(lambda r: r.sum(), sequences=[x])),
            ("two", lambda: theano.scan(lambda r, s: r * s, sequences=[x, y])),
            ("positional", lambda: theano.scan(lambda r, s: r + s, [x, y])),
            ("non_sequences", lambda: theano.scan(lambda r, v: T.dot(r, v), x, None, [w])),
            (
                "one non-sequence",
                lambda: theano.scan(lambda r, v: r * v, sequences=x, non_sequences=w),
            ),
            ("keyword fn", lambda: theano.scan(fn=lambda r: r**2, sequences=[x], n_steps=2)),
            ("several outputs", lambda: theano.scan(lambda r: [r + 1, r.sum()], sequences=x)),
            ("tuple outputs", lambda: theano.scan(lambda r: (r, r * 2), sequences=x)),
            ("outputs_info None", lambda: theano.scan(lambda r: r, x, outputs_info=None)),
            (
                "outputs_info Nones",
                lambda: theano.scan(lambda r: [r, r * 2], x, outputs_info=[None, None]),
            ),
            ("arange", lambda: theano.scan(lambda i, m: m[i] * i, T.arange(3), None, x)),
            ("backwards", lambda: theano.scan(lambda r: r, sequences=x, go_backwards=True)),
            (
                "closure",
                lambda: theano.scan(lambda r: r * w, sequences=x),
            ),
            ("dictionary", lambda: theano.scan(lambda r: r * 2, sequences=dict(input=x))),
            ("constant", lambda: theano.scan(lambda i: i * 2, sequences=T.constant([1, 2, 3]))),
            ("numpy", lambda: theano.scan(lambda i: i * 2, sequences=np.asarray([1, 2, 3]))),
            ("name", lambda: theano.scan(lambda r: r, x, name="rows", profile=False)),
            ("one output in a list", lambda: theano.scan(lambda r: [r * 2], sequences=x)),
        ]
    )
    return _results([(x, numbers(3, 2)), (y, numbers(3)), (w, numbers(2))], scans)


def map_reduce_and_folds():
    x = T.vector("x")
    m = T.matrix("m")
    start = T.zeros_like(x[0])
    scans = OrderedDict(
        [
            ("map", lambda: theano.map(lambda v: v * 2, x)),
            ("map two", lambda: theano.map(lambda v, r: v * r, [x, m])),
            ("map non-sequence", lambda: theano.map(lambda v, k: v * k, x, non_sequences=[x[1]])),
            ("map backwards", lambda: theano.map(lambda v: v, x, go_backwards=True)),
            ("reduce", lambda: theano.reduce(lambda v, a: a + v, x, start)),
            (
                "reduce keywords",
                lambda: theano.reduce(fn=lambda v, a: a * 2 + v, sequences=x, outputs_info=start),
            ),
            (
                "reduce backwards",
                lambda: theano.reduce(lambda v, a: a * 2 + v, x, start, go_backwards=True),
            ),
            ("foldl", lambda: theano.foldl(lambda v, a: a * 2 + v, x, start)),
            ("foldr", lambda: theano.foldr(lambda v, a: a * 2 + v, x, start)),
        ]
    )
    return _results([(x, numbers(4)), (m, numbers(4, 2))], scans)


def recurrences():
    x, h0, w = T.matrix("x"), T.vector("h0"), T.matrix("w")
    n = T.iscalar("n")
    scans = OrderedDict(
        [
            ("state", lambda: theano.scan(lambda r, h: T.tanh(r + h), x, h0)),
            (
                "weights",
                lambda: theano.scan(
                    lambda r, h, v: T.tanh(T.dot(r, v) + h),
                    sequences=[x],
                    outputs_info=[h0],
                    non_sequences=[w],
                ),
            ),
            (
                "two states",
                lambda: theano.scan(
                    lambda r, h, c: [h + c, c * 0.5 + r], sequences=x, outputs_info=[h0, h0 * 2]
                ),
            ),
            (
                "state and output",
                lambda: theano.scan(
                    lambda r, h: [h + r, (h * r).sum()], sequences=x, outputs_info=[h0, None]
                ),
            ),
            (
                "output first",
                lambda: theano.scan(
                    lambda r, h: [(h * r).sum(), h + r], sequences=x, outputs_info=[None, h0]
                ),
            ),
            ("n_steps only", lambda: theano.scan(lambda h: h * 2, outputs_info=h0, n_steps=4)),
            (
                "symbolic n_steps",
                lambda: theano.scan(lambda h: h + 1, outputs_info=[h0], n_steps=n),
            ),
            (
                "n_steps and sequences",
                lambda: theano.scan(lambda r, h: r + h, x, h0, n_steps=2),
            ),
            (
                "power",
                lambda: theano.scan(
                    lambda prior, a: prior * a,
                    outputs_info=T.ones_like(h0),
                    non_sequences=h0,
                    n_steps=n,
                ),
            ),
            (
                "backwards",
                lambda: theano.scan(lambda r, h: r - h, x, h0, go_backwards=True),
            ),
            (
                "dictionary initial",
                lambda: theano.scan(lambda r, h: r + h, x, outputs_info=dict(initial=h0)),
            ),
            (
                "dictionary taps",
                lambda: theano.scan(
                    lambda r, h: r + h, x, outputs_info=[dict(initial=h0, taps=[-1])]
                ),
            ),
            (
                "empty dictionary",
                lambda: theano.scan(lambda r: r + 1, x, outputs_info=[{}]),
            ),
            (
                "names",
                lambda: theano.scan(
                    lambda r, h: T.tanh(r + h),
                    sequences=x,
                    outputs_info=h0,
                    name="layer",
                    n_steps=x.shape[0],
                    profile=False,
                    strict=False,
                    truncate_gradient=-1,
                    mode=None,
                ),
            ),
            (
                "alloc",
                lambda: theano.scan(
                    lambda r, h: r + h, x, T.alloc(np.asarray(0, theano.config.floatX), 2)
                ),
            ),
            ("zeros_like", lambda: theano.scan(lambda r, h: r + h, x, T.zeros_like(x[0]))),
            ("zeros", lambda: theano.scan(lambda r, h: r + h, x, T.zeros((2,)))),
        ]
    )
    inputs = [(x, numbers(3, 2)), (h0, numbers(2)), (w, numbers(2, 2)), (n, 3)]
    return _results(inputs, scans)


def taps():
    x, h0 = T.vector("x"), T.vector("h0")
    scans = OrderedDict(
        [
            (
                "sequence taps",
                lambda: theano.scan(
                    lambda a, b, c: a + 2 * b + 4 * c,
                    sequences=dict(input=x, taps=[-2, 0, 1]),
                ),
            ),
            ("one tap", lambda: theano.scan(lambda a: a, sequences=dict(input=x, taps=[-1]))),
            ("int tap", lambda: theano.scan(lambda a: a, sequences=dict(input=x, taps=1))),
            (
                "two sequences",
                lambda: theano.scan(
                    lambda a, b, c: a * b + c, sequences=[dict(input=x, taps=[0, 2]), x]
                ),
            ),
            (
                "output taps",
                lambda: theano.scan(
                    lambda a, b: a + b,
                    outputs_info=[dict(initial=h0, taps=[-2, -1])],
                    n_steps=5,
                ),
            ),
            (
                "fibonacci order",
                lambda: theano.scan(
                    lambda a, b: a - b,
                    outputs_info=[dict(initial=h0, taps=[-1, -2])],
                    n_steps=4,
                ),
            ),
            (
                "far tap",
                lambda: theano.scan(
                    lambda r, a: a + r,
                    sequences=x,
                    outputs_info=[dict(initial=h0, taps=[-2])],
                ),
            ),
            (
                "taps and state",
                lambda: theano.scan(
                    lambda r, a, b, s: [a + b + r, s + a],
                    sequences=x,
                    outputs_info=[dict(initial=h0, taps=[-2, -1]), T.zeros_like(x[0])],
                ),
            ),
            (
                "backwards taps",
                lambda: theano.scan(
                    lambda a, b: a - 2 * b,
                    sequences=dict(input=x, taps=[0, 1]),
                    go_backwards=True,
                ),
            ),
        ]
    )
    return _results([(x, numbers(6)), (h0, numbers(2, seed=2))], scans)


def until_forms():
    x, n = T.scalar("x"), T.lscalar("n")
    s = T.vector("s")
    until = theano.scan_module.until
    scans = OrderedDict(
        [
            (
                "state",
                lambda: theano.scan(
                    lambda v: (v * 2, until(v * 2 > 20)), outputs_info=x, n_steps=100
                ),
            ),
            (
                "map",
                lambda: theano.scan(lambda v: (v, until(v > 1)), sequences=s),
            ),
            (
                "two outputs",
                lambda: theano.scan(
                    lambda v, a: ([v + a, a * 2], until(a > 4)),
                    sequences=s,
                    outputs_info=[None, x],
                ),
            ),
            (
                "never",
                lambda: theano.scan(lambda v: (v + 1, until(v > 1e6)), outputs_info=x, n_steps=n),
            ),
            (
                "at once",
                lambda: theano.scan(lambda v: (v + 1, until(v > -1e6)), outputs_info=x, n_steps=n),
            ),
            (
                "utils",
                lambda: theano.scan(
                    lambda v: (v + 1, theano.scan_module.scan_utils.until(v > 3)),
                    outputs_info=x,
                    n_steps=20,
                ),
            ),
        ]
    )
    return _results(
        [(x, numbers()[()] * 0 + 1), (n, 4), (s, np.asarray([0, 0.5, 2, 0], theano.config.floatX))],
        scans,
    )


def updates_of_the_step():
    x = T.vector("x")
    count = theano.shared(0, name="count")
    total = theano.shared(np.asarray(0, theano.config.floatX), name="total")

    def step(v):
        return v * 2, {count: count + 1}

    def both(v):
        return v + total, OrderedDict([(total, total + v)])

    def listed(v, a):
        return [a + v], [(count, count + 10)]

    def only_updates(v):
        return {total: total + v}

    made = {}
    outs, updates = theano.scan(step, sequences=x)
    f = theano.function([x], outs, updates=updates)
    made["dictionary"] = [f(numbers(3)), count.get_value()]
    made["kind"] = type(updates).__name__
    made["keys"] = [v is count for v in updates]
    outs, updates = theano.scan(both, sequences=x)
    f = theano.function([x], outs, updates=updates)
    made["state"] = [f(numbers(3)), total.get_value(), f(numbers(3)), total.get_value()]
    outs, updates = theano.scan(listed, sequences=x, outputs_info=T.zeros_like(x[0]))
    f = theano.function([x], outs[-1], updates=updates)
    made["list"] = [f(numbers(3)), count.get_value()]
    outs, updates = theano.scan(only_updates, sequences=x)
    f = theano.function([x], [], updates=updates)
    f(numbers(3))
    made["only updates"] = [outs is None, total.get_value()]
    more = OrderedDict([(total, total * 0)])
    merged = updates + more if False else updates
    made["merged"] = len(merged)
    both_ways = theano.OrderedUpdates()
    both_ways += updates
    both_ways.update(theano.OrderedUpdates([(count, count * 2)]))
    made["added"] = len(both_ways)
    made["items"] = type(list(both_ways.items())).__name__
    made["conflict"] = raised(lambda: both_ways + theano.OrderedUpdates([(count, count * 3)]))
    made["to dictionary"] = len(dict(updates))
    return made


def default_updates_in_the_step():
    x = T.vector("x")
    rng = T.shared_randomstreams.RandomStreams(5)
    outs, updates = theano.scan(lambda v: v * rng.uniform(()), sequences=x)
    f = theano.function([x], outs, updates=updates)
    g = theano.function([x], outs)
    return {
        "with": [f(numbers(3)), f(numbers(3))],
        "count": len(updates),
        "without": [g(numbers(3)), g(numbers(3))],
    }


@tolerance(1e-5, 1e-6)
def gradients_through_loops():
    x, h0, w = T.matrix("x"), T.vector("h0"), T.matrix("w")

    def layer(**keywords):
        outs, _ = theano.scan(
            lambda r, h, v: T.tanh(T.dot(h, v) + r),
            sequences=x,
            outputs_info=h0,
            non_sequences=[w],
            **keywords,
        )
        return outs

    two, _ = theano.scan(
        lambda r, h, c: [T.tanh(h + c), c * 0.5 + r * h], sequences=x, outputs_info=[h0, h0]
    )
    mapped, _ = theano.scan(lambda r, v: T.dot(r, v).sum(), x, None, w)
    tapped, _ = theano.scan(
        lambda a, b, h: T.tanh(a * b + h),
        sequences=dict(input=x, taps=[0, 1]),
        outputs_info=h0,
    )
    history, _ = theano.scan(
        lambda r, a, b: T.tanh(r + a * b),
        sequences=x,
        outputs_info=[dict(initial=T.stack([h0, h0 * 2]), taps=[-2, -1])],
    )
    costs = OrderedDict(
        [
            ("last", layer()[-1].sum()),
            ("all", (layer() ** 2).sum()),
            ("backwards", (layer(go_backwards=True)[-1] ** 2).sum()),
            ("truncated 1", layer(truncate_gradient=1)[-1].sum()),
            ("truncated 4", layer(truncate_gradient=4)[-1].sum()),
            ("truncated 2", (layer(truncate_gradient=2) ** 2).sum()),
            ("strict", layer(strict=True)[-1].sum()),
            ("two states", (two[0] * two[1]).sum() + 0 * w.sum()),
            ("second state", two[1][-1].sum() + 0 * w.sum()),
            ("mapped", (mapped**2).sum() + h0.sum()),
            ("tapped", (tapped**2).sum() + 0 * w.sum()),
            ("history", (history**2).sum() + 0 * w.sum()),
            ("some", (layer()[1:3] ** 2).sum()),
        ]
    )
    outputs = OrderedDict()
    for name, cost in costs.items():
        gradients = T.grad(cost, [x, h0, w], disconnected_inputs="ignore")
        for wrt, gradient in zip(("x", "h0", "w"), gradients):
            outputs[name + " " + wrt] = gradient
    inputs = [(x, numbers(4, 2) / 2), (h0, numbers(2, seed=2) / 2), (w, numbers(2, 2, seed=3) / 2)]
    return compute(inputs, outputs)


@tolerance(1e-5, 1e-6)
def nested_loops():
    x = T.matrix("x")

    def inner(row):
        outs, _ = theano.scan(
            lambda v, a: a * 0.5 + v, sequences=row, outputs_info=T.zeros_like(row[0])
        )
        return outs[-1]

    outs, _ = theano.scan(inner, sequences=x)

    def outer_state(row, total):
        sums, _ = theano.map(lambda v: v * total, row)
        return total + sums.sum()

    totals, _ = theano.scan(outer_state, sequences=x, outputs_info=T.ones_like(x[0, 0]))
    return compute(
        [(x, numbers(3, 2) / 2)],
        OrderedDict(
            [
                ("inner", outs),
                ("gradient", T.grad((outs**2).sum(), x)),
                ("totals", totals),
                ("gradient of totals", T.grad(totals[-1], x)),
            ]
        ),
    )


def second_derivatives_through_loops():
    x, w = T.vector("x"), T.scalar("w")
    outs, _ = theano.scan(lambda v, h, u: h * u + v, x, T.zeros_like(x[0]), w)
    cost = outs[-1] ** 2
    g = T.grad(cost, w)
    return compute(
        [(x, numbers(3)), (w, numbers()[()])],
        OrderedDict(
            [
                ("g", g),
                ("gg", T.grad(g, w)),
                ("Rop", T.Rop(outs, w, T.ones_like(w))),
                ("Rop x", T.Rop(outs, x, x)),
                ("jacobian", T.jacobian(outs, x)),
                ("hessian", T.hessian(cost, x)),
            ]
        ),
    )


def broadcastable_initial_states():
    """States whose length of 1 is known, where the step's result may be longer or is unknown."""
    x, n = T.tensor3("x"), T.lscalar("n")
    one = np.asarray(0, theano.config.floatX)
    scans = OrderedDict(
        [
            (
                "alloc n 1",
                lambda: theano.scan(
                    lambda r, h: T.unbroadcast(h, 1) + r[:, :1],
                    x,
                    T.unbroadcast(T.alloc(one, x.shape[1], 1), 1),
                ),
            ),
            (
                "column state",
                lambda: theano.scan(
                    lambda r, h: h + r.sum(axis=1, keepdims=True), x, T.alloc(one, x.shape[1], 1)
                ),
            ),
            (
                "row state",
                lambda: theano.scan(
                    lambda r, h: h + r.sum(axis=0, keepdims=True), x, T.zeros((1, 2))
                ),
            ),
            (
                "plain",
                lambda: theano.scan(lambda r, h: h + r, x, T.zeros((3, 2))),
            ),
            (
                "batch of one",
                lambda: theano.scan(
                    lambda r, h: h + r[:1], x, T.unbroadcast(T.alloc(one, 1, 2), 0)
                ),
            ),
        ]
    )
    return _results([(x, numbers(2, 3, 2)), (n, 2)], scans)


def states_that_scan_refuses():
    x = T.matrix("x")
    one = np.asarray(0, theano.config.floatX)
    i = T.ivector("i")
    return build(
        {
            "row grows": lambda: theano.scan(
                lambda r, h: h + T.shape_padleft(r), x, T.alloc(one, 1, 2)
            )[0],
            "row to matrix": lambda: theano.scan(
                lambda r, h: h + T.outer(r, r), x, T.zeros((1, 2))
            )[0],
            "strict with one variable": lambda: theano.scan(
                lambda r, v: r * v, x, non_sequences=x[0], strict=True
            )[0],
            "rank": lambda: theano.scan(lambda r, h: h + r, x, T.zeros_like(x[0, 0]))[0],
            "int state, float step": lambda: theano.scan(
                lambda r, h: h + r.sum(), x, T.constant(0)
            )[0],
            "int64 state, int32 step": lambda: theano.scan(
                lambda v, h: v, i, T.constant(np.int64(0))
            )[0],
            "float32 state, float64 step": lambda: theano.scan(
                lambda v, h: h + v.astype("float64"), x[0], T.constant(np.float32(0))
            )[0],
            "float64 state, float32 step": lambda: theano.scan(
                lambda v, h: v.astype("float32"), x[0], T.constant(np.float64(0))
            )[0],
            "mask int64": lambda: theano.scan(
                lambda m, v, h: m * v + (1 - m) * h,
                [T.lvector(), T.fvector()],
                T.constant(np.float32(0)),
            )[0],
            "number of outputs": lambda: theano.scan(lambda r, h: [h, h], x, T.zeros_like(x[0]))[0],
            "no steps": lambda: theano.scan(lambda h: h, outputs_info=T.zeros((2,)))[0],
            "nothing": lambda: theano.scan(lambda: T.constant(1))[0],
            "too few arguments": lambda: theano.scan(lambda r: r, x, T.zeros((2,)))[0],
            "sequence of scalar": lambda: theano.scan(lambda r: r, T.scalar())[0],
            "n_steps negative": lambda: theano.scan(lambda h: h, outputs_info=x[0], n_steps=-1)[0],
            "n_steps zero": lambda: theano.scan(lambda h: h, outputs_info=x[0], n_steps=0)[0],
            "n_steps float": lambda: theano.scan(lambda h: h, outputs_info=x[0], n_steps=2.5)[0],
            "returns none": lambda: theano.scan(lambda r: None, x)[0],
            "returns a number": lambda: theano.scan(lambda r: 1.5, x)[0],
            "strict with closure": lambda: theano.scan(lambda r: r * T.scalar("c"), x, strict=True)[
                0
            ],
            "unknown keyword": lambda: theano.scan(lambda r: r, x, states=[x])[0],
            "taps without initial": lambda: theano.scan(
                lambda r, h: h, x, outputs_info=[dict(taps=[-1])]
            )[0],
            "positive output tap": lambda: theano.scan(
                lambda r, h: h, x, outputs_info=[dict(initial=x[:2], taps=[1])]
            )[0],
        }
    )


def steps_of_length_one():
    x, h0 = T.matrix("x"), T.vector("h0")
    made = {}
    for label, n in [("n_steps 1", 1), ("n_steps constant", T.constant(1))]:
        outs, updates = theano.scan(lambda h: h * 2, outputs_info=h0, n_steps=n)
        made[label] = compute(
            [(h0, numbers(2))], {"outs": outs, "gradient": T.grad((outs**2).sum(), h0)}
        )
        made[label + " updates"] = type(updates).__name__
    outs, _ = theano.scan(lambda r, h: r + h, x, h0)
    made["one row"] = theano.function([x, h0], outs)(numbers(1, 2), numbers(2))
    made["no rows"] = raised(theano.function([x, h0], outs), _zero(0, 2), numbers(2))
    lone, _ = theano.scan(lambda r: r, x)
    made["map of no rows"] = raised(theano.function([x], lone), _zero(0, 2))
    return made


@warns
def return_list_and_others():
    x = T.vector("x")
    outs, _ = theano.scan(lambda v: v * 2, sequences=x, return_list=True)
    last, _ = theano.scan(lambda v, a: a + v, x, T.zeros_like(x[0]), allow_gc=True)
    return {
        "list": type(outs).__name__,
        "value": theano.function([x], outs[0])(numbers(3)),
        "allow_gc": theano.function([x], last[-1])(numbers(3)),
    }


def values_shared_and_constant_inside():
    x = T.matrix("x")
    w, b = theano.shared(numbers(2, 2), name="w"), theano.shared(numbers(2, seed=2), name="b")
    implicit, _ = theano.scan(lambda r, h: T.tanh(T.dot(r, w) + b + h), x, T.zeros_like(x[0]))
    explicit, _ = theano.scan(
        lambda r, h, v, c: T.tanh(T.dot(r, v) + c + h),
        x,
        T.zeros_like(x[0]),
        [w, b],
        strict=True,
    )
    f = theano.function(
        [x],
        [implicit, explicit],
        updates=[(w, w * 0.5)],
    )
    g = theano.function([x], T.grad(implicit.sum(), [w, b]))
    return {"f": f(numbers(3, 2)), "again": f(numbers(3, 2)), "g": g(numbers(3, 2))}


def masked_recurrence():
    """The step of the LSTM tutorial: a mask decides which state is kept."""
    x, mask, h0 = T.tensor3("x"), T.matrix("mask"), T.matrix("h0")

    def step(m, r, h):
        new = T.tanh(r + h)
        return m[:, None] * new + (1.0 - m)[:, None] * h

    outs, _ = theano.scan(step, sequences=[mask, x], outputs_info=[h0], n_steps=x.shape[0])
    pooled = (outs * mask[:, :, None]).sum(axis=0) / mask.sum(axis=0)[:, None]
    inputs = [
        (x, numbers(3, 2, 2)),
        (mask, np.asarray([[1, 1], [1, 0], [1, 0]], theano.config.floatX)),
        (h0, numbers(2, 2, seed=2)),
    ]
    return compute(
        inputs, OrderedDict([("outs", outs), ("pooled", pooled), ("g", T.grad(pooled.sum(), x))])
    )


def integer_states():
    n = T.lscalar("n")
    scans = OrderedDict(
        [
            (
                "count",
                lambda: theano.scan(
                    lambda i: i + 1, outputs_info=T.constant(np.int64(0)), n_steps=n
                ),
            ),
            (
                "factorial",
                lambda: theano.reduce(
                    lambda i, p: p * i, T.arange(1, n + 1), T.constant(np.int64(1))
                ),
            ),
            (
                "argmax feedback",
                lambda: theano.scan(
                    lambda i, m: T.argmax(m[i]),
                    outputs_info=T.constant(np.int64(0)),
                    non_sequences=T.constant(integers(4, 4)),
                    n_steps=n,
                ),
            ),
        ]
    )
    return _results([(n, 4)], scans)


def views_and_last_values():
    """Only the last value is used, which Theano computes without storing the rest."""
    x, h0 = T.matrix("x"), T.vector("h0")
    outs, _ = theano.scan(lambda r, h: r + h * 0.5, x, h0)
    return compute(
        [(x, numbers(4, 2)), (h0, numbers(2))],
        OrderedDict(
            [
                ("last", outs[-1]),
                ("last two", outs[-2:]),
                ("first", outs[0]),
                ("reversed", outs[::-1]),
                ("length", outs.shape[0]),
                ("sum", outs.sum(axis=0)),
                ("dimshuffled", outs.dimshuffle(1, 0)),
            ]
        ),
    )


def printing_in_the_step():
    x = T.vector("x")
    outs, _ = theano.scan(
        lambda v: theano.printing.Print("v", global_fn=lambda op, value: None)(v) * 2, x
    )
    return {"value": theano.function([x], outs)(numbers(2))}


def ifelse_in_the_step():
    x = T.vector("x")
    outs, _ = theano.scan(lambda v: theano.ifelse.ifelse(T.gt(v, 0), v * 2, -v), x)
    switched, _ = theano.scan(lambda v, a: T.switch(T.gt(v, 0), a + v, a), x, T.zeros_like(x[0]))
    f = theano.function([x], [outs, switched, T.grad(switched.sum(), x)])
    return {"value": f(numbers(4))}


def beam_like_indices():
    """An advanced index that the step computes."""
    scores, start = T.matrix("scores"), T.lvector("start")
    outs, _ = theano.scan(
        lambda row, prev: T.argsort(row)[prev], sequences=scores, outputs_info=start
    )
    return {"value": theano.function([scores, start], outs)(numbers(3, 4), np.asarray([0, 2]))}


def forward_backward_of_a_chain():
    """Forward scores of a chain as CRF taggers compute them, and their gradient."""
    observations, transitions = T.matrix("observations"), T.matrix("transitions")

    def log_sum_exp(v, axis=None):
        top = v.max(axis=axis, keepdims=True)
        return T.log(T.sum(T.exp(v - top), axis=axis, keepdims=True)) + top

    def step(obs, previous, table):
        previous = previous.dimshuffle(0, "x")
        obs = obs.dimshuffle("x", 0)
        return log_sum_exp(previous + obs + table, axis=0).flatten()

    alpha, _ = theano.scan(
        fn=step,
        outputs_info=observations[0],
        sequences=[observations[1:]],
        non_sequences=transitions,
    )
    total = log_sum_exp(alpha[-1], axis=0).sum()
    viterbi, _ = theano.scan(
        fn=lambda obs, previous, table: [
            (previous.dimshuffle(0, "x") + obs.dimshuffle("x", 0) + table).max(axis=0),
            (previous.dimshuffle(0, "x") + obs.dimshuffle("x", 0) + table).argmax(axis=0),
        ],
        outputs_info=[observations[0], None],
        sequences=[observations[1:]],
        non_sequences=transitions,
    )
    path, _ = theano.scan(
        fn=lambda beta, previous: beta[previous],
        outputs_info=T.cast(T.argmax(viterbi[0][-1]), "int64"),
        sequences=T.cast(viterbi[1][::-1], "int64"),
    )
    return compute(
        [(observations, numbers(4, 3) / 2), (transitions, numbers(3, 3, seed=2) / 2)],
        OrderedDict(
            [
                ("alpha", alpha),
                ("total", total),
                ("g", T.grad(total, transitions)),
                ("best", viterbi[0]),
                ("from", viterbi[1]),
                ("path", path[::-1]),
            ]
        ),
    )
