"""Programs are compiled for shapes, and for nothing else that shapes do not need."""

import logging
import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import symopt
from tests.backends.jax.models import batch, classifier, device_function, minibatches_of


def programs(function):
    return device_function(function).programs


def test_one_program_for_each_shape():
    opt = classifier("jax")
    for examples in (8, 4, 8, 4, 4, 8):
        opt.f_step(*batch(examples), 0.1)
    assert programs(opt.f_step).count == 2


def test_no_program_for_other_values():
    opt = classifier("jax")
    for k in range(4):
        opt.f_step(*batch(8, k), 0.1 * k)
    assert programs(opt.f_step).count == 1


@pytest.mark.parametrize("by_shared", [False, True])
def test_minibatches_of_shared_data(by_shared):
    """Whole batches are one program, the last one another, and its rows are the right ones."""
    data = np.arange(33, dtype="float32").reshape(11, 3)
    X, f, at = minibatches_of(data, 4, "jax", by_shared)
    for i in (0, 1, 2, 1, 0, 2):
        total, rows = at(i)
        np.testing.assert_array_equal(rows, data[i * 4 : (i + 1) * 4])
        np.testing.assert_array_equal(total, data[i * 4 : (i + 1) * 4].sum(axis=0))
    assert programs(f).count == 2
    assert at(3)[1].shape == (0, 3)  # behind the end, as in Python
    more = np.arange(60, dtype="float32").reshape(20, 3)
    X.set_value(more)
    np.testing.assert_array_equal(at(2)[1], more[8:12])


def test_arithmetic_on_shapes():
    x, n = pt.matrix("x"), pt.lscalar("n")
    rows, columns = x.shape
    outputs = [
        pt.arange(rows + 1) * 2,
        pt.zeros((rows // 2, columns * 2)),
        x.reshape((columns, -1)),
        x[: rows // 2],
        pt.arange(n, n + 3),
        pt.arange(n),
        x[n:],
        x[:n],
        pt.ones((n, 2)),
        x.flatten()[n],
    ]
    f = symopt.function([x, n], outputs, backend="jax")
    reference = symopt.function([x, n], outputs, mode="FAST_COMPILE", backend="c")
    for shape, number in (((4, 6), 2), ((5, 6), 3), ((4, 6), 1), ((4, 6), 2)):
        value = np.random.default_rng(0).normal(size=shape)
        for found, expected in zip(f(value, number), reference(value, number), strict=True):
            np.testing.assert_array_equal(found, expected)
            assert found.dtype == expected.dtype
    assert programs(f).count == 3


def test_only_what_shapes_need_is_specialised():
    """Where a slice starts makes no program; how long it is does."""
    x, start, length = pt.vector("x"), pt.lscalar("start"), pt.lscalar("length")
    f = symopt.function([x, start, length], x[start : start + length], backend="jax")
    value = np.arange(10.0)
    for at, size in ((0, 3), (4, 3), (6, 3), (-4, 2), (8, 5)):
        np.testing.assert_array_equal(f(value, at, size), value[at : at + size])
    assert programs(f).count == 2  # lengths 3 and 2; 8:13 has two elements too


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 12),
    st.one_of(st.none(), st.integers(-14, 14)),
    st.one_of(st.none(), st.integers(-14, 14)),
    st.sampled_from([1, 2, 3, -1, -2]),
)
def test_slices_are_pythons(slices, size, start, stop, step):
    value = np.arange(float(size))
    np.testing.assert_array_equal(slices(value, start, stop, step), value[start:stop:step])


@pytest.fixture(scope="module")
def slices():
    functions = {}

    def run(value, start, stop, step):
        form = start is None, stop is None, step
        if form not in functions:
            x, a, b = pt.vector("x"), pt.lscalar("a"), pt.lscalar("b")
            part = x[(None if form[0] else a) : (None if form[1] else b) : step]
            functions[form] = symopt.function(
                [x, a, b], part, backend="jax", on_unused_input="ignore"
            )
        return functions[form](value, start or 0, stop or 0)

    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".* has been compiled for")
        yield run


def test_many_programs_are_warned_of():
    x = pt.vector("x")
    f = symopt.function([x], x * 2, name="doubled", backend="jax")
    for n in range(1, 16):
        f(np.ones(n))
    with pytest.warns(UserWarning, match=r"doubled has been compiled for 16 .*symopt.Buckets"):
        f(np.ones(16))


def test_compilations_are_said(caplog):
    x = pt.vector("x")
    f = symopt.function([x], x * 2, name="doubled", backend="jax")
    with caplog.at_level(logging.INFO, "symopt.backends.jax"):
        f(np.ones(2))
        f(np.ones(3))
        f(np.ones(2))
    said = [record.getMessage() for record in caplog.records]
    assert len(said) == 2
    assert said[1].startswith("doubled: program 2 compiled in")


def test_loops_of_any_length():
    x, n = pt.matrix("x"), pt.lscalar("n")
    h = pytensor.scan(
        lambda row, h: pt.tanh(row + h), [x], [pt.zeros(x.shape[1])], return_updates=False
    )
    powers = pytensor.scan(
        lambda p: p * 2, None, [pt.constant(1.0)], n_steps=n, return_updates=False
    )
    gradient = pytensor.grad(h[-1].sum(), x)
    f = symopt.function([x, n], [h, gradient, powers], backend="jax")
    reference = symopt.function([x, n], [h, gradient, powers], backend="c", mode="FAST_COMPILE")
    for steps, number in ((5, 3), (2, 4), (5, 3), (1, 1)):
        value = np.random.default_rng(0).normal(size=(steps, 3))
        for found, expected in zip(f(value, number), reference(value, number), strict=True):
            np.testing.assert_allclose(found, expected, 1e-12)
    assert programs(f).count == 3


def test_the_description_names_what_programs_were_made_for():
    x, n = pt.vector("x"), pt.lscalar("n")
    f = symopt.function([x, n], x[:n], name="first", backend="jax")
    f(np.ones(5), 2)
    f(np.ones(5), 3)
    text = f.explain()
    assert "by jax" in text
    assert "2 programs" in text
    assert "(5,)" in text
