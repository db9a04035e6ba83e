"""theano.function: inputs, outputs, updates, givens, defaults and what it refuses."""

import copy
from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import build, numbers, raised, warns


def _shared(value=0.0, **keywords):
    return theano.shared(np.asarray(value, theano.config.floatX), **keywords)


def forms_of_outputs():
    x = T.vector("x")
    value = numbers(3)
    one = theano.function([x], x * 2)(value)
    listed = theano.function([x], [x * 2])(value)
    nothing = theano.function([x], [], on_unused_input="ignore")(value)
    none = theano.function([x], None, on_unused_input="ignore")(value)
    absent = theano.function([x], on_unused_input="ignore")(value)
    named = theano.function([x], {"double": x * 2, "sum": x.sum()})(value)
    ordered = theano.function([x], OrderedDict([("b", x), ("a", x + 1)]))(value)
    scalar = theano.function([x], x.sum())(value)
    out = theano.function([x], theano.Out(x * 3, borrow=True))(value)
    return {
        "one": one,
        "one type": type(one).__name__,
        "listed": listed,
        "listed type": type(listed).__name__,
        "tuple type": type(theano.function([x], (x, x))(value)).__name__,
        "empty": nothing,
        "none": none,
        "absent": absent,
        "named": named,
        "named type": type(named).__name__,
        "ordered": dict(ordered),
        "scalar": scalar,
        "scalar type": type(scalar).__name__,
        "scalar shape": list(scalar.shape),
        "int scalar": theano.function([x], x.shape[0])(value),
        "out": out,
        "same twice": theano.function([x], [x.sum(), x.sum()])(value),
        "constant": theano.function([], T.constant(3.5))(),
        "numpy output": raised(theano.function, [x], np.zeros(2)),
        "number output": raised(theano.function, [x], 3),
        "input as output": theano.function([x], x)(value),
        "keys not text": raised(theano.function, [x], {1: x}),
    }


def names_and_keywords_of_inputs():
    x, y = T.scalar("x"), T.scalar("y")
    f = theano.function([x, y], x - y)
    u = T.scalar()
    g = theano.function([u, y], u + y)
    return {
        "positional": f(5, 3),
        "keywords": f(y=1, x=4),
        "mixed": f(5, y=2),
        "unknown": raised(f, 1, z=2),
        "twice": raised(lambda: f(1, 2, x=3)),
        "missing": raised(f, 1),
        "too many": raised(f, 1, 2, 3),
        "unnamed": g(2, 3),
        "unnamed keyword": g(2, y=3),
        "same name": raised(theano.function, [T.scalar("a"), T.scalar("a")], T.constant(1)),
        "same variable": raised(theano.function, [x, x], x),
        "same variable used": raised(theano.function, [x, x], x, on_unused_input="ignore"),
        "not a list": raised(theano.function, x, x),
        "tuple": theano.function((x,), x)(2),
        "constant input": raised(theano.function, [T.constant(2)], T.constant(1)),
        "shared input": raised(theano.function, [_shared()], T.constant(1)),
        "number input": raised(theano.function, [3], x),
        "text input": raised(theano.function, ["x"], x),
        "expression input": theano.function(
            [x * 2], (x * 2) * 3 if False else T.constant(1), on_unused_input="ignore"
        )(1),
        "name": theano.function([x], x, name="double").name,
    }


def intermediate_variables_as_inputs():
    x = T.vector("x")
    h = x * 2
    y = h + 1
    return {"value": theano.function([h], y)(numbers(3))}


def unused_inputs():
    x, y = T.scalar("x"), T.scalar("y")
    return {
        "default": raised(theano.function, [x, y], x),
        "raise": raised(theano.function, [x, y], x, on_unused_input="raise"),
        "ignore": theano.function([x, y], x, on_unused_input="ignore")(1, 2),
        "unknown": raised(theano.function, [x, y], x, on_unused_input="perhaps"),
        "caught": raised(theano.function, [x, y], [x]),
        "is the class": issubclass(theano.compile.UnusedInputError, Exception),
        "in updates only": theano.function([x], updates=[(_shared(), x)])(1),
        "in givens": theano.function([x], y * 2, givens={y: x})(3),
        "replaced": raised(theano.function, [x, y], y * 2, givens={y: x}),
    }


