"""Dtypes of mixed expressions: one table for each family, floatX and cast_policy."""

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import Raised, warns

_ALL = "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split()
_SOME = "bool int8 int32 int64 uint8 float16 float32 float64".split()
_BINARY = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "true_div": lambda a, b: a / b,
    "int_div": lambda a, b: a // b,
    "mod": lambda a, b: a % b,
    "pow": lambda a, b: a**b,
    "maximum": T.maximum,
    "minimum": T.minimum,
    "eq": T.eq,
    "lt": lambda a, b: a < b,
    "arctan2": T.arctan2,
    "switch": lambda a, b: T.switch(a, b, b),
    "switch branches": lambda a, b: T.switch(T.bscalar(), a, b),
    "and_": T.and_,
    "or_": T.or_,
    "xor": T.xor,
}
_UNARY = (
    "neg abs_ sgn sqr sqrt exp expm1 exp2 log log2 log10 log1p inv sin cos tan sinh cosh tanh "
    "arcsin arccos arctan arcsinh arccosh arctanh ceil floor round trunc invert isnan isinf "
    "erf erfc erfinv gamma gammaln psi j0 deg2rad rad2deg conj identity real imag angle"
).split()


def _dtype(make):
    try:
        return make().dtype
    except Exception as error:
        return Raised([k.__name__ for k in type(error).__mro__[:-2]])


def _table(operations, pairs):
    return {
        operation: {label: _dtype(lambda: apply(a, b)) for label, (a, b) in pairs.items()}
        for operation, apply in operations.items()
    }


def _with_policy(policy, make):
    before = theano.config.cast_policy
    theano.config.cast_policy = policy
    try:
        return make()
    finally:
        theano.config.cast_policy = before


def _tensor(dtype, ndim=1):
    return T.TensorType(dtype, (False,) * ndim)()


def tensors_of_two_dtypes():
    names = ("add", "true_div", "int_div", "mod", "pow", "maximum", "eq", "switch branches")
    pairs = {a + " " + b: (_tensor(a), _tensor(b)) for a in _ALL for b in _ALL}
    return _table({name: _BINARY[name] for name in names}, pairs)


def tensors_of_some_dtypes_all_operations():
    pairs = {a + " " + b: (_tensor(a), _tensor(b)) for a in _SOME for b in _SOME}
    return _table(_BINARY, pairs)


def scalar_and_matrix():
    names = ("add", "true_div", "pow", "minimum")
    pairs = {a + " " + b: (_tensor(a, 0), _tensor(b, 2)) for a in _SOME for b in _SOME}
    return _table({name: _BINARY[name] for name in names}, pairs)


def _python_constants():
    return {
        "1": 1,
        "-1": -1,
        "200": 200,
        "-200": -200,
        "70000": 70000,
        "2**33": 2**33,
        "0.5": 0.5,
        "0.1": 0.1,
        "1e-8": 1e-8,
        "1e300": 1e300,
        "True": True,
        "np.int32": np.int32(1),
        "np.int64": np.int64(1),
        "np.int8": np.int8(1),
        "np.float32": np.float32(0.5),
        "np.float64": np.float64(0.5),
        "np.float64 inexact": np.float64(0.1),
        "array0 f8": np.asarray(0.1),
        "array0 f4": np.asarray(0.1, "float32"),
        "array f8": np.ones(1),
        "array f4": np.ones(1, "float32"),
        "array i8": np.ones(1, "int64"),
        "list int": [1, 2],
        "list float": [0.5, 0.1],
    }


def _constants_table():
    names = "add sub mul true_div int_div mod pow maximum lt".split()
    operations = {name: _BINARY[name] for name in names}
    operations["switch branches"] = _BINARY["switch branches"]
    operations["clip"] = lambda a, b: T.clip(a, b, b)
    operations["fill"] = T.fill
    pairs = {
        a + " " + label: (_tensor(a), value)
        for a in _SOME
        for label, value in _python_constants().items()
    }
    return _table(operations, pairs)


@warns  # NumPy 2 warns when 1e300 is tried as a float32
def tensor_and_constant_custom():
    return _with_policy("custom", _constants_table)


@warns
def tensor_and_constant_numpy_floatx():
    return _with_policy("numpy+floatX", _constants_table)


