"""Indexing by arrays of integers in programs: as NumPy has it, errors included."""

from functools import cache

import numpy as np
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.tensor.subtensor import advanced_inc_subtensor, advanced_set_subtensor

import symopt
from tests.backends.c.in_programs import Pair, layouts

rng = np.random.default_rng(7)


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


@pytest.fixture(scope="module", params=[False, True], ids=["alone", "in a loop"])
def read(request):
    x, *indices = variables("float32")
    return Pair([x, *indices], [x[index] for index in indexings(*indices)], looped=request.param)


@pytest.mark.parametrize("layout", range(4))
def test_read(read, layout):
    x = rng.normal(size=(3, 4, 5, 3)).astype("float32")
    read.agree(list(layouts(x))[layout], *INDICES)


def test_nothing_is_read(read):
    x = rng.normal(size=(3, 3, 3, 3)).astype("float32")
    none = np.zeros(0, "int64")
    read.agree(x, none, none.astype("int32"), np.zeros((2, 0), "int64"), 0)


@pytest.mark.parametrize(
    "values",
    [
        (np.array([3]), np.array([0], "int32"), np.array([[0]]), 0),
        (np.array([0]), np.array([-4], "int32"), np.array([[0]]), 0),
        (np.array([0]), np.array([0], "int32"), np.array([[0, -4]]), 0),
        (np.array([0]), np.array([0], "int32"), np.array([[0]]), 3),
        (np.array([0, 1]), np.array([0, 1, 2], "int32"), np.array([[0]]), 0),
    ],
)
def test_indices_that_do_not_fit(read, values):
    x = np.zeros((3, 3, 3, 3), "float32")
    if not read.looped:
        read.both_raise(IndexError, x, *values)


# ---- written


def values_like(parts, dtype):
    """One value for each indexed part: of its shape, broadcast, or a number."""
    made = []
    for n, part in enumerate(parts):
        several = [None] * (part.type.ndim - 1)
        shape = [(None, *several), (1, *several), (*several, 1), ()][n % 4]
        made.append(pt.tensor(dtype=dtype, shape=shape))
    return made


@pytest.fixture(scope="module", params=["float32", "int64"])
def written(request):
    x, *indices = variables(request.param)
    places = indexings(*indices)
    values = values_like([x[index] for index in places], request.param)
    outputs = [
        write(x, value, *index)
        for write in (advanced_inc_subtensor, advanced_set_subtensor)
        for index, value in zip(places, values, strict=True)
    ]
    return Pair([x, *indices, *values], outputs), values, request.param


@given(st.data())
@settings(max_examples=30, deadline=None)
def test_any_indices(data):
    """Of the forms that models have, over any shapes: values are NumPy's, and errors."""
    pair = of_matrices()
    rows, columns, count = (data.draw(st.integers(0, 4)) for _ in range(3))
    numbers = st.lists(st.integers(-6, 5), min_size=count, max_size=count)
    i, j = (np.array(data.draw(numbers), "int64") for _ in range(2))
    x = rng.normal(size=(rows, columns)).astype("float32")
    y = rng.normal(size=(count, columns)).astype("float32")
    fits = [np.all((-n <= k) & (k < n)) for n, k in ((rows, i), (columns, j))]
    if all(fits):
        pair.agree(x, y, i, j, rtol=1e-6)
    else:
        pair.both_raise(IndexError, x, y, i, j)


@cache
def of_matrices():
    x, y, i, j = pt.fmatrix("x"), pt.fmatrix("y"), pt.lvector("i"), pt.lvector("j")
    outputs = [x[i], x[i, j], x[i[:, None], j]]
    for write in (advanced_inc_subtensor, advanced_set_subtensor):
        outputs += [write(x, y, i), write(x, y[:, :1].sum(axis=1), i, j)]
    return Pair([x, y, i, j], outputs)


@pytest.mark.parametrize("layout", range(4))
def test_write(written, layout):
    pair, values, dtype = written
    indices = INDICES
    x = rng.integers(-9, 9, size=(3, 4, 5, 3)).astype(dtype)
    parts = [x[index].shape for index in indexings(*indices)]
    given = []
    for v, shape in zip(values, parts, strict=True):
        sizes = [
            1 if s == 1 else n
            for s, n in zip(v.type.shape, shape[len(shape) - v.ndim :], strict=True)
        ]
        array = rng.integers(-9, 9, size=sizes).astype(dtype)
        given.append(list(layouts(array))[layout] if v.ndim else array)
    pair.agree(list(layouts(x))[layout], *indices, *given)


