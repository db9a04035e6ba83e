"""Cumulative sums, maxima, sorting, repeating."""

import pytensor.tensor as pt


def operations(x, n):
    """Of ``x`` with three dimensions; ``n`` are as many repeats as the second has elements."""
    outputs = [f(x, axis=axis) for f in (pt.cumsum, pt.cumprod) for axis in (0, 1, 2, None)]
    outputs += [pt.argmax(x, axis=axis) for axis in (0, 1, 2, (0, 2), (0, 1), None)]
    outputs += [pt.argmin(x, axis=1), pt.argmax(x[0, 0, 0])]
    outputs += [pt.sort(x, axis=axis) for axis in (0, 1, 2, None)]
    outputs += [pt.argsort(x, axis=axis, kind="stable") for axis in (0, 1, 2, None)]
    outputs += [pt.repeat(x, 3, axis=0), pt.repeat(x, n, axis=1), pt.repeat(x, n[:1], axis=2)]
    return outputs


def of_empty():
    """Of a matrix that may be empty, and repeats of its rows."""
    x, n = pt.fmatrix("x"), pt.lvector("n")
    outputs = [
        pt.cumsum(x, 0),
        pt.cumsum(x, 1),
        pt.sort(x, 0),
        pt.argsort(x, 1),
        pt.repeat(x, n, axis=0),
    ]
    return [x, n], [*outputs, pt.argmax(x, axis=1)]