@warns
def unused_inputs_warn():
    x, y = T.scalar("x"), T.scalar("y")
    return {"warn": theano.function([x, y], x, on_unused_input="warn")(1, 2)}


def missing_inputs():
    x, y = T.scalar("x"), T.scalar("y")
    return {
        "missing": raised(theano.function, [x], x + y),
        "class": theano.gof.MissingInputError.__name__,
        "in updates": raised(theano.function, [x], x, updates=[(_shared(), y)]),
        "in givens": raised(theano.function, [], x, givens={x: y}),
        "none at all": raised(theano.function, [], x),
        "eval without": raised(lambda: (x + y).eval({x: 1.0})),
    }


def updates_use_values_from_before():
    a, b = _shared(1.0, name="a"), _shared(10.0, name="b")
    x = T.scalar("x")
    step = theano.function([x], [a + b, a], updates=[(a, a + x), (b, a * 2 + b)])
    results = [step(1), step(2), step(3)]
    return {"results": results, "a": a.get_value(), "b": b.get_value()}


def forms_of_updates():
    made = {}
    for name, form in [
        ("list", lambda w, v: [(w, v)]),
        ("list of lists", lambda w, v: [[w, v]]),
        ("dictionary", lambda w, v: {w: v}),
        ("ordered", lambda w, v: OrderedDict([(w, v)])),
        ("ordered updates", lambda w, v: theano.OrderedUpdates([(w, v)])),
        ("tuple", lambda w, v: ((w, v),)),
        ("items", lambda w, v: list(OrderedDict([(w, v)]).items())),
        ("zip", lambda w, v: list(zip([w], [v]))),
    ]:
        w = _shared(1.0)
        theano.function([], updates=form(w, w * 3))()
        made[name] = w.get_value()
    return made


def updates_refused():
    w, vector = _shared(1.0), _shared(np.zeros(3))
    x = T.scalar("x")
    return {
        "twice": raised(theano.function, [], updates=[(w, w + 1), (w, w + 2)]),
        "not shared": raised(theano.function, [x], x, updates=[(x, x + 1)]),
        "rank": raised(theano.function, [], updates=[(w, vector)]),
        "rank up": raised(theano.function, [], updates=[(vector, w)]),
        "wider dtype": raised(
            theano.function,
            [],
            updates=[(theano.shared(np.float32(1)), T.constant(np.float64(0.1)) * 2)],
        ),
        "float to int": raised(theano.function, [], updates=[(theano.shared(1), T.constant(0.5))]),
        "none": raised(theano.function, [], updates=[(w, None)]),
        "text": raised(theano.function, [], updates=[(w, "a")]),
        "not pairs": raised(theano.function, [], updates=[w]),
        "narrower dtype": raised(
            theano.function,
            [],
            updates=[(theano.shared(np.float64(1)), T.constant(np.float32(2)))],
        ),
        "set of pairs": raised(theano.function, [], updates={(w, w + 1)}),
    }


