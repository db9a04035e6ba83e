"""Sorting, cumulative sums, counting and the rest of theano.tensor.extra_ops."""

from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T
from theano.tensor import extra_ops

from tests.legacy.differential.answers import build, compute, integers, numbers, raised, tolerance


def sorts():
    x, v = T.matrix("x"), T.vector("v")
    return compute(
        [(x, numbers(3, 4)), (v, numbers(5, seed=2))],
        OrderedDict(
            [
                ("sort", T.sort(x)),
                ("sort axis", T.sort(x, axis=0)),
                ("sort flat", T.sort(x, axis=None)),
                ("sort method", x.sort()),
                ("sort method axis", x.sort(axis=0)),
                ("sort kind", T.sort(v, kind="mergesort")),
                ("argsort", T.argsort(x)),
                ("argsort axis", T.argsort(x, axis=0)),
                ("argsort flat", T.argsort(x, axis=None)),
                ("argsort method", v.argsort()),
                ("argsort method axis", x.argsort(axis=1)),
                ("descending", T.argsort(-v)),
                ("reversed", T.sort(v)[::-1]),
                ("best", T.argsort(v)[-2:]),
                ("by order", v[T.argsort(v)]),
                ("gradient", T.grad((T.sort(x) * T.arange(4)).sum(), x)),
                ("topk", lambda: T.sort(T.topk(v, 2, sorted=False))),
                ("argtopk", lambda: T.sort(T.argtopk(v, 2, sorted=False))),
                ("topk smallest", lambda: T.sort(T.topk(v, -2, sorted=False))),
                ("topk_and_argtopk", lambda: T.sort(T.topk_and_argtopk(x, 2, axis=1, sorted=False)[0])),
            ]
        ),
    )


@tolerance(1e-5, 1e-5)
def cumulative():
    x = T.matrix("x")
    return compute(
        [(x, numbers(3, 4))],
        OrderedDict(
            [
                ("cumsum", T.cumsum(x)),
                ("cumsum axis", T.cumsum(x, axis=1)),
                ("cumsum positional", extra_ops.cumsum(x, 0)),
                ("cumsum method", x.cumsum(axis=0)),
                ("cumprod", T.cumprod(x, axis=1)),
                ("cumprod flat", extra_ops.cumprod(x)),
                ("cumprod method", x.cumprod(axis=0)),
                ("diff", extra_ops.diff(x)),
                ("diff n", extra_ops.diff(x, n=2, axis=1)),
                ("diff axis", T.extra_ops.diff(x, axis=0)),
                ("compress", extra_ops.compress(T.constant([1, 0, 1]), x, axis=0)),
                ("compress method", lambda: x.compress([0, 1], axis=1)),
                ("fill_diagonal", extra_ops.fill_diagonal(x, 9)),
                ("fill_diagonal_offset", extra_ops.fill_diagonal_offset(x, 9, 1)),
                ("ptp", T.ptp(x, axis=1)),
                ("ptp all", T.ptp(x)),
                ("squeeze", extra_ops.squeeze(x.dimshuffle(0, "x", 1))),
                ("repeat", extra_ops.repeat(x, 2, axis=0)),
                ("to_one_hot", extra_ops.to_one_hot(T.constant([0, 2]), 3)),
            ]
        ),
    )


def counting():
    y, w = T.ivector("y"), T.vector("w")
    return compute(
        [(y, np.asarray([0, 3, 1, 3], "int32")), (w, numbers(4))],
        OrderedDict(
            [
                ("bincount", extra_ops.bincount(y)),
                ("bincount weights", extra_ops.bincount(y, weights=w)),
                ("bincount minlength", extra_ops.bincount(y, minlength=6)),
                ("bincount int64", extra_ops.bincount(T.cast(y, "int64"))),
                ("searchsorted", extra_ops.searchsorted(T.constant([0, 1, 2]), y)),
                ("searchsorted right", extra_ops.searchsorted(T.constant([0, 1, 2]), y, side="right")),
                ("unravel_index", T.stack(list(extra_ops.unravel_index(y, (2, 2))))),
                ("ravel_multi_index", extra_ops.ravel_multi_index((y // 2, y % 2), (2, 2))),
                ("unique", extra_ops.Unique()(y)),
                ("unique inverse", extra_ops.Unique(return_inverse=True)(y)[1]),
                ("unique counts", extra_ops.Unique(False, False, True)(y)[1]),
                ("unique first", extra_ops.Unique(return_index=True)(y)[1]),
            ]
        ),
    )


def types():
    x, v, y = T.matrix("x"), T.vector("v"), T.ivector("y")
    return build(
        {
            "cumsum flat": lambda: T.cumsum(x),
            "cumsum row": lambda: T.cumsum(T.row(), axis=0),
            "bincount": lambda: extra_ops.bincount(y),
            "bincount weights": lambda: extra_ops.bincount(y, weights=T.fvector()),
            "bincount bool": lambda: extra_ops.bincount(T.vector(dtype="bool")),
            "argsort flat": lambda: T.argsort(x, axis=None),
            "repeat flat": lambda: extra_ops.repeat(x, 2),
            "diff": lambda: extra_ops.diff(y),
            "one hot": lambda: extra_ops.to_one_hot(y, 3),
            "one hot of a matrix": lambda: extra_ops.to_one_hot(T.imatrix(), 3),
            "one hot of floats": lambda: extra_ops.to_one_hot(v, 3),
            "fill_diagonal vector": lambda: extra_ops.fill_diagonal(v, 1),
            "sort scalar": lambda: T.sort(T.scalar()),
            "squeeze": lambda: extra_ops.squeeze(T.TensorType("float32", (True, False, True))()),
        }
    )


def wrong_arguments():
    x, v = T.matrix("x"), T.vector("v")
    return {
        "bincount floats": raised(extra_ops.bincount, v),
        "bincount matrix": raised(extra_ops.bincount, T.imatrix()),
        "cumsum axis": raised(extra_ops.cumsum, x, 2),
        "topk axis": raised(T.topk, x, 2, axis=3, sorted=False),
        "compress": raised(extra_ops.diff, x, n=-1),
        "negative bincount": raised(
            theano.function([T.ivector("y")], extra_ops.bincount(T.constant([0, 1])), on_unused_input="ignore"),
            [[1]],
        ),
    }


def random_permutations_of_indices():
    v = T.vector("v")
    order = integers(5, low=0, high=4)
    return compute([(v, numbers(5))], {"taken": v[T.constant(order)]})
