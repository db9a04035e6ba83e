"""Padding as the LSTM tutorial and WAP do it."""

from __future__ import annotations

import numpy as np
import pytensor
import pytest
from numpy.testing import assert_array_equal

import symopt
from symopt.errors import ShapeError

SEQS, LABELS = [[2, 3, 4, 5, 6], [7, 8], [9, 1, 10]], [1, 0, 1]


def test_sequences_are_padded_and_masked():
    x, mask, labels = symopt.prepare_data(SEQS, LABELS, dtype="float32")
    assert_array_equal(x.T, [[2, 3, 4, 5, 6], [7, 8, 0, 0, 0], [9, 1, 10, 0, 0]])
    assert_array_equal(mask.T, [[1, 1, 1, 1, 1], [1, 1, 0, 0, 0], [1, 1, 1, 0, 0]])
    assert_array_equal(labels, LABELS)
    assert (x.dtype, mask.dtype, labels.dtype) == ("int64", "float32", "int64")


def test_the_mask_is_of_floatx():
    with pytensor.config.change_flags(floatX="float32"):
        assert symopt.prepare_data(SEQS, LABELS)[1].dtype == "float32"
    with pytensor.config.change_flags(floatX="float64"):
        assert symopt.prepare_data(SEQS, LABELS)[1].dtype == "float64"


def test_sequences_of_maxlen_are_left_out_with_their_labels():
    x, mask, labels = symopt.prepare_data(SEQS, [0.5, 1.5, 2.5], maxlen=3)
    assert_array_equal(x.T, [[7, 8]])
    assert_array_equal(mask.T, [[1, 1]])
    assert_array_equal(labels, [1.5])


@pytest.mark.parametrize(("seqs", "maxlen"), [([], None), (SEQS, 2)])
def test_nothing_is_left(seqs, maxlen):
    assert symopt.prepare_data(seqs, LABELS[: len(seqs)], maxlen) == (None, None, None)


def test_an_empty_sequence_is_all_padding():
    x, mask, _ = symopt.prepare_data([[4], []], [0, 1])
    assert_array_equal(x, [[4, 0]])
    assert_array_equal(mask, [[1, 0]])


def wap_prepare_data(images_x, seqs_y, channels):
    """DenseNet/nmt.py of WAP, line by line."""
    heights = [s.shape[1] for s in images_x]
    widths = [s.shape[2] for s in images_x]
    lengths = [len(s) for s in seqs_y]
    n = len(heights)
    maxlen_y = np.max(lengths) + 1
    x = np.zeros((n, channels, np.max(heights), np.max(widths))).astype("float32")
    y = np.zeros((maxlen_y, n)).astype("int64")
    x_mask = np.zeros((n, np.max(heights), np.max(widths))).astype("float32")
    y_mask = np.zeros((maxlen_y, n)).astype("float32")
    for idx, (s_x, s_y) in enumerate(zip(images_x, seqs_y, strict=True)):
        x[idx, :, : heights[idx], : widths[idx]] = s_x / 255.0
        x_mask[idx, : heights[idx], : widths[idx]] = 1.0
        y[: lengths[idx], idx] = s_y
        y_mask[: lengths[idx] + 1, idx] = 1.0
    return x, x_mask, y, y_mask


def test_images_are_padded_as_in_wap():
    rng = np.random.default_rng(0)
    images = [rng.integers(0, 256, (2, h, w), dtype="uint8") for h, w in ((3, 5), (4, 1), (2, 2))]
    captions = [[3, 4], [5], [6, 7, 8]]
    found = symopt.prepare_images(images, captions, dtype="float32")
    for given, expected in zip(found, wap_prepare_data(images, captions, 2), strict=True):
        assert given.dtype == expected.dtype
        assert_array_equal(given, expected)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: symopt.prepare_data(SEQS, [1]), "3 sequences and 1 labels"),
        (lambda: symopt.prepare_images([np.zeros((1, 2, 2))], []), "1 images"),
        (lambda: symopt.prepare_images([np.zeros((2, 2))], [[1]]), r"\(2, 2\)"),
        (
            lambda: symopt.prepare_images([np.zeros((c, 2, 2)) for c in (1, 3)], [[1], [1]]),
            "same number of channels",
        ),
    ],
)
def test_what_does_not_go_together(call, match):
    with pytest.raises(ShapeError, match=match):
        call()
