"""Shared variables: types, values, borrowing, containers and attributes."""

import copy
import pickle

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import build, numbers, raised


def kinds_of_values():
    return build(
        {
            "float": lambda: theano.shared(1.5),
            "int": lambda: theano.shared(2),
            "bool": lambda: theano.shared(True),
            "np.float32": lambda: theano.shared(np.float32(1)),
            "np.float64": lambda: theano.shared(np.float64(1)),
            "np.int8": lambda: theano.shared(np.int8(1)),
            "array": lambda: theano.shared(numbers(2, 3)),
            "0-d array": lambda: theano.shared(np.asarray(1.5, "float32")),
            "empty": lambda: theano.shared(np.zeros((0, 3), "float32")),
            "bool array": lambda: theano.shared(np.zeros(2, bool)),
            "complex": lambda: theano.shared(np.zeros(2, "complex64")),
            "list": lambda: type(theano.shared([1.0, 2.0]).type).__name__,
            "tuple": lambda: type(theano.shared((1.0, 2.0)).type).__name__,
            "text": lambda: type(theano.shared("a").type).__name__,
            "none": lambda: type(theano.shared(None).type).__name__,
            "variable": lambda: type(theano.shared(T.vector()).type).__name__,
            "dictionary": lambda: type(theano.shared({}).type).__name__,
            "broadcastable": lambda: theano.shared(numbers(1, 3), broadcastable=(True, False)),
            "broadcastable wrong": lambda: theano.shared(
                numbers(2, 3), broadcastable=(True, False)
            ),
            "random state": lambda: type(theano.shared(np.random.RandomState(1))).__name__,
            "strict": lambda: theano.shared(numbers(2), strict=True),
            "allow_downcast": lambda: theano.shared(numbers(2), allow_downcast=True),
            "value keyword": lambda: theano.shared(value=numbers(2), name="v", borrow=True),
        }
    )


def attributes():
    w = theano.shared(numbers(2, 3), name="w")
    w.tag.role = "weight"
    return {
        "name": w.name,
        "text": str(w),
        "renamed": _rename(w),
        "ndim": w.ndim,
        "dtype": w.dtype,
        "owner": w.owner,
        "broadcastable": [bool(b) for b in w.broadcastable],
        "tag": w.tag.role,
        "no tag": hasattr(w.tag, "other"),
        "unnamed": theano.shared(1.0).name,
        "container": hasattr(w, "container"),
        "storage": w.container.storage[0],
        "default_update": hasattr(w, "default_update"),
        "type": w.type,
        "shape": w.shape,
        "shape value": w.shape.eval(),
        "is shared": isinstance(w, theano.compile.sharedvalue.SharedVariable),
        "class name": type(w).__name__,
        "scalar class name": type(theano.shared(1.5)).__name__,
        "T": w.T,
        "arithmetic": w * 2 + 1,
        "index": w[0],
        "hash": len({w, w, theano.shared(1.0)}),
        "get_value type": type(w.get_value()).__name__,
        "scalar get_value type": type(theano.shared(np.float32(2)).get_value()).__name__,
        "python scalar get_value": theano.shared(2.5).get_value(),
        "iterate": raised(lambda: [v for v in theano.shared(numbers(2))]),
    }


def _rename(variable):
    variable.name = "other"
    return variable.name


def borrowing():
    value = numbers(3)
    copied = theano.shared(value)
    borrowed = theano.shared(value, borrow=True)
    value[0] = 9
    got = copied.get_value()
    got[1] = 8
    got_borrowed = copied.get_value(borrow=True)
    got_borrowed[2] = 7
    fresh = numbers(3, seed=2)
    set_copied, set_borrowed = theano.shared(numbers(3)), theano.shared(numbers(3))
    set_copied.set_value(fresh)
    set_borrowed.set_value(fresh, borrow=True)
    fresh[0] = 6
    return {
        "copied": copied.get_value(),
        "borrowed": borrowed.get_value(),
        "set copied": set_copied.get_value(),
        "set borrowed": set_borrowed.get_value(),
        "internal": copied.get_value(borrow=True, return_internal_type=True),
        "internal copy": copied.get_value(borrow=False, return_internal_type=True),
        "same object": copied.get_value(borrow=True) is copied.get_value(borrow=True),
    }


