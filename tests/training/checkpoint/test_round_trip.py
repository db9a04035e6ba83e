"""Whatever can be stored comes back equal to the bit."""

from __future__ import annotations

import tempfile

import hypothesis.extra.numpy as hnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symopt.training.checkpoint import CheckpointStore
from symopt.training.checkpoint.names import array_name, entry_name
from tests.training.checkpoint.states import assert_same_array, assert_same_document

pytestmark = pytest.mark.core

DTYPES = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?"),
    hnp.complex_number_dtypes(endianness="?"),
    hnp.datetime64_dtypes(endianness="?"),
    hnp.timedelta64_dtypes(endianness="?"),
    hnp.byte_string_dtypes(min_len=1),
    hnp.unicode_string_dtypes(min_len=1, endianness="?"),
    hnp.array_dtypes(hnp.scalar_dtypes(), max_size=3, allow_subarrays=True),
    st.just(np.dtype(np.longdouble)),
    st.just(np.dtype(np.clongdouble)),
).filter(lambda dtype: dtype.itemsize > 0)

SHAPES = hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)
NAMES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12),
    st.text("./%\\a\0é:", min_size=1, max_size=8),
    st.sampled_from(
        ["..", "../../etc/passwd", "a.npy", "a", "a.npy.npy", "/a", "a/", "file", "%2E"]
    ),
)


@st.composite
def stored(draw):
    """An array of raw bytes, NaNs of any payload among them, in some memory order."""
    dtype, shape = draw(DTYPES), draw(SHAPES)
    size = int(np.prod(shape, dtype=int)) * dtype.itemsize
    if dtype.kind in "biufcMmSV":
        data = draw(st.binary(min_size=size, max_size=size))
    else:
        data = bytes(size)
    array = np.frombuffer(data, np.uint8).copy().view(dtype).reshape(shape) if size else None
    if array is None:
        array = np.zeros(shape, dtype)
    order = draw(st.sampled_from(["C", "F", "strided"]))
    if order == "strided" and array.ndim:
        wide = np.zeros((*shape, 2), dtype)
        wide[..., 0] = array
        return wide[..., 0]
    return np.array(array, order="F" if order == "F" else "C")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.sampled_from(["$float", "$", "$$x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@settings(max_examples=80, deadline=None)
@given(arrays=st.dictionaries(NAMES, stored(), max_size=3))
def test_arrays(arrays):
    with tempfile.TemporaryDirectory() as folder, CheckpointStore(folder) as store:
        store.save(1, arrays, {})
        found = store.latest().arrays
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert_same_array(found[name], np.asarray(array))
        flags = array.flags
        kept = "f_contiguous" if flags.f_contiguous and not flags.c_contiguous else "c_contiguous"
        assert getattr(found[name].flags, kept)


@settings(max_examples=80, deadline=None)
@given(document=st.dictionaries(st.text(), JSON, max_size=3))
def test_documents(document):
    with tempfile.TemporaryDirectory() as folder, CheckpointStore(folder) as store:
        store.save(1, {}, document)
        assert_same_document(store.latest().document, document)


@given(NAMES)
def test_names(name):
    quoted = entry_name(name)
    assert array_name(quoted) == name
    assert not quoted.startswith("/")
    assert ".." not in quoted.split("/")
    assert "\\" not in quoted
    assert not quoted.endswith(".npy")


def test_nan_payloads_and_signs():
    payload = np.array([0x7FF8DEADBEEF0001, 0xFFF0000000000001], "uint64").view("float64")
    numbers = [-0.0, 5e-324, 1.7976931348623157e308, 0.1, float(payload[0]), float("-inf")]
    with tempfile.TemporaryDirectory() as folder, CheckpointStore(folder) as store:
        store.save(1, {"x": payload}, {"n": numbers})
        found = store.latest()
    assert_same_document(found.document["n"], numbers)
    assert_same_array(found.arrays["x"], payload)