def updates_accept():
    """Update values that Theano takes, or refuses, where a cast or another shape is needed."""

    def after(variable, update):
        theano.function([], updates=[(variable, update)])()
        return variable.get_value()

    k = theano.shared(np.int32(3))
    return build(
        {
            "float32 to float64": lambda: after(
                theano.shared(np.float64(1)), T.constant(np.float32(0.5))
            ),
            "int": lambda: after(theano.shared(3), theano.shared(4) + 1),
            "int8 constant": lambda: after(k, k + 1),
            "int64 to int32": lambda: after(k, k + theano.shared(3)),
            "int to float32": lambda: after(theano.shared(np.float32(3)), T.constant(2)),
            "other length": lambda: after(_shared(np.zeros(3)), T.zeros((2,))),
            "row to matrix": lambda: after(
                _shared(np.zeros((2, 3))), T.unbroadcast(T.zeros((1, 3)), 0)
            ),
            "static row to matrix": lambda: after(_shared(np.zeros((2, 3))), T.zeros((1, 3))),
            "number": lambda: after(_shared(1.0), 2.0),
            "int number": lambda: after(theano.shared(1), 2),
            "numpy": lambda: after(_shared(np.zeros(3)), np.ones(3, theano.config.floatX)),
            "float32 variable to float64": lambda: after(
                theano.shared(np.zeros(2)), theano.shared(np.ones(2, "float32")) * 1
            ),
            "int32 variable to int64": lambda: after(
                theano.shared(np.zeros(2, "int64")), theano.shared(np.ones(2, "int32"))
            ),
            "bool to int8": lambda: after(
                theano.shared(np.zeros(2, "int8")), T.eq(theano.shared(np.ones(2)), 1)
            ),
        }
    )


def givens_forms():
    x, y, i = T.vector("x"), T.vector("y"), T.lscalar("i")
    data = _shared(np.arange(6))
    cost = (x**2).sum()
    by_dictionary = theano.function([i], cost, givens={x: data[i * 2 : (i + 1) * 2]})
    by_list = theano.function([i], cost, givens=[(x, data[i:])])
    chained = theano.function([y], x * 3, givens=OrderedDict([(x, y + 1)]))
    shared = _shared(5.0)
    replaced = theano.function([], shared * 2, givens={shared: T.constant(7.0, dtype=shared.dtype)})
    with_updates = theano.function(
        [i], cost, updates=[(data, data + 1)], givens={x: data[i : i + 2]}
    )
    first = with_updates(0)
    return {
        "dictionary": [by_dictionary(0), by_dictionary(2)],
        "list": by_list(4),
        "chained": chained(numbers(2)),
        "shared": replaced(),
        "with updates": [first, with_updates(0)],
        "dtype": raised(theano.function, [], cost, givens={x: T.ivector()}),
        "rank": raised(theano.function, [], cost, givens={x: T.matrix()}),
        "numpy": theano.function([], cost, givens={x: np.ones(3, theano.config.floatX)})(),
        "number": raised(theano.function, [], cost, givens={x: 2}),
        "input also": raised(theano.function, [x], cost, givens={x: data}),
        "intermediate": theano.function([x], (x * 2 + 1).sum(), givens={})(numbers(2)),
    }


def inputs_with_defaults():
    x, y = T.scalar("x"), T.scalar("y")
    f = theano.function([x, theano.In(y, value=10)], x + y)
    g = theano.function([theano.In(x, value=1), theano.In(y, value=2, name="why")], x * 10 + y)
    return {
        "default": f(1),
        "given": f(1, 2),
        "keyword": f(1, y=3),
        "again": f(1),
        "all defaults": g(),
        "first": g(5),
        "by name": g(why=7),
        "get": f["y"],
        "set": _set_item(f, "y", 20),
        "after": f(1),
        "value": f.value["y"],
        "unknown": raised(lambda: f["z"]),
        "container": f.container["y"].value,
        "defaults": [None if d is None else True for d in f.defaults]
        if hasattr(f, "defaults")
        else [],
    }


def _set_item(f, name, value):
    f[name] = value
    return f[name]


def inputs_with_updates():
    x, s = T.scalar("x"), T.scalar("s")
    f = theano.function([x, theano.In(s, value=0.0, update=s + x)], s)
    calls = [f(1), f(2), f(3)]
    f["s"] = 100
    after = f(1)
    return {"calls": calls, "after": after, "state": f["s"], "given": f(1, 5), "kept": f["s"]}


@warns
def parameters_of_old():
    x, y = T.scalar("x"), T.scalar("y")
    f = theano.function([x, theano.Param(y, default=4.0)], x * y)
    g = theano.function([x, theano.Param(y, default=4.0, name="factor")], x * y)
    return {"default": f(2), "given": f(2, 3), "name": g(2, factor=5)}


