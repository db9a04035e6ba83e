"""Joins, splits, diagonals in programs."""

import numpy as np
import pytensor.tensor as pt
import pytest

from tests.backends.c.in_programs import Pair, layouts

rng = np.random.default_rng(3)


@pytest.fixture(scope="module", params=[False, True], ids=["alone", "in a loop"])
def joined(request):
    x, y = pt.tensor3("x", dtype="float32"), pt.tensor3("y", dtype="float32")
    i, d, n = pt.tensor3("i", dtype="int8"), pt.dtensor3("d"), pt.lvector("n")
    outputs = [pt.join(axis, x, y, x[::-1] * 2) for axis in (0, 1, 2)]
    outputs += [pt.join(-1, i, d, x), pt.join(0, i[:, 0, 0], i[0, :, 1])]
    for axis in (0, 1, 2):
        a, b, c = pt.split(x, [1, 0, x.shape[axis] - 1], n_splits=3, axis=axis)
        outputs += [a + 1, b, c]
    first, last = pt.split(y, n, n_splits=2, axis=1)
    outputs += [pt.exp(first), last]
    cost = (pt.join(1, x, y, y) ** 2 * pt.arange(18, dtype="float32")[:, None]).sum()
    outputs += pt.grad(cost, [x, y])
    outputs += [
        pt.diagonal(x),
        pt.diagonal(x, offset=1, axis1=1, axis2=2) * 2,
        pt.diagonal(y, offset=-1, axis1=0, axis2=2),
        pt.diagonal(y, offset=9),
        pt.eye(n[0], n[1] + 1, 1, dtype="float32"),
        pt.eye(3, 2, -1, dtype="int64"),
        pt.eye(2, 2, 5, dtype="bool"),
        pt.diag(i[:, 0, 0]),
    ]
    return Pair([x, y, i, d, n], outputs, looped=request.param)


@pytest.mark.parametrize("layout", range(4))
def test_joins(joined, layout):
    shape = (5, 6, 4)
    x, y, d = (rng.normal(size=shape) for _ in range(3))
    i = rng.integers(-9, 9, size=shape)
    arrays = [x.astype("float32"), y.astype("float32"), i.astype("int8"), d]
    joined.agree(*(list(layouts(a))[layout] for a in arrays), np.array([2, 4]), rtol=1e-6)


@pytest.mark.parametrize("n", [[2, 5], [7, -1], [6, 6]])
def test_splits_that_do_not_fit(joined, n):
    values = [np.zeros((5, 6, 4), "float32")] * 2
    if not joined.looped:
        joined.both_raise(
            ValueError, *values, values[0].astype("int8"), values[0] * 1.0, np.array(n)
        )


def test_joins_that_do_not_fit():
    x, y, n = pt.fmatrix(), pt.fmatrix(), pt.lvector()
    parts = pt.split(x, n, n_splits=2, axis=0)
    pair = Pair([x, y, n], [pt.join(0, x, y), *parts])
    pair.agree(np.ones((0, 2), "float32"), np.ones((3, 2), "float32"), np.array([0, 0]))
    pair.agree(np.ones((2, 0), "float32"), np.ones((1, 0), "float32"), np.array([1, 1]))
    one = np.ones((2, 1), "float32")
    pair.both_raise(ValueError, one, np.ones((2, 2), "float32"), np.array([1, 1]))
    pair.both_raise(ValueError, one, one, np.array([1, 1, 0]))


def test_products_of_integers():
    dtypes = ("int64", "int8", "uint16", "float32", "float64", "bool")
    matrices = [pt.matrix(dtype=dtype) for dtype in dtypes]
    pairs = [(a, b) for a in matrices for b in matrices if a.dtype == b.dtype or a.dtype[0] == "i"]
    outputs = [pt.dot(a, b.T) for a, b in pairs if a.dtype[:5] != "float"]
    outputs += [pt.dot(a[0], b.T) for a, b in pairs[:4]] + [pt.dot(a, b[1]) for a, b in pairs[:4]]
    pair = Pair(matrices, [*outputs, pt.dot(matrices[0][0], matrices[0][1])])
    for shape in ((3, 5), (2, 0), (2, 1)):
        values = [rng.integers(0, 90, size=shape).astype(dtype) for dtype in dtypes]
        pair.agree(*values, rtol=1e-6)
        pair.agree(*(value[::-1] for value in values), rtol=1e-6)
    values[0] = np.zeros((3, 4), "int64")
    pair.both_raise(ValueError, *values)
