"""Joins, splits, diagonals, products of integers."""

import pytensor.tensor as pt


def joins_and_splits(run_time_sizes=True):
    """Without ``run_time_sizes``, no shape depends on the values of ``n``."""
    x, y = pt.tensor3("x", dtype="float32"), pt.tensor3("y", dtype="float32")
    i, d, n = pt.tensor3("i", dtype="int8"), pt.dtensor3("d"), pt.lvector("n")
    outputs = [pt.join(axis, x, y, x[::-1] * 2) for axis in (0, 1, 2)]
    outputs += [pt.join(-1, i, d, x), pt.join(0, i[:, 0, 0], i[0, :, 1])]
    for axis in (0, 1, 2):
        a, b, c = pt.split(x, [1, 0, x.shape[axis] - 1], n_splits=3, axis=axis)
        outputs += [a + 1, b, c]
    if run_time_sizes:
        first, last = pt.split(y, n, n_splits=2, axis=1)
        outputs += [pt.exp(first), last, pt.eye(n[0], n[1] + 1, 1, dtype="float32")]
    cost = (pt.join(1, x, y, y) ** 2 * pt.arange(18, dtype="float32")[:, None]).sum()
    outputs += pt.grad(cost, [x, y])
    outputs += [
        pt.diagonal(x),
        pt.diagonal(x, offset=1, axis1=1, axis2=2) * 2,
        pt.diagonal(y, offset=-1, axis1=0, axis2=2),
        pt.diagonal(y, offset=9),
        pt.eye(3, 2, -1, dtype="int64"),
        pt.eye(2, 2, 5, dtype="bool"),
        pt.diag(i[:, 0, 0]),
    ]
    return [x, y, i, d, n], outputs


def joined_rows():
    x, y, n = pt.fmatrix(), pt.fmatrix(), pt.lvector()
    parts = pt.split(x, n, n_splits=2, axis=0)
    return [x, y, n], [pt.join(0, x, y), *parts]


def products_of_integers():
    """Matrices of one shape, and products of them and of their rows."""
    dtypes = ("int64", "int8", "uint16", "float32", "float64", "bool")
    matrices = [pt.matrix(dtype=dtype) for dtype in dtypes]
    pairs = [(a, b) for a in matrices for b in matrices if a.dtype == b.dtype or a.dtype[0] == "i"]
    outputs = [pt.dot(a, b.T) for a, b in pairs if a.dtype[:5] != "float"]
    outputs += [pt.dot(a[0], b.T) for a, b in pairs[:4]] + [pt.dot(a, b[1]) for a, b in pairs[:4]]
    return matrices, [*outputs, pt.dot(matrices[0][0], matrices[0][1])]
