"""Types of the constructors' variables and of what operations make of them."""

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import build, raised

_KINDS = ["scalar", "vector", "matrix", "row", "col", "tensor3", "tensor4", "tensor5"]


def constructors_without_dtype():
    return {kind: getattr(T, kind)("name") for kind in _KINDS}


def constructors_with_dtype_keyword():
    return {
        kind + " " + dtype: getattr(T, kind)("v", dtype=dtype)
        for kind in _KINDS
        for dtype in ("float32", "float64", "int8", "int64", "uint8", "bool")
    }


def constructors_with_letter():
    names = [letter + kind for letter in "bwilfdcz" for kind in _KINDS[:-1]]
    return {name: getattr(T, name)("v") for name in names}


def constructors_five_dimensions_with_letter():
    return {letter: getattr(T, letter + "tensor5")() for letter in "bwilfdcz"}


def constructors_of_many():
    names = ["scalars", "vectors", "matrices", "rows", "cols", "tensor3s", "tensor4s"]
    some = {}
    for name in names:
        some[name + " names"] = list(getattr(T, name)("a", "b"))
        some[name + " count"] = list(getattr(T, name)(2))
        some[name + " called"] = [v.name for v in getattr(T, name)("a", "b")]
    some["one"] = T.vectors("a")[0] if isinstance(T.vectors("a"), (list, tuple)) else T.vectors("a")
    some["dtype"] = raised(T.matrices, "a", "b", dtype="int32")
    for name in ("fvectors", "dmatrices", "lscalars", "imatrices", "ivectors", "fscalars"):
        some[name] = list(getattr(T, name)("p", "q", "r"))
    return some


def constructors_name_positional_and_dtype_positional():
    return {
        "name": T.matrix("x").name,
        "dtype second": T.matrix("x", "float32"),
        "vector int": T.vector("x", "int64"),
        "no name": T.matrix().name,
        "tensor3": T.tensor3("x", "float64"),
    }


def tensor_type_calls():
    pattern = (False, True, False)
    kind = T.TensorType("float32", pattern)
    return {
        "type": kind,
        "variable": kind("x"),
        "name": kind("x").name,
        "keyword": T.TensorType(dtype="int64", broadcastable=(True,)),
        "list": T.TensorType("float64", [False] * 3),
        "equal": T.TensorType("float32", (False,)) == T.TensorType("float32", (False,)),
        "unequal": T.TensorType("float32", (False,)) == T.TensorType("float32", (True,)),
        "hash": hash(T.TensorType("float32", (False,))) == hash(T.fvector),
        "is vector": T.TensorType("float32", (False,)) == T.fvector,
        "ndim": kind.ndim,
        "dtype": kind.dtype,
        "numpy dtype": str(kind.numpy_dtype),
        "make_variable": kind.make_variable("y"),
        "clone": kind.clone(dtype="int8"),
        "filter": T.fvector.filter(np.zeros(2, "float32")),
        "filter int8": T.fvector.filter(np.zeros(2, "int8"), allow_downcast=True),
        "bad dtype": raised(T.TensorType, "floatx", (False,)),
        "bad filter": raised(T.fvector.filter, np.zeros((2, 2), "float32")),
        "bad filter dtype": raised(T.fvector.filter, np.zeros(2, "float64"), strict=True),
        "filter wider": raised(T.fvector.filter, np.ones(2) / 3),
        "is_valid_value": T.fvector.is_valid_value(np.zeros(2, "float32")),
        "not valid": T.fvector.is_valid_value(np.zeros(2, "float64")),
        "values_eq": T.fvector.values_eq(np.zeros(2, "f"), np.zeros(2, "f")),
        "values_eq_approx": T.fvector.values_eq_approx(
            np.ones(2, "f"), np.ones(2, "f") * np.float32(1 + 1e-7)
        ),
    }


def type_text():
    return {
        "vector": str(T.fvector),
        "matrix": str(T.dmatrix),
        "row": str(T.frow),
        "col": str(T.fcol),
        "three": str(T.TensorType("int64", (False, True, False))),
        "tensor3": str(T.ftensor3),
        "variable": str(T.matrix("x")),
        "unnamed": str(T.matrix()),
        "applied": str(T.exp(T.matrix("x"))),
        "shared": str(theano.shared(np.zeros(2), name="w")),
        "constant": str(T.constant(2.5)),
    }


