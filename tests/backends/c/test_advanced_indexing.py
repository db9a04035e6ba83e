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
from tests.backends.graphs.advanced_indexing import (
    DO_NOT_FIT,
    INDICES,
    MASKED,
    arrays_for,
    by_masks,
    by_themselves,
    indexings,
    of_models,
    of_models_values,
    of_other_dtypes,
    variables,
    writes,
)

rng = np.random.default_rng(7)


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


@pytest.mark.parametrize("values", DO_NOT_FIT)
def test_indices_that_do_not_fit(read, values):
    x = np.zeros((3, 3, 3, 3), "float32")
    if not read.looped:
        read.both_raise(IndexError, x, *values)


# ---- written


@pytest.fixture(scope="module", params=["float32", "int64"])
def written(request):
    inputs, outputs, values = writes(request.param)
    return Pair(inputs, outputs), values, request.param


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
    x, given = arrays_for(values, dtype)
    given = [list(layouts(array))[layout] if array.ndim else array for array in given]
    pair.agree(list(layouts(x))[layout], *INDICES, *given)


def test_gradients_of_what_models_index():
    """The word embeddings of a batch, the probabilities of its words."""
    pair = Pair(*of_models())
    t, w, s, y = of_models_values()
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
    Pair(*by_themselves()).agree(np.array([-1, 0, 1, -2]), np.array([3, 0, 2, 1]))


def test_other_dtypes():
    inputs, outputs, values = of_other_dtypes()
    Pair(inputs, outputs).agree(*values)


def test_boolean_arrays():
    pair = Pair(*by_masks())
    value, numbers = MASKED, np.arange(8, dtype="float32")
    for layout in layouts(value):
        pair.agree(layout, np.array([1, 0, 1], "int8"), np.array([0, 2]), numbers)
    none = np.zeros(3, "int8")
    pair.agree(-abs(value), none, np.zeros(0, "int64"), numbers[:1])
    pair.both_raise(IndexError, value, np.ones(4, "int8"), np.array([0, 2]), numbers)
