"""Reading and writing parts of tensors, and the gradients through it."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import build, compute, numbers, raised


def basic_indices():
    x, i, j = T.tensor3("x"), T.lscalar("i"), T.iscalar("j")
    outputs = OrderedDict(
        [
            ("int", x[1]),
            ("negative", x[-1]),
            ("two", x[0, 2]),
            ("three", x[1, 2, 3]),
            ("slice", x[:, 1:3]),
            ("step", x[:, ::2]),
            ("reversed", x[::-1]),
            ("reversed two", x[:, ::-1, ::-1]),
            ("negative slice", x[:, :, -2:]),
            ("ellipsis", lambda: x[..., 0]),
            ("ellipsis middle", lambda: x[0, ..., 1]),
            ("newaxis", lambda: x[:, None, 0]),
            ("newaxis last", lambda: x[..., None]),
            ("symbolic", x[i]),
            ("symbolic slice", x[:, i : i + 2]),
            ("symbolic end", x[:, :j]),
            ("symbolic negative", x[-i]),
            ("shape", x[: x.shape[0] - 1]),
            ("half", x[:, : x.shape[1] // 2]),
            ("constant", x[T.constant(1)]),
            ("constant slice", x[:, T.constant(1) :]),
            ("numpy int", x[np.int64(1)]),
            ("beyond", x[:, 1:100]),
            ("empty", x[:, 3:1]),
            ("chained", x[0][1][2]),
            ("swapped", x.dimshuffle(2, 0, 1)[1:, 0]),
            ("stop negative step", x[:, 2:0:-1]),
            ("slice object", lambda: x[slice(0, 1), slice(None)]),
            ("tuple", x[(0, 1)]),
            ("uint8", x[T.cast(j - 1, "uint8")]),
        ]
    )
    return compute([(x, numbers(2, 3, 4)), (i, 1), (j, 2)], outputs)


def advanced_indices():
    x, v, w = T.matrix("x"), T.ivector("v"), T.lvector("w")
    m = T.lmatrix("m")
    outputs = OrderedDict(
        [
            ("rows", x[v]),
            ("columns", x[:, v]),
            ("pairs", x[v, w]),
            ("arange", x[T.arange(3), w]),
            ("matrix index", x[m]),
            ("list", x[[0, 2, 2]]),
            ("array", x[np.asarray([2, 0])]),
            ("array pair", x[np.arange(2), np.asarray([1, 2])]),
            ("flattened", x[m.flatten()].reshape((m.shape[0], m.shape[1], 4))),
            ("int and vector", x[1, w]),
            ("vector and int", x[w, 1]),
            ("slice and vector", x[1:, w]),
            ("reversed slice and vector", x[::-1, w]),
            ("newaxis and vector", lambda: x[None, v]),
            ("vector and newaxis", lambda: x[v, None]),
            ("negative", x[-w - 1]),
            ("row column outer", x[v.dimshuffle(0, "x"), w]),
            ("constant", x[T.constant([1, 1])]),
            ("take", x.take(v, axis=0)),
            ("take columns", T.take(x, w, axis=1)),
            ("take flat", x.take(w)),
            ("take int", x.take(1, axis=1)),
            ("take matrix", x.take(m, axis=0)),
            ("take mode", T.take(x, w + 5, axis=0, mode="wrap")),
            ("take clip", T.take(x, w + 5, axis=0, mode="clip")),
            ("choose", T.choose(w, [x[0, :3], x[1, :3], x[2, :3]])),
            ("shuffle", x[v][:, w]),
        ]
    )
    return compute(
        [
            (x, numbers(3, 4)),
            (v, np.asarray([2, 0, 1], "int32")),
            (w, np.asarray([0, 1, 2])),
            (m, np.asarray([[0, 1], [2, 2]])),
        ],
        outputs,
    )


def boolean_masks_and_nonzero():
    x, v = T.matrix("x"), T.vector("v")
    outputs = OrderedDict(
        [
            ("mask", x[x > 0]),
            ("mask vector", v[v > 0]),
            ("mask rows", x[T.constant(np.asarray([True, False, True]))]),
            ("nonzero", x[(x > 0).nonzero()]),
            ("nonzero vector", v[(v > 0).nonzero()]),
            ("nonzero list", T.nonzero(x > 1)[0]),
            ("nonzero matrix", T.nonzero(x > 1, return_matrix=True)),
            ("flatnonzero", T.flatnonzero(x > 1)),
            ("nonzero_values", T.nonzero_values(T.clip(x, 0, 1))),
            ("method nonzero_values", T.clip(v, 0, 5).nonzero_values()),
            ("rows of nonzero", x[(v > 0).nonzero()[0]]),
            ("mask int columns", x[:, 1][x[:, 0] > -9]),
        ]
    )
    return compute([(x, numbers(3, 4)), (v, numbers(3, seed=3))], outputs)


def integer_masks_are_indices():
    """A comparison's result is bool; an int8 vector of 0 and 1 picks rows 0 and 1."""
    x, m = T.matrix("x"), T.bvector("m")
    return compute(
        [(x, numbers(3, 4)), (m, np.asarray([1, 0, 1], "int8"))],
        OrderedDict([("int8", x[m]), ("bool", x[T.eq(m, 1)])]),
    )