def tensor_function():
    return {
        "tensor": T.tensor("float32", (False, True)),
        "named": T.tensor("int64", (False,), name="k").name,
        "keyword": T.tensor(dtype="float64", broadcastable=(True, True)),
    }


def constants():
    return build(
        {
            "int": lambda: T.constant(3),
            "small int": lambda: T.constant(-3),
            "large": lambda: T.constant(300),
            "larger": lambda: T.constant(70000),
            "largest": lambda: T.constant(2**40),
            "float": lambda: T.constant(0.5),
            "inexact": lambda: T.constant(0.1),
            "bool": lambda: T.constant(True),
            "list": lambda: T.constant([1, 2, 3]),
            "floats": lambda: T.constant([1.0, 0.1]),
            "array f4": lambda: T.constant(np.zeros((2, 1), "float32")),
            "array f8": lambda: T.constant(np.zeros((1, 2), "float64")),
            "array i8": lambda: T.constant(np.zeros((1, 1), "int8")),
            "np float32": lambda: T.constant(np.float32(2)),
            "np float64": lambda: T.constant(np.float64(2)),
            "dtype": lambda: T.constant(2, dtype="float32"),
            "dtype array": lambda: T.constant([1, 2], dtype="int8"),
            "ndim": lambda: T.constant([1, 2], ndim=2),
            "name": lambda: T.constant(2, name="two").name,
            "value": lambda: T.constant([[1, 2]]).value,
            "data": lambda: T.constant([[1, 2]]).data,
            "text": lambda: T.constant("word"),
            "nothing": lambda: T.constant(None),
        }
    )


def as_tensor_variable_forms():
    x = T.matrix("x")
    return build(
        {
            "same": lambda: T.as_tensor_variable(x) is x,
            "int": lambda: T.as_tensor_variable(5),
            "float": lambda: T.as_tensor_variable(5.5),
            "float inexact": lambda: T.as_tensor_variable(0.1),
            "list": lambda: T.as_tensor_variable([1, 2]),
            "nested": lambda: T.as_tensor_variable([[1.0, 2.0]]),
            "list of variables": lambda: T.as_tensor_variable([x[0], x[1]]),
            "list of scalars": lambda: T.as_tensor_variable([T.lscalar(), 3]),
            "tuple of lengths": lambda: T.as_tensor_variable((x.shape[0], 2)),
            "ndim": lambda: T.as_tensor_variable(x, ndim=4),
            "too few": lambda: T.as_tensor_variable(x, ndim=1),
            "row ndim 1": lambda: T.as_tensor_variable(T.row(), ndim=1),
            "array": lambda: T.as_tensor_variable(np.zeros((2, 1), "float32")),
            "name": lambda: T.as_tensor_variable(np.zeros(2), name="v").name,
            "shared": lambda: T.as_tensor_variable(theano.shared(np.zeros(3, "float32"))),
            "bool": lambda: T.as_tensor_variable(True),
            "bools": lambda: T.as_tensor_variable([True, False]),
            "text": lambda: T.as_tensor_variable("word"),
            "object": lambda: T.as_tensor_variable(object()),
            "none": lambda: T.as_tensor_variable(None),
            "lambda": lambda: T.as_tensor_variable(lambda: 1),
            "scalar": lambda: T.as_tensor_variable(theano.scalar.float32("s")),
            "old name": lambda: T.as_tensor([1.0, 2.0]),
        }
    )