@warns
def constant_first():
    operations = {name: _BINARY[name] for name in "add sub mul true_div int_div pow lt".split()}
    pairs = {
        a + " " + label: (value, _tensor(a))
        for a in _SOME
        for label, value in _python_constants().items()
        if not isinstance(value, (np.ndarray, np.generic))  # NumPy's own operator comes first
    }
    return _table(operations, pairs)


@warns
def constant_tensors():
    """Constants made by T.constant keep their dtype in arithmetic."""
    operations = {name: _BINARY[name] for name in ("add", "mul", "true_div")}
    pairs = {
        a + " " + label: (_tensor(a), T.constant(value))
        for a in _SOME
        for label, value in _python_constants().items()
    }
    return _table(operations, pairs)


def unary_operations():
    return {
        name: {d: _dtype(lambda: getattr(T, name)(_tensor(d))) for d in _SOME + ["complex64"]}
        for name in _UNARY
    }


def reductions():
    made = {}
    for name in ("sum", "prod", "mean", "max", "min", "argmax", "argmin", "var", "std"):
        made[name] = {d: _dtype(lambda: getattr(T, name)(_tensor(d), axis=0)) for d in _ALL}
    for name in ("all", "any", "ptp", "cumsum", "cumprod", "sort", "argsort"):
        made[name] = {d: _dtype(lambda: getattr(T, name)(_tensor(d))) for d in _SOME}
    for name in ("sum", "prod", "mean"):
        made[name + " dtype"] = {
            d + " " + to: _dtype(lambda: getattr(T, name)(_tensor(d), dtype=to))
            for d in _SOME
            for to in ("int64", "float32", "float64", "int8")
        }
    made["sum acc_dtype"] = {
        d: _dtype(lambda: T.sum(_tensor(d), acc_dtype="float64")) for d in _SOME
    }
    made["sum both"] = {
        d: _dtype(lambda: T.sum(_tensor(d), dtype="float32", acc_dtype="float64")) for d in _SOME
    }
    made["norm"] = {d: _dtype(lambda: _tensor(d).norm(2)) for d in _SOME}
    made["dot"] = {
        a + " " + b: _dtype(lambda: T.dot(_tensor(a, 2), _tensor(b, 2)))
        for a in _SOME
        for b in _SOME
    }
    made["batched_dot"] = {
        a + " " + b: _dtype(lambda: T.batched_dot(_tensor(a, 3), _tensor(b, 3)))
        for a in ("int32", "float32", "float64")
        for b in ("int32", "float32", "float64")
    }
    return made