def set_subtensor_forms():
    x, y, v, i = T.matrix("x"), T.vector("y"), T.ivector("v"), T.lscalar("i")
    outputs = OrderedDict(
        [
            ("row", T.set_subtensor(x[1], y)),
            ("scalar", T.set_subtensor(x[1, 2], 9)),
            ("slice by scalar", T.set_subtensor(x[:, 1:3], 0.0)),
            ("column", T.set_subtensor(x[:, 0], T.constant([7.0, 8.0, 9.0]).astype(x.dtype))),
            ("broadcast", T.set_subtensor(x[:2], y)),
            ("rows", T.set_subtensor(x[v], y)),
            ("pairs", T.set_subtensor(x[v, v], 1.0)),
            ("symbolic", T.set_subtensor(x[i], y * 2)),
            ("symbolic slice", T.set_subtensor(x[i:], 0)),
            ("reversed", T.set_subtensor(x[::-1], x)),
            ("mask", T.set_subtensor(x[x > 0], 0.5)),
            ("nonzero", T.set_subtensor(x[(x > 0).nonzero()], 0.25)),
            ("zeros", T.set_subtensor(T.zeros_like(x)[:, 1:], x[:, 1:])),
            ("whole", T.set_subtensor(x[:], 1)),
            ("shape", T.set_subtensor(x[: x.shape[0] - 1], -1)),
            ("columns", T.set_subtensor(x[:, v], 3)),
            ("chain", T.set_subtensor(T.set_subtensor(x[0], 0)[1], 1)),
            ("nested", T.set_subtensor(x[1:][0], 5)),
            ("reshaped", T.set_subtensor(x.T[0], 4.0)),
            ("keyword", T.set_subtensor(x[0], y, inplace=False, tolerate_inplace_aliasing=False)),
        ]
    )
    return compute(
        [(x, numbers(3, 4)), (y, numbers(4, seed=2)), (v, np.asarray([2, 0], "int32")), (i, 1)],
        outputs,
    )


def inc_subtensor_forms():
    x, y, v, i = T.matrix("x"), T.vector("y"), T.ivector("v"), T.lscalar("i")
    outputs = OrderedDict(
        [
            ("row", T.inc_subtensor(x[1], y)),
            ("scalar", T.inc_subtensor(x[1, 2], 9)),
            ("repeated rows", T.inc_subtensor(x[v], y)),
            ("repeated rows set", T.set_subtensor(x[v], y)),
            ("repeated pairs", T.inc_subtensor(x[v, v], 1)),
            ("slice", T.inc_subtensor(x[:, i:], 1.5)),
            ("columns", T.inc_subtensor(x[:, v], 2)),
            ("matrix of rows", T.inc_subtensor(x[v], T.outer(T.arange(3), y))),
            ("take", lambda: T.inc_subtensor(x.take(v, axis=0), 1)),
        ]
    )
    return compute(
        [
            (x, numbers(3, 4)),
            (y, numbers(4, seed=2)),
            (v, np.asarray([2, 0, 2], "int32")),
            (i, 1),
        ],
        outputs,
    )