def casting_of_inputs():
    f32, f64, i32, i64 = T.fvector("a"), T.dvector("b"), T.ivector("c"), T.lscalar("d")
    narrow = theano.function([f32], f32 * 2)
    allowed = theano.function([f32], f32 * 2, allow_input_downcast=True)
    strict = theano.function([f64], f64 * 2, allow_input_downcast=False)
    integer = theano.function([i32], i32 * 2)
    loose = theano.function([i32], i32 * 2, allow_input_downcast=True)
    scalar = theano.function([i64], i64 * 2)
    fscalar = theano.function([T.fscalar("e")], T.constant(1), on_unused_input="ignore")
    return build(
        {
            "same": lambda: narrow(np.ones(2, "float32")),
            "float64": lambda: narrow(np.ones(2) / 3),
            "float64 exact": lambda: narrow(np.ones(2)),
            "list": lambda: narrow([1, 2]),
            "list floats": lambda: narrow([0.1, 0.2]),
            "ints": lambda: narrow(np.arange(2)),
            "int8": lambda: narrow(np.arange(2, dtype="int8")),
            "allowed": lambda: allowed(np.ones(2) / 3),
            "strict float32": lambda: strict(np.ones(2, "float32")),
            "int64 array": lambda: integer(np.arange(2)),
            "int list": lambda: integer([1, 2]),
            "int8 up": lambda: integer(np.arange(2, dtype="int8")),
            "float array": lambda: integer(np.ones(2)),
            "float list": lambda: integer([1.0, 2.5]),
            "loose floats": lambda: loose([1.0, 2.5]),
            "python int": lambda: scalar(3),
            "python float": lambda: scalar(3.0),
            "large int": lambda: scalar(2**70),
            "float32 python float": lambda: fscalar(0.5),
            "float32 inexact": lambda: fscalar(0.1),
            "float32 np64": lambda: fscalar(np.float64(0.1)),
            "float32 int": lambda: fscalar(3),
            "bool": lambda: scalar(True),
            "rank": lambda: narrow(np.ones((2, 2), "float32")),
            "rank down": lambda: narrow(np.float32(1)),
            "text": lambda: narrow("a"),
            "none": lambda: narrow(None),
            "variable": lambda: narrow(f32),
            "shared": lambda: narrow(theano.shared(np.ones(2, "float32"))),
            "nested list": lambda: narrow([[1], [2, 3]]),
        }
    )


def inputs_of_floatx():
    """A Python float goes into a floatX scalar whatever its digits."""
    x, m = T.scalar("x"), T.matrix("m")
    f, g = theano.function([x], x * 2), theano.function([m], m * 2)
    return build(
        {
            "0.1": lambda: f(0.1),
            "np.float64": lambda: f(np.float64(0.1)),
            "np.float32": lambda: f(np.float32(0.1)),
            "1e-40": lambda: f(1e-40),
            "int": lambda: f(3),
            "array0": lambda: f(np.asarray(0.1)),
            "list": lambda: g([[0.5, 1.0]]),
            "list inexact": lambda: g([[0.1, 1.0]]),
            "float64": lambda: g(np.ones((1, 2)) / 3),
            "row": lambda: g(np.ones((1, 3), theano.config.floatX)),
            "fortran": lambda: g(np.asfortranarray(numbers(2, 3))),
            "strided": lambda: g(numbers(4, 6)[::2, ::3]),
            "reversed": lambda: g(numbers(2, 3)[::-1]),
        }
    )


def strict_inputs():
    x = T.fvector("x")
    f = theano.function([theano.In(x, strict=True)], x * 2)
    g = theano.function([theano.In(x, allow_downcast=True)], x * 2)
    h = theano.function([theano.In(x, allow_downcast=False)], x * 2)
    return {
        "strict same": f(np.ones(2, "float32")),
        "strict float64": raised(f, np.ones(2)),
        "strict list": raised(f, [1, 2]),
        "downcast": g(np.ones(2) / 3),
        "no downcast": raised(h, np.ones(2)),
        "int upcast": h(np.arange(2, dtype="int8")),
    }