def builders():
    n = T.lscalar()
    x = _tensor
    return {
        "arange int": _dtype(lambda: T.arange(5)),
        "arange lscalar": _dtype(lambda: T.arange(n)),
        "arange iscalar": _dtype(lambda: T.arange(T.iscalar())),
        "arange bscalar": _dtype(lambda: T.arange(T.bscalar())),
        "arange float": _dtype(lambda: T.arange(5.0)),
        "arange float step": _dtype(lambda: T.arange(0, 1, 0.1)),
        "arange fscalar": _dtype(lambda: T.arange(T.fscalar())),
        "arange dscalar": _dtype(lambda: T.arange(T.dscalar())),
        "arange dtype": _dtype(lambda: T.arange(n, dtype="float32")),
        "arange mixed": _dtype(lambda: T.arange(0, n, 0.5)),
        "zeros": _dtype(lambda: T.zeros((2, 2))),
        "zeros dtype": _dtype(lambda: T.zeros((2, 2), dtype="int32")),
        "zeros dtype positional": _dtype(lambda: T.zeros((2,), "int8")),
        "ones": _dtype(lambda: T.ones((n, 2))),
        "ones int": _dtype(lambda: T.ones(3)),
        "eye": _dtype(lambda: T.eye(3)),
        "eye dtype": _dtype(lambda: T.eye(3, dtype="int32")),
        "identity_like": _dtype(lambda: T.identity_like(x("float32", 2))),
        "alloc 0.": _dtype(lambda: T.alloc(0.0, n, 2)),
        "alloc 0": _dtype(lambda: T.alloc(0, n, 2)),
        "alloc 0.1": _dtype(lambda: T.alloc(0.1, n, 2)),
        "alloc np float64": _dtype(lambda: T.alloc(np.float64(0.0), n)),
        "alloc np float32": _dtype(lambda: T.alloc(np.float32(0.0), n)),
        "alloc np cast": _dtype(lambda: T.alloc(np.asarray(0, "int8"), n)),
        "zeros_like int": _dtype(lambda: T.zeros_like(x("int32"))),
        "zeros_like dtype": _dtype(lambda: T.zeros_like(x("int32"), dtype="float32")),
        "ones_like dtype": _dtype(lambda: T.ones_like(x("bool"), dtype="int64")),
        "shape": _dtype(lambda: x("float32").shape),
        "shape product": _dtype(lambda: x("float32", 2).shape.prod()),
        "shape half": _dtype(lambda: x("float32").shape[0] / 2),
        "shape floor half": _dtype(lambda: x("float32").shape[0] // 2),
        "shape half float": _dtype(lambda: x("float32").shape[0] / 2.0),
        "float by shape": _dtype(lambda: x("float32").sum() / x("float32").shape[0]),
        "cast floatX": _dtype(lambda: T.cast(x("int32"), "floatX")),
        "cast config": _dtype(lambda: T.cast(x("int32"), theano.config.floatX)),
        "astype": _dtype(lambda: x("int32").astype("float32")),
        "astype bool": _dtype(lambda: x("int32").astype("bool")),
        "cast python": _dtype(lambda: T.cast(2.5, "int32")),
        "linspace-like": _dtype(lambda: T.arange(10) / 10),
        "concatenate": _dtype(lambda: T.concatenate([x("int32"), x("float32")])),
        "concatenate ints": _dtype(lambda: T.concatenate([x("int64"), x("float32")])),
        "concatenate int8": _dtype(lambda: T.concatenate([x("int8"), x("int16")])),
        "stack python": _dtype(lambda: T.stack([1, 2])),
        "stack mixed": _dtype(lambda: T.stack([T.fscalar(), 2])),
        "stack mixed 2": _dtype(lambda: T.stack([T.lscalar(), 2.0])),
        "stack floats": _dtype(lambda: T.stack([1.0, 0.5])),
        "mean of bool": _dtype(lambda: T.mean(T.eq(x("int32"), x("int32")))),
        "sum of bool": _dtype(lambda: T.sum(T.neq(x("int32"), x("int32")))),
        "1 - mask": _dtype(lambda: 1 - T.neq(x("int32"), 0)),
        "1. - mask": _dtype(lambda: 1.0 - T.neq(x("int32"), 0)),
        "mask * float": _dtype(lambda: T.neq(x("int32"), 0) * x("float32")),
        "mask + mask": _dtype(lambda: T.neq(x("int32"), 0) + T.neq(x("int32"), 0)),
        "mask - mask": _dtype(lambda: T.neq(x("int32"), 0) - T.neq(x("int32"), 0)),
        "-mask": _dtype(lambda: -T.neq(x("int32"), 0)),
        "one hot": _dtype(lambda: T.extra_ops.to_one_hot(x("int32"), 4)),
        "one hot dtype": _dtype(lambda: T.extra_ops.to_one_hot(x("int32"), 4, dtype="float32")),
        "softmax int": _dtype(lambda: T.nnet.softmax(x("int32", 2))),
        "sigmoid int": _dtype(lambda: T.nnet.sigmoid(x("int32"))),
        "softplus int8": _dtype(lambda: T.nnet.softplus(x("int8"))),
        "relu int": _dtype(lambda: T.nnet.relu(x("int32"))),
        "relu alpha": _dtype(lambda: T.nnet.relu(x("float32"), 0.1)),
        "relu alpha float64": _dtype(lambda: T.nnet.relu(x("float32"), np.float64(0.1))),
        "hard_sigmoid": _dtype(lambda: T.nnet.hard_sigmoid(x("float32"))),
        "elu": _dtype(lambda: T.nnet.elu(x("float32"))),
        "binary_crossentropy": _dtype(lambda: T.nnet.binary_crossentropy(x("float32"), x("int64"))),
        "categorical": _dtype(lambda: T.nnet.categorical_crossentropy(x("float32", 2), x("int64"))),
        "categorical dense": _dtype(
            lambda: T.nnet.categorical_crossentropy(x("float32", 2), x("float64", 2))
        ),
    }


def in_place_operators():
    made = {}
    for d in _SOME:

        def add(d=d):
            x = _tensor(d)
            x += 1
            return x

        def divide(d=d):
            x = _tensor(d)
            x /= 2
            return x

        def multiply(d=d):
            x = _tensor(d)
            x *= 0.1
            return x

        def power(d=d):
            x = _tensor(d)
            x **= 2
            return x

        made[d] = {
            "+= 1": _dtype(add),
            "/= 2": _dtype(divide),
            "*= 0.1": _dtype(multiply),
            "**= 2": _dtype(power),
        }
    return made


def optimizer_arithmetic():
    """The expressions of hand-written optimizers: float32 stays float32, or does not."""
    g, p = _tensor("float32", 2), theano.shared(np.zeros((2, 2), "float32"))
    step = theano.shared(np.float32(0))
    return {
        "0.95 * g": _dtype(lambda: 0.95 * g),
        "0.05 * g ** 2": _dtype(lambda: 0.05 * (g**2)),
        "rate * g": _dtype(lambda: T.scalar(name="lr") * g),
        "fscalar rate * g": _dtype(lambda: T.fscalar() * g),
        "dscalar rate * g": _dtype(lambda: T.dscalar() * g),
        "sqrt + eps": _dtype(lambda: T.sqrt(g + 1e-6)),
        "p - lr * g": _dtype(lambda: p - 0.1 * g),
        "np.float32 rate": _dtype(lambda: p - np.float32(0.1) * g),
        "np.float64 rate": _dtype(lambda: p - g * np.float64(0.1)),
        "step + 1": _dtype(lambda: step + 1),
        "step + 1.": _dtype(lambda: step + 1.0),
        "1 - b ** step": _dtype(lambda: 1.0 - 0.999**step),
        "int step": _dtype(lambda: 1.0 - 0.999 ** theano.shared(3)),
        "int32 step": _dtype(lambda: 0.999 ** T.iscalar()),
        "norm": _dtype(lambda: T.sqrt((g**2).sum())),
        "clip": _dtype(lambda: T.switch(g.norm(2) > 1.0, g / g.norm(2), g)),
        "maximum": _dtype(lambda: T.maximum(g, 0.0)),
        "switch zero": _dtype(lambda: T.switch(g > 0, g, 0.0)),
        "switch zero int": _dtype(lambda: T.switch(g > 0, g, 0)),
        "sqr sum * lambda": _dtype(lambda: 1e-4 * (p**2).sum()),
        "mask product": _dtype(lambda: g * T.matrix(dtype="int8")),
        "mask int64": _dtype(lambda: g * T.lmatrix()),
        "mask int32": _dtype(lambda: g * T.imatrix()),
        "cost / batch": _dtype(lambda: g.sum() / g.shape[0]),
        "cost / cast batch": _dtype(lambda: g.sum() / g.shape[0].astype("float32")),
        "mean": _dtype(lambda: g.mean()),
        "mean axis": _dtype(lambda: g.mean(0)),
        "std": _dtype(lambda: g.std()),
        "var axis": _dtype(lambda: g.var(axis=1)),
        "rnd": _dtype(lambda: g * (T.ones_like(g) * 0.5)),
    }


def results_have_the_promised_dtype():
    """What comes out of a compiled function has the dtype of its variable."""
    variables, values = [], []
    for dtype in "int8 int64 uint8 float32 float64".split():
        variables.append(T.vector(dtype, dtype=dtype))
        values.append(np.asarray([1, 2, 3], dtype))
    expressions = []
    labels = []
    for name in "add mul true_div int_div mod pow maximum".split():
        for i, a in enumerate(variables):
            for b in variables[i:]:
                labels.append(name + " " + a.name + " " + b.name)
                expressions.append(_BINARY[name](a, b))
        for a in variables:
            for constant in (2, 0.5):
                labels.append("%s %s %s" % (name, a.name, constant))
                expressions.append(_BINARY[name](a, constant))
    results = theano.function(variables, expressions)(*values)
    return dict(zip(labels, results))
