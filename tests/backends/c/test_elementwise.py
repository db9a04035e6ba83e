"""The kernels of elementwise operations in programs, against NumPy."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pytensor.tensor.elemwise import Elemwise

import symopt
from symopt.backends.c import vector_math
from symopt.backends.c.program.op import Program


def programs(function):
    return [node.op for node in function.maker.fgraph.toposort() if isinstance(node.op, Program)]


def kernels(function):
    """The elementwise nodes in programs."""
    nodes = [node for program in programs(function) for node in program.order]
    return [node for node in nodes if isinstance(node.op, Elemwise)]


def layouts(shape, rng, dtype):
    """Arrays of one shape in every memory order, and read-only."""
    big = rng.normal(size=[2 * n + 3 for n in shape]).astype(dtype)
    rows, columns = shape
    inner = np.ascontiguousarray(big[:rows, :columns])
    read_only = inner.copy()
    read_only.setflags(write=False)
    return {
        "contiguous": inner,
        "fortran": np.asfortranarray(inner),
        "rows of a larger one": big[1 : 1 + rows, 2 : 2 + columns],
        "every other row": big[: 2 * rows : 2, :columns],
        "every other column": big[:rows, : 2 * columns : 2],
        "backwards": inner[::-1, ::-1],
        "rows backwards": inner[::-1],
        "read-only": read_only,
    }


ORDERS = list(layouts((1, 1), np.random.default_rng(0), "float32"))


@pytest.fixture(scope="module")
def mixed():
    """Fused, several outputs, broadcast rows, columns and scalars, a condition, integers."""
    x, y = pt.fmatrix("x"), pt.fmatrix("y")
    row, column, scalar = pt.frow("row"), pt.fcol("column"), pt.fscalar("scalar")
    k = pt.lmatrix("k")
    a = (x * y + row) * column - scalar * np.float32(0.1)
    outputs = [a, pt.switch(k > 0, a, x), (x + k) * 2, k * 3 - 1, pt.isnan(x)]
    inputs = [x, y, row, column, scalar, k]
    function = symopt.function(inputs, outputs, backend="c")
    assert any(len(node.outputs) == len(outputs) for node in kernels(function))
    return function


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    rows=st.integers(0, 9),
    columns=st.integers(0, 40),
    orders=st.tuples(*[st.sampled_from(ORDERS)] * 3),
    seed=st.integers(0, 2**31),
)
def test_every_memory_order_and_broadcast(mixed, rows, columns, orders, seed):
    rng = np.random.default_rng(seed)
    x, y = (layouts((rows, columns), rng, "float32")[order] for order in orders[:2])
    k = (10 * layouts((rows, columns), rng, "float64")[orders[2]]).astype("int64", order="K")
    row = rng.normal(size=(1, columns)).astype("float32")
    column = rng.normal(size=(rows, 1)).astype("float32")
    scalar = np.float32(rng.normal())
    a = (x * y + row) * column - scalar * np.float32(0.1)
    expected = [a, np.where(k > 0, a, x), (x.astype("float64") + k) * 2, k * 3 - 1, np.isnan(x)]
    given_before = [v.copy() for v in (x, y, row, column, k)]
    for actual, wanted in zip(mixed(x, y, row, column, scalar, k), expected, strict=True):
        assert actual.dtype == wanted.dtype
        assert actual.shape == wanted.shape
        np.testing.assert_allclose(actual, wanted, rtol=1e-5, atol=1e-6)
    for value, before in zip((x, y, row, column, k), given_before, strict=True):
        np.testing.assert_array_equal(value, before)  # no input is written to


def test_shapes_that_do_not_fit_raise_as_in_pytensor(mixed):
    ones = np.ones((2, 3), "float32")
    good = [ones, ones, ones[:1], ones[:, :1], np.float32(1), np.ones((2, 3), "int64")]
    mixed(*good)
    with pytest.raises(ValueError, match="dimension mismatch"):
        mixed(ones, np.ones((2, 4), "float32"), *good[2:])
    with pytest.raises(ValueError, match="Runtime broadcasting not allowed"):
        mixed(ones, np.ones((2, 1), "float32"), *good[2:])


def test_updates_are_made_in_place():
    value = np.arange(12.0, dtype="float32").reshape(3, 4)
    a, b = pytensor.shared(value.copy(), borrow=True), pytensor.shared(value + 1)
    step = symopt.function([], [], updates=[(a, a * np.float32(0.9) + b), (b, b - a)], backend="c")
    before = a.get_value(borrow=True)
    step()
    (program,) = programs(step)
    assert sorted(program.overwrites) == [0, 1]
    assert a.get_value(borrow=True) is before
    np.testing.assert_allclose(a.get_value(), value * np.float32(0.9) + value + 1, rtol=1e-6)
    np.testing.assert_allclose(b.get_value(), 1, rtol=1e-6)


def test_a_variable_given_twice_and_written_over():
    a = pytensor.shared(np.arange(5.0))
    symopt.function([], [], updates=[(a, pt.exp(a) * a + a)], backend="c")()
    x = np.arange(5.0)
    np.testing.assert_allclose(a.get_value(), np.exp(x) * x + x, rtol=1e-14)


def ulps(actual, exact):
    """The distance to the exact value in units of the last place of the exact one."""
    spacing = np.spacing(np.abs(exact).astype(actual.dtype)).astype("float64")
    return np.abs(actual.astype("float64") - exact) / spacing


FUNCTIONS = {
    "exp": (pt.exp, np.exp, (-80, 80)),
    "log": (pt.log, np.log, (1e-30, 1e30)),
    "tanh": (pt.tanh, np.tanh, (-10, 10)),
    "expm1": (pt.expm1, np.expm1, (-10, 10)),
    "log1p": (pt.log1p, np.log1p, (-0.9, 1e6)),
    "sigmoid": (pt.sigmoid, lambda x: 1 / (1 + np.exp(-x)), (-40, 40)),
    "sin": (pt.sin, np.sin, (-100, 100)),
    "cos": (pt.cos, np.cos, (-100, 100)),
}


@pytest.fixture(scope="module")
def functions():
    x = pt.fvector("x")
    return symopt.function([x], {name: f(x) for name, (f, _, _) in FUNCTIONS.items()}, backend="c")


@pytest.mark.parametrize("name", FUNCTIONS)
def test_float32_functions_within_four_ulp(functions, name):
    _, exact, (low, high) = FUNCTIONS[name]
    rng = np.random.default_rng(0)
    x = rng.uniform(low, high, 20_001).astype("float32")
    if name == "log":
        x = np.exp(rng.uniform(-80, 80, 20_001)).astype("float32")
    wanted = exact(x.astype("float64"))
    # sin and cos near a zero of theirs are measured by the size of their argument's rounding.
    errors = ulps(functions(x)[name], wanted)
    if name in ("sin", "cos"):
        errors = errors[np.abs(wanted) > 0.01]
    assert errors.max() <= 4


@pytest.mark.parametrize("name", FUNCTIONS)
def test_nan_infinity_and_denormals(functions, name):
    x = np.array([np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-40, -1e-40, 89, -104, 3e38], "float32")
    x = np.tile(x, 5)  # through the vector loop and through its rest
    with np.errstate(all="ignore"):
        wanted = FUNCTIONS[name][1](x.astype("float64")).astype("float32")
    actual = functions(x)[name]
    np.testing.assert_array_equal(np.isnan(actual), np.isnan(wanted))
    if name in ("sin", "cos"):  # 3e38 rounded to float32 is no argument to compare them at
        actual, wanted = actual[np.abs(x) < 1e30], wanted[np.abs(x) < 1e30]
    np.testing.assert_allclose(actual, wanted, rtol=1e-6, atol=1e-44)


def test_float32_is_computed_in_float32():
    """PyTensor prints the constant 0.1 as a double, and the product would be one too."""
    x = pt.fvector("x")
    f = symopt.function([x], x * np.float32(0.1) + np.float32(0.3), backend="c")
    (program,) = programs(f)
    source = program.source
    assert "0.1f" in source
    assert "0.3f" in source
    values = np.random.default_rng(0).normal(size=1001).astype("float32")
    exact = values.astype("float64") * np.float32(0.1) + np.float32(0.3)
    assert np.abs(f(values) - exact).max() <= np.spacing(np.abs(exact).max().astype("float32"))


def test_what_has_no_kernel_runs_as_before():
    z, half = pt.zvector("z"), pt.vector("half", dtype="float16")
    a, b = pt.lvector("a"), pt.lvector("b")
    f = symopt.function([z, half, a, b], [z * 2, half * 2, a // b], backend="c")
    assert [str(node.op) for node in kernels(f)] == ["Int_div"]
    doubled, halves, quotients = f([1 + 2j], np.float16([0.5]), [7, -7], [2, 2])
    assert (doubled[0], halves[0], list(quotients)) == (2 + 4j, 1.0, [3, -4])
    with pytest.raises(ZeroDivisionError):
        f([1 + 2j], np.float16([0.5]), [7, -7], [2, 0])


def test_no_memory_is_lost():
    import tracemalloc

    x = pt.fmatrix("x")
    f = symopt.function([x], pt.exp(x) + x, backend="c")
    value = np.ones((64, 64), "float32")
    f(value)
    tracemalloc.start()  # NumPy reports its arrays to it
    before = tracemalloc.get_traced_memory()[0]
    for _ in range(1000):
        f(value)
    grown = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    assert grown < 100_000


@pytest.mark.skipif(not vector_math.available(), reason="no libmvec here")
def test_the_vector_forms_are_called():
    assert {"expf", "tanhf", "exp", "logf"} <= set(vector_math.available())
    assert "float expf(float) noexcept;" in vector_math.declarations()
    assert "double erf(double) noexcept;" in vector_math.declarations()