def broadcast_inputs():
    r = T.row("r")
    c = T.col("c")
    f = theano.function([r, c], r + c)
    return {
        "right": f(numbers(1, 3), numbers(2, 1)),
        "wrong": raised(f, numbers(2, 3), numbers(2, 1)),
    }


def mutable_inputs():
    x = T.vector("x")
    f = theano.function([theano.In(x, mutable=True)], x + 1)
    g = theano.function([x], x + 1)
    value = numbers(3)
    before = value.copy()
    result = g(value)
    return {
        "not changed": bool((value == before).all()),
        "result": result,
        "mutable result": f(value.copy()),
        "borrow": theano.function([theano.In(x, borrow=True)], x * 2)(value),
    }


def results_do_not_alias():
    x = T.vector("x")
    value = numbers(3)
    f = theano.function([x], [x, x[::-1], x * 1])
    same, reversed_, _ = f(value)
    g = theano.function([x], x * 2)
    first = g(value)
    kept = first.copy()
    g(value * 3)
    w = _shared(np.zeros(3))
    h = theano.function([], w * 1.0)
    h()[:] = 7
    k = theano.function([], w)
    k()[:] = 5
    return {
        "input": np.may_share_memory(same, value),
        "reversed": np.may_share_memory(reversed_, value),
        "kept": bool((first == kept).all()),
        "shared": w.get_value(),
    }


def copies_of_functions():
    x = T.scalar("x")
    state = _shared(1.0, name="state")
    f = theano.function([x], state + x, updates=[(state, state + x)])
    other = _shared(100.0, name="state")
    g = f.copy(swap={state: other})
    h = f.copy(share_memory=True, name="again")
    d = copy.copy(f)
    results = [f(1), g(1), h(1), d(1)]
    return {
        "results": results,
        "state": state.get_value(),
        "other": other.get_value(),
        "shared": [v is state for v in f.get_shared()],
        "without updates": f.copy(delete_updates=True)(1),
        "state after": state.get_value(),
    }


def attributes_of_functions():
    x, y = T.vector("x"), T.vector("y")
    f = theano.function([x, theano.In(y, value=np.zeros(2, theano.config.floatX))], [x + y])
    return {
        "maker": hasattr(f, "maker"),
        "fgraph": hasattr(f.maker, "fgraph"),
        "toposort": len(f.maker.fgraph.toposort()) > 0,
        "inputs": len(f.maker.inputs),
        "fgraph inputs": len(f.maker.fgraph.inputs),
        "outputs": len(f.maker.fgraph.outputs),
        "fn": hasattr(f, "fn"),
        "input_storage": len(f.input_storage),
        "output_storage": len(f.output_storage),
        "profile": f.profile,
        "trust_input": f.trust_input,
        "finder": y in f.finder if hasattr(f, "finder") else None,
        "named after its place": "functions.py:" in f.name,
        "callable": callable(f),
        "free": raised(f.free),
        "defaults": hasattr(f, "defaults"),
        "is function": isinstance(f, theano.compile.Function),
    }


def trusted_inputs():
    x = T.vector("x")
    f = theano.function([x], x * 2)
    f.trust_input = True
    return {"value": f(numbers(3))}


def evaluation_of_expressions():
    x, y = T.scalar("x"), T.scalar("y")
    w = _shared(3.0)
    return {
        "inputs": (x + y).eval({x: 1.0, y: 2.0}),
        "shared": (w * 2).eval(),
        "constant": T.constant(4).eval(),
        "again": (x * 2).eval({x: 5.0}),
        "unused": raised(lambda: (x * 2).eval({x: 1.0, y: 1.0})),
        "by text": raised(lambda: (x * 2).eval({"x": 1.0})),
        "type": type((w * 2).eval()).__name__,
        "arange": T.arange(4).eval(),
    }