def broadcast_patterns_of_results():
    v, m, r, c, s = T.vector(), T.matrix(), T.row(), T.col(), T.scalar()
    t3, t4 = T.tensor3(), T.tensor4()
    b = T.TensorType(theano.config.floatX, (True, False, True))("b")
    return build(
        {
            "v+m": lambda: v + m,
            "r+c": lambda: r + c,
            "r+r": lambda: r + r,
            "c*s": lambda: c * s,
            "m+r": lambda: m + r,
            "v+r": lambda: v + r,
            "v+c": lambda: v + c,
            "b+v": lambda: b + v,
            "b.T": lambda: b.T,
            "r.T": lambda: r.T,
            "exp r": lambda: T.exp(r),
            "sum r 0": lambda: r.sum(0),
            "sum r 1": lambda: r.sum(1),
            "sum r keep": lambda: r.sum(1, keepdims=True),
            "sum m keep": lambda: m.sum(0, keepdims=True),
            "mean m keep all": lambda: m.mean(keepdims=True),
            "max t3 keep": lambda: t3.max(axis=2, keepdims=True),
            "argmax keep": lambda: t3.argmax(axis=1, keepdims=True),
            "dot m r.T": lambda: T.dot(m, r.T),
            "dot c r": lambda: T.dot(c, r),
            "dot v v": lambda: T.dot(v, v),
            "dot v m": lambda: T.dot(v, m),
            "dot t3 m": lambda: T.dot(t3, m),
            "dot m t3": lambda: T.dot(m, t3),
            "outer": lambda: T.outer(v, v),
            "switch": lambda: T.switch(r > 0, c, s),
            "join": lambda: T.concatenate([r, r], axis=0),
            "join other axis": lambda: T.concatenate([r, r], axis=1),
            "stack": lambda: T.stack([r, r]),
            "reshape -1": lambda: m.reshape((-1, 1)),
            "reshape 1": lambda: m.reshape((1, m.size)),
            "reshape symbolic": lambda: m.reshape((m.shape[0], m.shape[1])),
            "reshape ndim": lambda: m.reshape(m.shape, ndim=2),
            "dimshuffle": lambda: v.dimshuffle("x", 0, "x"),
            "drop": lambda: r.dimshuffle(1),
            "flatten": lambda: t4.flatten(2),
            "flatten row": lambda: r.flatten(),
            "flatten b": lambda: b.flatten(2),
            "index 0": lambda: m[0],
            "slice": lambda: r[0:1],
            "slice all": lambda: r[:, 1:],
            "slice r open": lambda: r[:],
            "slice col": lambda: c[2:],
            "newaxis": lambda: v[None, :],
            "newaxis end": lambda: v[:, np.newaxis],
            "int list": lambda: m[[0]],
            "ivector": lambda: m[T.ivector()],
            "ivector pair": lambda: m[T.ivector(), T.ivector()],
            "imatrix": lambda: m[T.imatrix()],
            "alloc": lambda: T.alloc(s, 3, 1),
            "alloc symbolic": lambda: T.alloc(s, m.shape[0], 1),
            "zeros": lambda: T.zeros((2, 1)),
            "zeros symbolic": lambda: T.zeros((m.shape[0], 1)),
            "zeros_like": lambda: T.zeros_like(r),
            "ones_like": lambda: T.ones_like(b),
            "fill": lambda: T.fill(r, s),
            "arange": lambda: T.arange(1),
            "eye": lambda: T.eye(1),
            "tile": lambda: T.tile(r, (2, 1)),
            "repeat": lambda: T.repeat(r, 2, axis=0),
            "repeat one": lambda: T.repeat(r, 1, axis=0),
            "padleft": lambda: T.shape_padleft(v, 2),
            "padright": lambda: T.shape_padright(v),
            "padaxis": lambda: T.shape_padaxis(m, 1),
            "addbroadcast": lambda: T.addbroadcast(m, 0),
            "unbroadcast": lambda: T.unbroadcast(b, 0, 2),
            "patternbroadcast": lambda: T.patternbroadcast(m, (True, False)),
            "patternbroadcast back": lambda: T.patternbroadcast(r, (False, False)),
            "softmax row": lambda: T.nnet.softmax(r),
            "softmax vector": lambda: T.nnet.softmax(v),
            "shape": lambda: m.shape,
            "size": lambda: m.size,
            "shape 0": lambda: m.shape[0],
            "cast": lambda: T.cast(r, "int32"),
            "set_subtensor": lambda: T.set_subtensor(r[0, 0], 1.0),
            "max_and_argmax": lambda: list(T.max_and_argmax(m, axis=0)),
            "tensordot": lambda: T.tensordot(t3, m, axes=1),
            "batched_dot": lambda: T.batched_dot(t3, t3),
            "diag": lambda: T.diag(m),
            "diagonal": lambda: m.diagonal(),
            "sort": lambda: T.sort(r),
            "cumsum": lambda: T.cumsum(r, axis=1),
            "one hot": lambda: T.extra_ops.to_one_hot(T.ivector(), 4),
            "swapaxes": lambda: b.swapaxes(0, 1),
            "roll": lambda: T.roll(r, 1, axis=1),
            "clip": lambda: T.clip(r, 0, 1),
            "clip by matrix": lambda: T.clip(r, m, m),
            "squeeze": lambda: b.squeeze(),
            "scalar arithmetic": lambda: s * 2 + 1,
            "matrix arithmetic": lambda: 2 * m - 1,
        }
    )


