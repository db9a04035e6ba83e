"""Indexing by arrays of integers and by masks: graphs, and numbers for them."""

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.subtensor import advanced_inc_subtensor, advanced_set_subtensor


def indexings(i, j, m, k):
    """Into four dimensions, by vectors ``i`` and ``j``, a matrix ``m``, an integer ``k``."""
    every = slice(None)
    return [
        (i,),
        (m,),
        (every, i),
        (every, every, every, i),
        (every, every, m),
        (i, j),
        (every, i, j),
        (i, every, j),  # the indexed dimensions go in front
        (m, i),
        (i[:, None], j),
        (slice(1, None), i, slice(None, None, -1), 0),
        (k, every, i),
        (every, k, i),
        (i, k, 0, j),
        (i, j, i, j),
        (slice(None, None, -2), every, i, slice(1, None)),
        (m[:, :1], m),
    ]


def variables(dtype):
    x = pt.tensor4("x", dtype=dtype)
    return x, pt.lvector("i"), pt.ivector("j"), pt.lmatrix("m"), pt.lscalar("k")


INDICES = (
    np.array([2, 0, -1]),
    np.array([-3, 1, 1], "int32"),
    np.array([[0, 2, -1], [1, 1, 0]]),
    np.array(1),
)

DO_NOT_FIT = [
    (np.array([3]), np.array([0], "int32"), np.array([[0]]), 0),
    (np.array([0]), np.array([-4], "int32"), np.array([[0]]), 0),
    (np.array([0]), np.array([0], "int32"), np.array([[0, -4]]), 0),
    (np.array([0]), np.array([0], "int32"), np.array([[0]]), 3),
    (np.array([0, 1]), np.array([0, 1, 2], "int32"), np.array([[0]]), 0),
]
"""Indices that an array of three elements along each axis has not."""


# ---- written


def values_like(parts, dtype):
    """One value for each indexed part: of its shape, broadcast, or a number."""
    made = []
    for n, part in enumerate(parts):
        several = [None] * (part.type.ndim - 1)
        shape = [(None, *several), (1, *several), (*several, 1), ()][n % 4]
        made.append(pt.tensor(dtype=dtype, shape=shape))
    return made


def writes(dtype):
    """Inputs and outputs that set parts and add to them, and the inputs that are written."""
    x, *indices = variables(dtype)
    places = indexings(*indices)
    values = values_like([x[index] for index in places], dtype)
    outputs = [
        write(x, value, *index)
        for write in (advanced_inc_subtensor, advanced_set_subtensor)
        for index, value in zip(places, values, strict=True)
    ]
    return [x, *indices, *values], outputs, values


def arrays_for(values, dtype):
    """An array to write to at ``INDICES``, and one for each of the ``values`` of ``writes``."""
    rng = np.random.default_rng(7)
    x = rng.integers(-9, 9, size=(3, 4, 5, 3)).astype(dtype)
    given = []
    for v, index in zip(values, indexings(*INDICES), strict=True):
        shape = x[index].shape
        sizes = [
            1 if s == 1 else n
            for s, n in zip(v.type.shape, shape[len(shape) - v.ndim :], strict=True)
        ]
        given.append(rng.integers(-9, 9, size=sizes).astype(dtype))
    return x, given


def of_models():
    """The word embeddings of a batch, the probabilities of its words, with gradients."""
    table, words = pt.fmatrix("table"), pt.lmatrix("words")
    scores, labels = pt.fmatrix("scores"), pt.lvector("labels")
    rows = table[words]
    picked = scores[pt.arange(labels.shape[0]), labels]
    cost = (rows**2).sum() + (picked**3).sum()
    return [table, words, scores, labels], [cost, *pt.grad(cost, [table, scores])]


def of_models_values():
    rng = np.random.default_rng(7)
    t = rng.normal(size=(50, 24)).astype("float32")
    s = rng.normal(size=(7, 5)).astype("float32")
    return t, rng.integers(0, 50, size=(9, 4)), s, rng.integers(0, 5, size=7)


def by_themselves():
    """Of vectors that everything is read from and written to."""
    x, i = pt.lvector("x"), pt.lvector("i")
    a, b, c = (x + k for k in (1, 2, 3))
    itself = advanced_inc_subtensor(a, a, i)
    by_itself = advanced_set_subtensor(b, i, b)
    backwards = pt.inc_subtensor(c[::-1], c)
    base = pt.zeros_like(x)
    both = [pt.inc_subtensor(base[i], x), pt.set_subtensor(base[i], x)]
    return [x, i], [itself, by_itself, backwards, *both]


def of_other_dtypes():
    """Inputs, outputs and values."""
    inputs, outputs = [], []
    i = pt.bvector("i")
    for dtype, value in [
        ("float64", "float32"),
        ("float32", "float64"),
        ("int8", "int8"),
        ("uint8", "uint8"),
        ("float32", "int16"),
    ]:
        x, y = pt.vector(dtype=dtype), pt.vector(dtype=value)
        inputs += [x, y]
        outputs += [x[i], pt.inc_subtensor(x[i], y.astype(dtype)), advanced_inc_subtensor(x, y, i)]
    b = pt.vector(dtype="bool")
    inputs.append(b)
    outputs += [b[i], pt.set_subtensor(b[i], b[:2])]
    values = [
        np.arange(120, 120 + (4 if n % 2 == 0 else 2)).astype(x.dtype) for n, x in enumerate(inputs)
    ]
    return [*inputs, i], outputs, [*values, np.array([1, 1], "int8")]


def by_masks():
    """An array, a vector with as many elements as its first axis, rows of it, and numbers."""
    x, v, i, y = pt.ftensor3("x"), pt.bvector("v"), pt.lvector("i"), pt.fvector("y")
    mask, vector = x > 0, v > 0
    matrix = mask[:, :, 0]
    places = [
        (mask,),
        (vector,),
        (slice(None), slice(None), vector[:2]),
        (matrix,),
        (matrix, 1),
        (i, vector),
    ]
    outputs = [x[place] for place in places]
    outputs += [advanced_set_subtensor(x, 0.5, *place) for place in places]
    outputs += [advanced_inc_subtensor(x, y[:2], matrix), advanced_inc_subtensor(x, y, mask)]
    outputs += [*pt.nonzero(x), pt.flatnonzero(v)]
    return [x, v, i, y], outputs


MASKED = np.array(
    [[[1, -1], [1, 1], [-1, 0]], [[0, 2], [1, 0], [-1, -1]], [[-1, 1]] * 3], "float32"
)
