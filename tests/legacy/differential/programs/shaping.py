"""Changing shapes: reshape, dimshuffle, join, split, tile, repeat, pad and their kin."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T

from tests.legacy.differential.answers import build, compute, integers, numbers, raised, warns


def reshape_forms():
    x, n, s = T.tensor3("x"), T.lscalar("n"), T.lvector("s")
    outputs = OrderedDict(
        [
            ("tuple", x.reshape((6, 4))),
            ("list", x.reshape([6, 4])),
            ("minus one", x.reshape((-1, 4))),
            ("symbolic", x.reshape((x.shape[0] * x.shape[1], x.shape[2]))),
            ("symbolic minus one", x.reshape((n, -1))),
            ("vector ndim", x.reshape(s, ndim=2)),
            ("vector positional ndim", x.reshape(s, 2)),
            ("function", T.reshape(x, (4, 6))),
            ("function ndim", T.reshape(x, s, ndim=2)),
            ("function positional ndim", T.reshape(x, s, 2)),
            ("keyword", T.reshape(x, newshape=(24,))),
            ("shape arithmetic", x.reshape((x.shape[0], x.shape[1] * x.shape[2]))),
            ("shape sub-vector", x.reshape(T.concatenate([x.shape[:1], T.constant([-1])]), ndim=2)),
            ("int", x.reshape((24,))),
            ("one", x.reshape((1, 24, 1))),
            ("same", x.reshape(x.shape)),
            ("numpy ints", x.reshape((np.int64(2), np.int32(12)))),
            ("scalar to matrix", x.sum().reshape((1, 1))),
            ("to scalar", x[:1, :1, :1].reshape(())),
            ("stack of shape", x.reshape(T.stack([n, T.constant(12)]), ndim=2)),
        ]
    )
    return compute([(x, numbers(2, 3, 4)), (n, 2), (s, np.asarray([8, 3]))], outputs)


def dimshuffle_forms():
    x, v, s = T.tensor3("x"), T.vector("v"), T.scalar("s")
    outputs = OrderedDict(
        [
            ("permute", x.dimshuffle(2, 0, 1)),
            ("list", x.dimshuffle([1, 2, 0])),
            ("tuple", x.dimshuffle((1, 0, 2))),
            ("add axis", x.dimshuffle(0, "x", 1, 2)),
            ("add axes", v.dimshuffle("x", 0, "x")),
            ("list with x", v.dimshuffle(["x", 0])),
            ("scalar", s.dimshuffle("x", "x")),
            ("T", x.T),
            ("transpose", x.transpose()),
            ("transpose args", x.transpose(1, 0, 2)),
            ("transpose tuple", x.transpose((2, 1, 0))),
            ("transpose function", T.transpose(x, (0, 2, 1))),
            ("transpose axes", T.transpose(x, axes=[1, 2, 0])),
            ("transpose default", T.transpose(x)),
            ("swapaxes", x.swapaxes(0, 2)),
            ("swapaxes function", T.swapaxes(x, 1, 2)),
            ("moveaxis", x.dimshuffle(1, 2, 0)),
            ("padleft", T.shape_padleft(v)),
            ("padleft 2", T.shape_padleft(v, 2)),
            ("padleft keyword", T.shape_padleft(x, n_ones=1)),
            ("padright", T.shape_padright(v)),
            ("padright 2", T.shape_padright(v, n_ones=2)),
            ("padaxis", T.shape_padaxis(x, axis=1)),
            ("padaxis end", T.shape_padaxis(x, -1)),
            ("atleast", T.shape_padright(s)),
            ("drop", T.addbroadcast(x[:, :1], 1).dimshuffle(0, 2)),
        ]
    )
    return compute([(x, numbers(2, 3, 4)), (v, numbers(3)), (s, numbers()[()])], outputs)


def flatten_forms():
    x, s = T.tensor4("x"), T.scalar("s")
    outputs = OrderedDict(
        [
            ("method", x.flatten()),
            ("method 2", x.flatten(2)),
            ("method ndim", x.flatten(ndim=3)),
            ("function", T.flatten(x)),
            ("function 2", T.flatten(x, 2)),
            ("function ndim", T.flatten(x, ndim=2)),
            ("ravel", x.ravel()),
            ("scalar", s.flatten()),
            ("matrix 2", x[0, 0].flatten(2)),
            ("transposed", x.T.flatten()),
        ]
    )
    return compute([(x, numbers(2, 2, 3, 2)), (s, numbers()[()])], outputs)


@warns
def flatten_outdim():
    x = T.tensor4("x")
    outputs = OrderedDict(
        [
            ("function", T.flatten(x, outdim=2)),
            ("function 3", T.flatten(x, outdim=3)),
            ("function 1", T.flatten(x, outdim=1)),
        ]
    )
    return compute([(x, numbers(2, 2, 3, 2))], outputs)


def joins():
    x, y, v, w = T.matrix("x"), T.matrix("y"), T.vector("v"), T.vector("w")
    a = T.lscalar("a")
    outputs = OrderedDict(
        [
            ("concatenate", T.concatenate([x, y])),
            ("axis 0", T.concatenate([x, y], axis=0)),
            ("axis positional", T.concatenate([x, x * 2], 1)),
            ("axis -1", T.concatenate((x, x), axis=-1)),
            ("tensor_list", T.concatenate(tensor_list=[x, y], axis=0)),
            ("one", T.concatenate([x])),
            ("vectors", T.concatenate([v, w, v])),
            ("join", T.join(0, x, y)),
            ("join 1", T.join(1, x, x, x)),
            ("symbolic axis", lambda: T.join(a, x, x)),
            ("stack", T.stack([v, w])),
            ("stack axis", T.stack([v, w], axis=1)),
            ("stack -1", T.stack([v, w], axis=-1)),
            ("stack scalars", T.stack([v[0], w[1], v.sum()])),
            ("stack matrices", T.stack([x, x], axis=1)),
            ("stack keyword", T.stack(tensors=[v, w], axis=0)),
            ("stack python", T.stack([v.sum(), 1.0])),
            ("vertical", T.vertical_stack(x, y)),
            ("horizontal", T.horizontal_stack(x, x)),
            ("with numpy", T.concatenate([x, np.ones((1, 3), "float32")], axis=0)),
            ("with zeros", T.concatenate([T.zeros_like(x[:1]), x[:-1]], axis=0)),
            ("with alloc", T.concatenate([T.alloc(np.float32(0), 1, 3), x], axis=0)),
            ("mixed dtypes", T.concatenate([v, T.arange(2)])),
            ("as_tensor list", T.as_tensor_variable([v[0], w[0]])),
            ("nested list", T.as_tensor_variable([v, w])),
        ]
    )
    return compute(
        [
            (x, numbers(2, 3)),
            (y, numbers(1, 3, seed=2)),
            (v, numbers(2)),
            (w, numbers(2, seed=3)),
            (a, 1),
        ],
        outputs,
    )


@warns
def stack_of_arguments():
    x, y = T.matrix("x"), T.matrix("y")
    outputs = OrderedDict(
        [
            ("two", T.stack(x, y)),
            ("three", T.stack(x, y, x)),
            ("scalars", T.stack(x[0, 0], y[0, 0])),
            ("python", T.stack(x.sum(), 1, 2)),
        ]
    )
    return compute([(x, numbers(2, 3)), (y, numbers(2, 3, seed=2))], outputs)


def join_gradients():
    x, y = T.matrix("x"), T.vector("y")
    costs = OrderedDict(
        [
            ("concatenate", (T.concatenate([x, x[:1] * 2]) ** 2).sum() + y.sum()),
            ("stack", (T.stack([y, y * x[0]]) ** 2).sum()),
            ("split", (T.split(y, [1, 2], 2)[1] ** 2).sum() + x.sum()),
            ("tile", (T.tile(y, 2) ** 2).sum() + (T.tile(x, (2, 1)) ** 2).sum()),
            ("repeat", (T.repeat(x, 2, axis=1) ** 2).sum() + (T.repeat(y, 3) ** 2).sum()),
            ("reshape", (x.reshape((3, 2)) * T.arange(6).reshape((3, 2))).sum() + y.sum()),
            ("dimshuffle", (x.dimshuffle(1, "x", 0) ** 2).sum() + y.sum()),
            ("alloc", (T.alloc(y, 2, 3) * x).sum()),
            ("roll", (T.roll(x, 1, axis=1) * x).sum() + (T.roll(y, -1) * y).sum()),
            ("diag", (T.diag(y) ** 2).sum() + x.sum()),
            ("outer", (T.outer(y, x[0]) ** 2).sum()),
            ("flatten", (x.flatten() ** 2).sum() + y.sum()),
            ("padright", (T.shape_padright(y) * x.T).sum()),
            ("unbroadcast", (T.unbroadcast(y.dimshuffle("x", 0), 0) ** 2).sum() + x.sum()),
            ("addbroadcast", (T.addbroadcast(x[:1], 0) * y).sum()),
        ]
    )
    outputs = OrderedDict()
    for name, cost in costs.items():
        for wrt, gradient in zip("xy", T.grad(cost, [x, y], disconnected_inputs="ignore")):
            outputs[name + " " + wrt] = gradient
    return compute([(x, numbers(2, 3)), (y, numbers(3, seed=2))], outputs)


def split_forms():
    x = T.matrix("x")
    first = T.split(x, [1, 3], 2, axis=0)
    second = T.split(x, splits_size=[2, 1], n_splits=2, axis=1)
    third = T.split(x, T.constant([2, 2]), 2)
    outputs = OrderedDict(
        [
            ("first 0", first[0]),
            ("first 1", first[1]),
            ("second 0", second[0]),
            ("second 1", second[1]),
            ("third 1", third[1]),
        ]
    )
    return compute([(x, numbers(4, 3))], outputs)


def tile_and_repeat():
    x, v, n, r = T.matrix("x"), T.vector("v"), T.lscalar("n"), T.lvector("r")
    outputs = OrderedDict(
        [
            ("tile", T.tile(x, (2, 3))),
            ("tile list", T.tile(x, [1, 2])),
            ("tile int", T.tile(v, 3)),
            ("tile longer", T.tile(v, (2, 1))),
            ("tile shorter", T.tile(x, (2,))),
            ("tile symbolic", T.tile(v, (n, 1))),
            ("tile symbolic two", T.tile(x, (n, n))),
            ("tile ndim", T.tile(v, (2, 2), ndim=2)),
            ("tile scalar n", T.tile(v, n)),
            ("tile vector", T.tile(x, r[:2], ndim=2)),
            ("repeat", T.repeat(x, 2, axis=0)),
            ("repeat flat", T.repeat(x, 2)),
            ("repeat positional", T.repeat(x, 2, 1)),
            ("repeat symbolic", T.repeat(v, n)),
            ("repeat symbolic axis", T.repeat(x, n, axis=1)),
            ("repeat vector", T.repeat(v, r)),
            ("repeat keyword", T.repeat(x, repeats=3, axis=0)),
            ("repeat array", T.repeat(x, np.asarray([1, 2]), axis=0)),
            ("method", v.repeat(2)),
            ("method axis", x.repeat(2, axis=0)),
            ("extra_ops", T.extra_ops.repeat(x, 2, axis=1)),
        ]
    )
    return compute(
        [(x, numbers(2, 3)), (v, numbers(3)), (n, 2), (r, np.asarray([1, 2, 1]))], outputs
    )


def builders():
    n, x, v = T.lscalar("n"), T.matrix("x"), T.vector("v")
    outputs = OrderedDict(
        [
            ("arange", T.arange(5)),
            ("arange symbolic", T.arange(n)),
            ("arange two", T.arange(1, n)),
            ("arange three", T.arange(n, 0, -1)),
            ("arange keywords", T.arange(start=0, stop=n, step=2)),
            ("arange dtype", T.arange(n, dtype="int64")),
            ("arange float", T.arange(0.0, 1.0, 0.25)),
            ("arange shape", T.arange(x.shape[0])),
            ("zeros", T.zeros((2, n))),
            ("zeros int", T.zeros(3)),
            ("zeros list", T.zeros([n, 2], dtype="int32")),
            ("zeros shape", T.zeros(x.shape)),
            ("zeros scalar", T.zeros(())),
            ("ones", T.ones((n,))),
            ("ones dtype", T.ones((2, 2), dtype="int8")),
            ("zeros_like", T.zeros_like(x)),
            ("zeros_like dtype", T.zeros_like(x, dtype="int64")),
            ("zeros_like method", x.zeros_like()),
            ("ones_like", T.ones_like(v)),
            ("ones_like method", v.ones_like()),
            ("eye", T.eye(3)),
            ("eye m", T.eye(2, 3)),
            ("eye k", T.eye(3, 3, 1)),
            ("eye keywords", T.eye(n=3, m=2, k=-1, dtype="int64")),
            ("eye symbolic", T.eye(n)),
            ("identity_like", T.identity_like(x)),
            ("alloc", T.alloc(1.5, 2, n)),
            ("alloc vector", T.alloc(v, 2, 3)),
            ("alloc shape", T.alloc(np.float32(0), x.shape[0], x.shape[1], 2)),
            ("alloc zero dims", T.alloc(2.0)),
            ("fill", T.fill(x, 3)),
            ("second", T.second(x, v)),
            ("tri", T.tri(3)),
            ("tri k", T.tri(3, 4, 1)),
            ("tril", T.tril(x)),
            ("tril k", T.tril(x, k=-1)),
            ("triu", T.triu(x, 1)),
            ("mgrid", T.mgrid[0:2, 0:3][1]),
            ("ogrid", T.ogrid[0:2, 0:3][0]),
            ("diag", T.diag(v)),
            ("diag matrix", T.diag(x)),
            ("diag k", T.diag(v, k=1)),
            ("diagonal", x.diagonal()),
            ("diagonal offset", T.diagonal(x, offset=1)),
            ("outer", T.outer(v, v)),
            ("roll", T.roll(x, 1)),
            ("roll axis", T.roll(x, 1, axis=0)),
            ("roll negative", T.roll(x, -1, axis=1)),
            ("shape", x.shape),
            ("shape function", T.shape(x)),
            ("size", x.size),
            ("ndim", T.constant(x.ndim)),
            ("squeeze", T.extra_ops.squeeze(T.zeros((2, 1)))),
            ("copy", x.copy()),
            ("tensor_copy", T.tensor_copy(x)),
            ("complex zero", T.zeros_like(v) + 0),
            ("nonseq", T.as_tensor_variable(np.arange(3))),
        ]
    )
    return compute([(n, 4), (x, numbers(3, 3)), (v, numbers(3, seed=2))], outputs)


def wrong_shapes():
    x, v = T.matrix("x"), T.vector("v")
    zero = np.zeros((2, 3), theano.config.floatX)
    return {
        "reshape at run time": raised(theano.function([x], x.reshape((4, 2))), zero),
        "reshape float": raised(x.reshape, (2.5, 2)),
        "reshape half": raised(lambda: x.reshape((x.shape[0] / 2, -1))),
        "reshape vector without ndim": raised(x.reshape, T.lvector()),
        "dimshuffle missing axis": raised(v.dimshuffle, 1),
        "dimshuffle twice": raised(x.dimshuffle, 0, 0, 1),
        "dimshuffle drop": raised(x.dimshuffle, 0),
        "dimshuffle text": raised(v.dimshuffle, "y", 0),
        "concatenate ranks": raised(T.concatenate, [x, v]),
        "concatenate not a list": raised(T.concatenate, x),
        "concatenate empty": raised(T.concatenate, []),
        "concatenate axis": raised(T.concatenate, [v, v], axis=1),
        "concatenate at run time": raised(
            theano.function([x], T.concatenate([x, x.T], axis=0)), zero
        ),
        "stack empty": raised(T.stack, []),
        "stack axis": raised(T.stack, [v, v], axis=3),
        "stack ranks": raised(T.stack, [x, v]),
        "zeros float": raised(T.zeros, (2.5,)),
        "zeros half": raised(T.zeros, (4 / 2,)),
        "alloc float": raised(T.alloc, 0.0, 2.0),
        "alloc float symbolic": raised(T.alloc, 0.0, T.dscalar()),
        "add at run time": raised(
            theano.function([x, v], x + v), zero, np.zeros(2, theano.config.floatX)
        ),
        "broadcast at run time": raised(theano.function([x], x + x[:1]), zero),
        "dot at run time": raised(theano.function([x], T.dot(x, x)), zero),
        "addbroadcast at run time": raised(theano.function([x], T.addbroadcast(x, 0)), zero),
        "patternbroadcast rank": raised(T.patternbroadcast, x, (True,)),
        "row gets matrix": raised(
            theano.function([T.row("r")], T.constant(1), on_unused_input="ignore"), zero
        ),
        "flatten 3 of 2": raised(lambda: x.flatten(3)),
        "tile reps": raised(T.tile, x, (2.0, 1)),
        "eye negative": raised(theano.function([], T.eye(T.constant(3))), 1),
        "unbroadcast beyond": raised(T.unbroadcast, x, 2),
        "addbroadcast beyond": raised(T.addbroadcast, x, 2),
        "repeat axis": raised(T.repeat, v, 2, 3),
        "arange none": raised(T.arange),
        "split wrong": raised(
            theano.function([v], T.split(v, [1, 1], 2)), np.zeros(5, theano.config.floatX)
        ),
    }


def unknown_lengths_that_are_one():
    """A length that happens to be 1 at run time does not broadcast."""
    x, y = T.matrix("x"), T.matrix("y")
    add = theano.function([x, y], x + y)
    one, three = np.ones((1, 3), theano.config.floatX), np.ones((2, 3), theano.config.floatX)
    joined = theano.function([x, y], T.concatenate([x, y], axis=0))
    patterned = theano.function([x, y], T.patternbroadcast(x, (True, False)) + y)
    return {
        "same": add(one, one),
        "matrix of one row": raised(add, one, three),
        "joined": joined(one, three),
        "made broadcastable": patterned(one, three),
        "not one": raised(patterned, three, three),
    }


def shape_manipulation_types():
    x, v = T.tensor3("x"), T.vector("v")
    return build(
        {
            "padaxis 3": lambda: T.shape_padaxis(x, 3),
            "flatten 1": lambda: x.flatten(1),
            "reshape list of symbolic": lambda: x.reshape([x.shape[0], -1]),
            "reshape with constant": lambda: x.reshape((T.constant(1), -1)),
            "alloc constant one": lambda: T.alloc(v, T.constant(1), 3),
            "transposed twice": lambda: x.T.T,
            "stack one": lambda: T.stack([v]),
            "expand": lambda: v[:, None, None],
            "inc rank": lambda: T.as_tensor_variable(v, ndim=3),
            "batched_dot": lambda: T.batched_dot(x, T.tensor3()),
            "batched_dot matrix": lambda: T.batched_dot(x, T.matrix()),
            "batched_dot vectors": lambda: T.batched_dot(T.matrix(), T.matrix()),
            "tensordot": lambda: T.tensordot(x, x, axes=[[1, 2], [1, 2]]),
            "tensordot 1": lambda: T.tensordot(x, T.matrix(), 1),
            "dot 3 2": lambda: T.dot(x, T.matrix()),
            "dot 2 3": lambda: T.dot(T.matrix(), x),
            "dot 3 1": lambda: T.dot(x, v),
        }
    )


def integer_tensors_reshape():
    x = T.imatrix("x")
    outputs = OrderedDict(
        [
            ("flatten", x.flatten()),
            ("T", x.T),
            ("concatenate", T.concatenate([x, x], axis=1)),
            ("tile", T.tile(x, (1, 2))),
            ("stack", T.stack([x[0], x[1]])),
            ("roll", T.roll(x, 1, axis=1)),
        ]
    )
    return compute([(x, integers(2, 3, dtype="int32"))], outputs)