def setting_values():
    w = theano.shared(np.zeros((2, 3), "float32"))
    n = theano.shared(np.int32(1))
    made = {}

    def put(label, variable, value, **keywords):
        answer = raised(variable.set_value, value, **keywords)
        made[label] = answer
        made[label + " value"] = variable.get_value()

    put("same", w, np.ones((2, 3), "float32"))
    put("float64", w, np.ones((2, 3)) / 3)
    put("other shape", w, np.ones((1, 2), "float32"))
    put("rank", w, np.ones(3, "float32"))
    put("list", w, [[1, 2], [3, 4]])
    put("float list", w, [[0.1, 0.2]])
    put("ints", w, np.ones((1, 1), "int8"))
    put("int64", w, np.ones((1, 2), "int64"))
    put("text", w, "a")
    put("scalar int", n, 5)
    put("scalar float", n, 5.5)
    put("scalar int64", n, np.int64(7))
    put("scalar array", n, np.asarray(8, "int32"))
    f = theano.shared(np.float32(1))
    put("float32 python float", f, 0.5)
    put("float32 inexact", f, 0.1)
    put("float32 np.float64", f, np.float64(0.1))
    put("float32 int", f, 3)
    p = theano.shared(1.0)
    put("python float", p, 2.5)
    put("python float from float32", p, np.float32(0.5))
    put("python float from int", p, 2)
    strict = theano.shared(np.zeros(2, "float32"), strict=True)
    put("strict", strict, np.zeros(2))
    down = theano.shared(np.zeros(2, "float32"), allow_downcast=True)
    put("downcast", down, np.ones(2) / 3)
    row = theano.shared(np.zeros((1, 2), "float32"), broadcastable=(True, False))
    put("broadcastable", row, np.zeros((2, 2), "float32"))
    return made


def zero_and_clone():
    w = theano.shared(numbers(2, 2), name="w")
    c = w.clone()
    c.set_value(numbers(2, 2, seed=2))
    z = theano.shared(numbers(3))
    z.zero()
    return {
        "clone sees": w.get_value(),
        "clone name": c.name,
        "zero": z.get_value(),
        "expression": (w + c).eval(),
    }


def values_through_functions():
    w = theano.shared(numbers(3))
    f = theano.function([], (w**2).sum(), updates=[(w, w * 0.5)])
    before = w.get_value(borrow=True).copy()
    results = [f(), f()]
    w.set_value(np.ones(3, theano.config.floatX))
    results.append(f())
    return {"before": before, "results": results, "after": w.get_value()}


def copies_and_pickles():
    w = theano.shared(numbers(3), name="w")
    copied = copy.copy(w)
    deep = copy.deepcopy(w)
    deep.set_value(np.zeros(3, theano.config.floatX))
    loaded = pickle.loads(pickle.dumps(w, protocol=2))
    both = pickle.loads(pickle.dumps([w, w * 2], protocol=2))
    return {
        "copy name": copied.name,
        "deep": deep.get_value(),
        "original": w.get_value(),
        "loaded": loaded.get_value(),
        "loaded name": loaded.name,
        "expression": both[1].eval(),
        "shared in pickle": both[1].owner.inputs[0] is both[0]
        or both[1].owner.inputs[1] is both[0],
    }


def functions_of_shared_pickled():
    w = theano.shared(numbers(3), name="w")
    x = T.vector("x")
    f = theano.function([x], (w * x).sum(), updates=[(w, w + 1)])
    g = copy.deepcopy(f)
    h = pickle.loads(pickle.dumps(f, protocol=2))
    value = numbers(3, seed=2)
    return {"f": f(value), "copy": g(value), "loaded": h(value), "again": [f(value), g(value)]}


def constructors():
    return build(
        {
            "shared in compile": lambda: theano.compile.shared(1.5),
            "sharedvalue": lambda: theano.compile.sharedvalue.shared(1.5),
            "T._shared": lambda: T._shared(numbers(2)),
            "scalar_constructor": lambda: T.sharedvar.scalar_constructor(np.float32(1)),
            "tensor_constructor": lambda: T.sharedvar.tensor_constructor(numbers(2)),
            "direct": lambda: T.sharedvar.TensorSharedVariable(
                type=T.vector().type, value=numbers(2), name="direct", strict=False
            ),
        }
    )


def nan_and_nothing():
    w = theano.shared(np.asarray([np.nan, 1.0], theano.config.floatX))
    return {"value": w.get_value(), "isnan": T.isnan(w).eval(), "sum": w.sum().eval()}
