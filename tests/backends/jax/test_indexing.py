"""Indexing by integers, slices, arrays and masks, as PyTensor's Python code does it."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import NotOnDeviceError
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
from tests.backends.graphs.pairs import Pair

rng = np.random.default_rng(3)


# ---- integers and slices


@pytest.fixture(scope="module")
def basic():
    """Read, set and added to, with gradients; places that are constants, arguments, on the device.

    ``i``, ``j`` and ``k`` are the host's; ``s`` is a shared integer, ``v`` a shared vector, whose
    elements only the device has.
    """
    x, i, j, k = pt.dtensor3("x"), *pt.lscalars("i", "j", "k")
    s, v = pytensor.shared(np.int64(1), "s"), pytensor.shared(np.array([1, 2]), "v")
    every = slice(None)
    places = [
        (i,),
        (-1,),
        (0, 0, 0),
        (i, j),
        (every, i, slice(j, None)),
        (slice(i, j),),
        (slice(None, i),),
        (slice(i, None, 2),),
        (slice(j, i, -1),),
        (slice(None, None, k),),
        (slice(i, j, k),),
        (slice(None, None, -2), slice(None, None, -2)),
        (every, slice(None, -1), slice(-2, None)),
        (slice(i, j), every, 0),
        (slice(100, None),),
        (slice(-100, 100),),
        (slice(1, 1),),
        (s,),
        (slice(s, s + 2),),
        (every, slice(s * 2, (s + 1) * 2)),
        (v[0],),
        (slice(v[0], v[0] + 2),),
    ]
    parts = [x[place] for place in places]
    outputs = [
        *parts,
        *(pt.set_subtensor(x[place], 3.0) for place in places),
        *(pt.inc_subtensor(part, part * 2) for part in parts),
        pt.grad(sum((part**2).sum() for part in parts), x),
    ]
    return Pair([x, i, j, k], outputs, "jax")


@pytest.mark.parametrize("numbers", [(1, 3, 2), (-2, 3, -1), (3, 1, -2)])
def test_read_set_and_added_to(basic, numbers):
    basic.agree(rng.normal(size=(5, 6, 4)), *numbers, rtol=1e-12)


def test_positions_that_do_not_exist(basic):
    x = rng.normal(size=(5, 6, 4))
    for numbers in ((5, 1, 1), (-6, 1, 1), (1, 6, 1)):
        basic.both_raise(IndexError, x, *numbers)
    basic.both_raise(ValueError, x, 1, 1, 0)


def test_values_that_are_written():
    x, row, v, k = pt.dmatrix("x"), pt.drow("row"), pt.dvector("v"), pt.fmatrix("k")
    outputs = [
        pt.inc_subtensor(x[1:3], row),
        pt.set_subtensor(x[:, 0], 2),
        pt.inc_subtensor(x[::2], v),
        pt.set_subtensor(x[-1], v),
        pt.inc_subtensor(x[:2], k[:2]),
        pt.set_subtensor(x[::-1], x),
        pt.inc_subtensor(x[:0], v),
    ]
    pair = Pair([x, row, v, k], outputs, "jax")
    values = [rng.normal(size=s) for s in ((4, 3), (1, 3), 3)]
    pair.agree(*values, rng.normal(size=(3, 3)).astype("float32"))
    values[2] = np.zeros(2)
    pair.both_raise(ValueError, *values, np.zeros((3, 3), "float32"))


def test_a_place_on_the_device_may_not_leave_the_array():
    """``lax.dynamic_slice`` would move it back."""
    start = pytensor.shared(np.array([2]), "start")
    x = pt.dvector("x")
    f = symopt.function([x], x[start[0] : start[0] + 3], backend="jax")
    np.testing.assert_array_equal(f(np.arange(5.0)), [2, 3, 4])
    with pytest.raises(IndexError, match="length 3 leaves an axis of size 4"):
        f(np.arange(4.0))
    with pytest.raises(NotOnDeviceError, match="Subtensor.*length depends on start"):
        symopt.function([x], x[start[0] :], backend="jax")(np.arange(5.0))


# ---- a batch of a data set


@pytest.mark.parametrize("counted", ["argument", "shared"])
def test_batches_of_a_data_set(counted):
    """``givens={x: X[i * b:(i + 1) * b]}``, with a last batch that is smaller, or none."""
    X, x, b = pytensor.shared(np.zeros((10, 3)), "X"), pt.dmatrix("x"), 4
    i = pt.lscalar("i") if counted == "argument" else pytensor.shared(np.int64(0), "i")
    inputs, updates = ([i], []) if counted == "argument" else ([], [(i, i + 1)])
    f = symopt.function(
        inputs,
        [x, (x**2).sum()],
        givens={x: X[i * b : (i + 1) * b]},
        updates=updates,
        backend="jax",
    )
    for size in (10, 7, 12):
        data = rng.normal(size=(size, 3))
        X.set_value(data)
        if updates:
            i.set_value(0)
        for k in range(4):
            rows, cost = f(*([] if updates else [k]))
            expected = data[k * b : (k + 1) * b]
            np.testing.assert_array_equal(rows, expected)
            np.testing.assert_allclose(cost, (expected**2).sum(), rtol=1e-12)


# ---- arrays of integers


@pytest.fixture(scope="module", params=[False, True], ids=["alone", "in a loop"])
def read(request):
    x, *indices = variables("float32")
    outputs = [x[index] for index in indexings(*indices)]
    return Pair([x, *indices], outputs, "jax", looped=request.param)


def test_read(read):
    read.agree(rng.normal(size=(3, 4, 5, 3)).astype("float32"), *INDICES)


def test_nothing_is_read(read):
    none = np.zeros(0, "int64")
    x = rng.normal(size=(3, 3, 3, 3)).astype("float32")
    read.agree(x, none, none.astype("int32"), np.zeros((2, 0), "int64"), 0)


def test_indices_that_do_not_fit(read):
    x = np.zeros((3, 3, 3, 3), "float32")
    if read.looped:
        with pytest.raises(IndexError):  # PyTensor's Python runs no loop here
            read(x, *DO_NOT_FIT[1])
        return
    for values in DO_NOT_FIT:
        read.both_raise(IndexError, x, *values)


@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_write(dtype):
    inputs, outputs, values = writes(dtype)
    x, given = arrays_for(values, dtype)
    Pair(inputs, outputs, "jax").agree(x, *INDICES, *given)


def test_slices_beside_arrays():
    """How long they are is known; where they begin need not be."""
    x, i, n = pt.dtensor3("x"), pt.lvector("i"), pt.lscalar("n")
    places = [(slice(n, n + 2), i), (i, slice(None, n)), (i[:, None], slice(n, None, -1), i)]
    outputs = [x[place] for place in places]
    outputs += [pt.inc_subtensor(x[place], 2.0) for place in places]
    outputs += [pt.set_subtensor(x[place], 0.5) for place in places]
    f = Pair([x, i, n], outputs, "jax")
    for n in (1, 2):
        f.agree(rng.normal(size=(4, 5, 4)), np.array([0, -1, 0]), n)


def test_gradients_of_what_models_index():
    pair = Pair(*of_models(), "jax")
    t, w, s, y = of_models_values()
    pair.agree(t, w, s, y, rtol=1e-5)
    pair.both_raise(IndexError, t, w + 45, s, y)


def test_what_is_written_is_also_read():
    Pair(*by_themselves(), "jax").agree(np.array([-1, 0, 1, -2]), np.array([3, 0, 2, 1]))


def test_other_dtypes():
    inputs, outputs, values = of_other_dtypes()
    Pair(inputs, outputs, "jax").agree(*values)


# ---- masks


def test_masks():
    pair = Pair(*by_masks(), "jax")
    numbers = np.arange(8, dtype="float32")
    pair.agree(MASKED, np.array([1, 0, 1], "int8"), np.array([0, 2]), numbers)
    none = np.zeros(3, "int8")
    pair.agree(-abs(MASKED), none, np.zeros(0, "int64"), numbers[:1])
    pair.both_raise(IndexError, MASKED, np.ones(4, "int8"), np.array([0, 2]), numbers)


def test_a_mask_that_only_the_device_has():
    """Setting one number where it holds works; reading what it selects has a shape of its own."""
    W = pytensor.shared(np.array([[-1.0, 2.0], [3.0, -4.0]]), "W")
    clipped = pt.set_subtensor(W[W < 0], 0.0)
    raised = pt.inc_subtensor(W[W < 0], 10.0)
    f = symopt.function([], [clipped, raised], backend="jax")
    np.testing.assert_array_equal(f(), [[[0, 2], [3, 0]], [[9, 2], [3, 6]]])
    with pytest.raises(NotOnDeviceError, match="number of elements depends on W"):
        symopt.function([], W[W < 0].sum(), backend="jax")()
    with pytest.raises(NotOnDeviceError, match="Nonzero.*length depends on W"):
        symopt.function([], pt.nonzero(W)[0], backend="jax")()