def modes_by_name():
    x = T.vector("x")
    value = numbers(3)
    made = {}
    for mode in ("FAST_RUN", "FAST_COMPILE", None):
        made[str(mode)] = theano.function([x], (x * 2).sum(), mode=mode)(value)
    made["Mode"] = theano.function([x], x.sum(), mode=theano.Mode(linker="py", optimizer=None))(
        value
    )
    made["including"] = theano.function(
        [x], x.sum(), mode=theano.compile.get_default_mode().including("fusion")
    )(value)
    made["excluding"] = theano.function(
        [x], x.sum(), mode=theano.compile.mode.get_default_mode().excluding("fusion")
    )(value)
    made["get_mode"] = theano.function(
        [x], x.sum(), mode=theano.compile.mode.get_mode("FAST_COMPILE")
    )(value)
    made["unknown"] = raised(theano.function, [x], x, mode="FASTEST")
    made["bad linker"] = raised(theano.Mode, linker="fortran")
    made["profile"] = theano.function([x], x.sum(), profile=False)(value)
    return made


def keywords_of_function():
    x = T.vector("x")
    w = _shared(1.0)
    f = theano.function(
        inputs=[x],
        outputs=[x.sum() * w],
        updates=OrderedDict([(w, w + 1)]),
        givens={},
        no_default_updates=False,
        accept_inplace=False,
        name="keywords",
        rebuild_strict=True,
        allow_input_downcast=None,
        profile=False,
        on_unused_input="raise",
        mode=None,
    )
    return {
        "value": f(numbers(3)),
        "w": w.get_value(),
        "unknown": raised(theano.function, [x], x, outputs_info=1),
    }


def default_updates_of_shared_variables():
    n = theano.shared(0)
    n.default_update = n + 1
    f = theano.function([], n * 10)
    g = theano.function([], n * 10, no_default_updates=True)
    h = theano.function([], n * 10, updates=[(n, n + 100)])
    k = theano.function([], n, no_default_updates=[n])
    results = [f(), f(), g(), h(), f(), k(), f()]
    other = theano.shared(0)
    other.default_update = n * 2
    p = theano.function([], other + 1)
    return {
        "results": results,
        "n": n.get_value(),
        "chained": [p(), p()],
        "other": other.get_value(),
        "n after": n.get_value(),
    }


def updates_without_outputs_and_order():
    """All updates are computed before any is stored, whatever their order."""
    a, b, c = _shared(1.0), _shared(2.0), _shared(3.0)
    theano.function([], updates=OrderedDict([(a, b), (b, c), (c, a)]))()
    first = [v.get_value() for v in (a, b, c)]
    theano.function([], updates=[(c, a), (b, c), (a, b)])()
    return {"rotated": first, "rotated back": [v.get_value() for v in (a, b, c)]}


def swapped_arrays_do_not_alias():
    a, b = _shared(np.arange(3)), _shared(np.arange(3) * 10)
    swap = theano.function([], updates=[(a, b), (b, a)])
    swap()
    first = [a.get_value(), b.get_value()]
    theano.function([], updates=[(a, a + 1)])()
    return {"first": first, "a": a.get_value(), "b": b.get_value()}


def same_shared_in_two_functions():
    w = _shared(1.0)
    x = T.scalar("x")
    train = theano.function([x], w * x, updates=[(w, w - 0.5 * x)])
    test = theano.function([x], w * x)
    return {"results": [test(1), train(1), test(1), train(1), test(2)], "w": w.get_value()}


def errors_inside_calls():
    x, y = T.matrix("x"), T.matrix("y")
    f = theano.function([x, y], T.dot(x, y))
    zero = np.zeros((2, 3), theano.config.floatX)
    v = T.vector("v")
    return {
        "dot": raised(f, zero, zero),
        "index": raised(theano.function([v], v[10]), zero[0]),
        "reshape": raised(theano.function([v], v.reshape((2, 2))), zero[0]),
        "assert": raised(
            theano.function([v], theano.tensor.opt.Assert("must")(v, T.eq(v.sum(), 1))), zero[0]
        ),
        "works after": f(zero, zero.T),
    }