def gradients_through_indices():
    x, y, v = T.matrix("x"), T.vector("y"), T.ivector("v")
    costs = OrderedDict(
        [
            ("row", (x[1] ** 2).sum() + 0 * y.sum()),
            ("slice", (x[:, ::2] ** 2).sum() + y.sum()),
            ("reversed", (x[::-1] * T.arange(3).dimshuffle(0, "x")).sum() + y[0]),
            ("rows", ((x[v] * y) ** 2).sum()),
            ("pairs", (x[v, v] ** 2).sum() * y.sum()),
            ("columns", (x[:, v] ** 2).sum() + y.sum()),
            ("mask", (x[x > 0] ** 2).sum() + y.sum()),
            ("set row", (T.set_subtensor(x[1], y) ** 2).sum()),
            ("inc row", (T.inc_subtensor(x[1], y) ** 2).sum()),
            ("set rows", (T.set_subtensor(x[v[1:]], y) ** 2).sum()),
            ("inc rows", (T.inc_subtensor(x[v], y) ** 2).sum()),
            ("set scalar", (T.set_subtensor(x[0, 0], y[0]) ** 2).sum()),
            ("take", (x.take(v, axis=0) ** 2).sum() + y.sum()),
            ("nonzero", (x[(x > 0).nonzero()] ** 3).sum() + y.sum()),
            ("diagonal", (x[:, :3].diagonal() ** 2).sum() + y.sum()),
        ]
    )
    outputs = OrderedDict()
    for name, cost in costs.items():
        for wrt, gradient in zip("xy", T.grad(cost, [x, y], disconnected_inputs="ignore")):
            outputs[name + " " + wrt] = gradient
    return compute(
        [(x, numbers(3, 4)), (y, numbers(4, seed=2)), (v, np.asarray([2, 0, 2], "int32"))],
        outputs,
    )


def index_zero_dimensions_and_strings():
    x, v = T.matrix("x"), T.vector("v")
    return {
        "too many": raised(lambda: v[0, 0]),
        "float": raised(lambda: v[0.5]),
        "float slice": raised(lambda: v[: 4 / 2]),
        "float tensor": raised(lambda: v[T.fvector()]),
        "float scalar": raised(lambda: v[T.dscalar()]),
        "symbolic float slice": raised(lambda: x[:, : x.shape[1] / 2]),
        "text": raised(lambda: v["a"]),
        "none": raised(lambda: v[None]),
        "empty tuple": raised(lambda: x[()]),
        "assign": raised(lambda: v.__setitem__(0, 1)),
        "set on expression": raised(T.set_subtensor, x * 2, 1),
        "set on input": raised(T.set_subtensor, x, 1),
        "set larger rank": raised(T.set_subtensor, x[0], x),
        "two ellipses": raised(lambda: x[..., ..., 0]),
        "beyond": raised(theano.function([v], v[5]), np.zeros(2, theano.config.floatX)),
        "beyond vector": raised(
            theano.function([v], v[T.constant([5])]), np.zeros(2, theano.config.floatX)
        ),
        "bool mask of other rank": raised(lambda: v[x > 0]),
    }


def index_types():
    x = T.tensor3("x")
    return build(
        {
            "int dtypes": lambda: [x[T.vector(dtype=d)] for d in ("int8", "uint8", "int32")],
            "scalar dtypes": lambda: [x[T.scalar(dtype=d)] for d in ("int8", "uint16", "int64")],
            "bool scalar": lambda: x[T.scalar(dtype="bool")],
            "mask 2d": lambda: x[T.matrix(dtype="bool")],
            "mask 2d and slice": lambda: x[T.matrix(dtype="bool"), 1:],
            "mask vector in second": lambda: x[:, T.vector(dtype="bool")],
            "separated": lambda: x[T.ivector(), :, T.ivector()],
            "adjacent": lambda: x[:, T.ivector(), T.ivector()],
            "newaxis between": lambda: x[T.ivector(), None, T.ivector()],
            "ellipsis and vector": lambda: x[..., T.ivector()],
            "row index": lambda: x[T.TensorType("int64", (True, False))()],
        }
    )
