from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symopt import Buckets
from symopt.errors import HyperparameterError, ShapeError


@pytest.mark.core
def test_padding():
    buckets = Buckets([20, 10, 40, 10])
    assert buckets.lengths == [10, 20, 40]
    x = np.arange(26, dtype="int64").reshape(13, 2)
    mask = np.ones((13, 2), "float32")
    y = np.array([1, 2])
    px, pmask, py = buckets.pad(x, mask, y)
    assert px.shape == pmask.shape == (20, 2)
    assert (px.dtype, pmask.dtype) == ("int64", "float32")
    np.testing.assert_array_equal(px[:13], x)
    assert not px[13:].any()
    np.testing.assert_array_equal(pmask.sum(axis=0), [13, 13])
    assert py is y
    assert buckets.pad(x[:10], mask[:10])[0].shape == (10, 2)


def test_examples_are_padded_if_asked_for():
    x, mask = np.ones((3, 5, 7)), np.ones((3, 5))
    px, pmask, py = Buckets([4], examples=[8]).pad(x, mask, np.ones((5, 2), "int32"))
    assert (px.shape, pmask.shape, py.shape) == ((4, 8, 7), (4, 8), (8, 2))
    assert pmask.sum() == 15
    assert py.dtype == "int32"


def test_batch_first():
    px, pmask = Buckets([4]).pad(np.ones((5, 3)), np.ones((5, 3)), time_axis=1, batch_axis=0)
    assert px.shape == pmask.shape == (5, 4)


def test_what_does_not_fit_is_an_error():
    buckets = Buckets([4, 8], examples=[2])
    with pytest.raises(ShapeError, match=r"9 time steps; the largest of lengths is 8"):
        buckets.pad(np.ones((9, 2)), np.ones((9, 2)))
    with pytest.raises(ShapeError, match=r"3 examples; the largest of examples is 2"):
        buckets.pad(np.ones((4, 3)), np.ones((4, 3)))
    with pytest.raises(ShapeError, match="the mask 3 and 2"):
        buckets.pad(np.ones((4, 2)), np.ones((3, 2)))
    for wrong in ([], [0], [2.5], ["a"]):
        with pytest.raises(HyperparameterError, match="Buckets"):
            Buckets(wrong)


@given(st.lists(st.integers(1, 12), min_size=1, max_size=20), st.integers(1, 4))
def test_fitted_buckets_pad_least(lengths, count):
    """As little as the best of all choices."""

    def steps(buckets):
        return sum(min(b for b in buckets if b >= n) for n in lengths)

    fitted = Buckets.fitted(lengths, count)
    different = sorted(set(lengths))
    assert len(fitted.lengths) <= count
    assert max(fitted.lengths) == different[-1]
    chosen = min(count, len(different))
    choices = (c for c in combinations(different, chosen) if c[-1] == different[-1])
    assert steps(fitted.lengths) == min(map(steps, choices))