def shared_variables_have_no_broadcastable_axis():
    return {
        "row": theano.shared(np.zeros((1, 3))),
        "scalar": theano.shared(np.float32(1)),
        "asked": theano.shared(np.zeros((1, 3), "float32"), broadcastable=(True, False)),
        "python float": theano.shared(2.5),
        "python int": theano.shared(3),
        "python large int": theano.shared(2**33),
        "list": raised(theano.shared, [1, 2]),
        "bool": theano.shared(True),
        "int array": theano.shared(np.arange(3)),
        "int8": theano.shared(np.arange(3, dtype="int8")),
        "sum": (theano.shared(np.zeros((1, 3))) + theano.shared(np.zeros((4, 3)))),
    }


def variable_attributes():
    x = T.tensor3("x")
    y = (x * 2).sum(axis=1)
    y.name = "y"
    return {
        "ndim": x.ndim,
        "dtype": x.dtype,
        "broadcastable": [bool(b) for b in x.broadcastable],
        "name": x.name,
        "owner": x.owner,
        "set name": y.name,
        "owner of y": y.owner is not None,
        "inputs of y": len(y.owner.inputs),
        "ndim of y": y.ndim,
        "T": x.T.ndim,
        "type in": isinstance(x, T.TensorVariable),
        "variable": isinstance(x, theano.Variable),
        "gof variable": isinstance(x, theano.gof.Variable),
        "constant": isinstance(T.constant(1), T.Constant),
        "tensor constant": isinstance(T.constant(1), T.TensorConstant),
        "gof constant": isinstance(T.constant(1), theano.gof.Constant),
        "shared": isinstance(theano.shared(1.0), theano.compile.SharedVariable),
        "shared tensor": isinstance(theano.shared(1.0), T.TensorVariable),
        "shared tensor 2": isinstance(theano.shared(1.0), T.sharedvar.TensorSharedVariable),
        "type": isinstance(x.type, T.TensorType),
        "clone": x.clone().name,
        "copy name": x.copy(name="copy").name,
        "copy type": x.copy(),
        "len": raised(lambda: len(x)),
        "bool": raised(lambda: bool(T.scalar("s") > 0)),
        "bool of constant": raised(lambda: bool(T.constant(1))),
        "iterate": raised(lambda: list(x)),
        "iterate matrix row": raised(lambda: [a for a in T.as_tensor_variable([T.scalar()] * 2)]),
        "float": raised(lambda: float(T.scalar())),
        "int": raised(lambda: int(T.constant(2))),
        "equal is identity": (x == T.tensor3("x")) is True,
        "hashable": len({x: 1, y: 2}),
        "contains": x in [T.matrix(), x],
    }


def methods_of_variables():
    """The public names of a variable's class in Theano that legacy code may call."""
    names = [
        "T all any arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax argmin argsort astype",
        "broadcastable ceil choose clip clone compress conj copy cos cosh cumprod cumsum deg2rad",
        "diagonal dimshuffle dot dtype eval exp exp2 expm1 fill flatten floor",
        "get_parents get_scalar_constant_value imag log log10 log1p log2 max mean min name ndim",
        "nonzero nonzero_values norm ones_like owner prod ptp rad2deg ravel real repeat reshape round",
        "shape sin sinh size sort sqrt squeeze std sum swapaxes tag take tan tanh trace transpose trunc",
        "type var zeros_like",
    ]
    x = T.matrix("x")
    return {name: hasattr(x, name) for name in " ".join(names).split()}