def test_gradients_of_what_models_index():
    """The word embeddings of a batch, the probabilities of its words."""
    table, words = pt.fmatrix("table"), pt.lmatrix("words")
    scores, labels = pt.fmatrix("scores"), pt.lvector("labels")
    rows = table[words]
    picked = scores[pt.arange(labels.shape[0]), labels]
    cost = (rows**2).sum() + (picked**3).sum()
    pair = Pair([table, words, scores, labels], [cost, *pt.grad(cost, [table, scores])])
    t = rng.normal(size=(50, 24)).astype("float32")
    s = rng.normal(size=(7, 5)).astype("float32")
    w, y = rng.integers(0, 50, size=(9, 4)), rng.integers(0, 5, size=7)
    pair.agree(t, w, s, y, rtol=1e-5)
    pair.agree(t[:, :0], w, s, y, rtol=1e-5)
    pair.both_raise(IndexError, t, w + 45, s, y)


@pytest.fixture(scope="module")
def added():
    x, v, y, i = pt.fmatrix("x"), pt.fvector("v"), pt.fmatrix("y"), pt.lvector("i")
    zeros = pt.zeros((v.shape[0], 300), "float32")
    outputs = [
        pt.inc_subtensor(x[i], y),
        pt.inc_subtensor(x[:, i], y.T),
        pt.inc_subtensor(zeros[i], y),
    ]
    return Pair([x, v, y, i], [*outputs, pt.inc_subtensor(v[i], y[:, 0])])


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_the_order_of_a_sum_does_not_depend_on_threads(added, threads, monkeypatch):
    """Repeated indices, and numbers whose sum depends on the order."""
    n = 1000
    x = rng.normal(size=(300, 300)).astype("float32")
    y = (10.0 ** rng.uniform(-4, 4, size=(n, 300))).astype("float32")
    i = rng.integers(0, 300, size=n)
    monkeypatch.setattr(symopt.config, "threads", threads)
    added.agree(x, x[0], y, i)


def test_a_value_that_does_not_fit(added):
    x = np.zeros((300, 300), "float32")
    i = np.arange(2)
    added.both_raise(ValueError, x, x[0], x[:3], i)


def test_what_is_read_is_not_overwritten():
    """Of a graph in which everything could be in place, were it not for what reads it."""
    x, i = pt.lvector("x"), pt.lvector("i")
    a, b, c = (x + k for k in (1, 2, 3))
    itself = advanced_inc_subtensor(a, a, i)
    by_itself = advanced_set_subtensor(b, i, b)
    backwards = pt.inc_subtensor(c[::-1], c)
    base = pt.zeros_like(x)
    both = [pt.inc_subtensor(base[i], x), pt.set_subtensor(base[i], x)]
    pair = Pair([x, i], [itself, by_itself, backwards, *both])
    pair.agree(np.array([-1, 0, 1, -2]), np.array([3, 0, 2, 1]))


def test_other_dtypes():
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
    pair = Pair([*inputs, i], outputs)
    values = [
        np.arange(120, 120 + (4 if n % 2 == 0 else 2)).astype(x.dtype) for n, x in enumerate(inputs)
    ]
    pair.agree(*values, np.array([1, 1], "int8"))


def test_boolean_arrays():
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
    pair = Pair([x, v, i, y], outputs)
    value = np.array(
        [[[1, -1], [1, 1], [-1, 0]], [[0, 2], [1, 0], [-1, -1]], [[-1, 1]] * 3], "float32"
    )
    numbers = np.arange(8, dtype="float32")
    for layout in layouts(value):
        pair.agree(layout, np.array([1, 0, 1], "int8"), np.array([0, 2]), numbers)
    none = np.zeros(3, "int8")
    pair.agree(-abs(value), none, np.zeros(0, "int64"), numbers[:1])
    pair.both_raise(IndexError, value, np.ones(4, "int8"), np.array([0, 2]), numbers)
