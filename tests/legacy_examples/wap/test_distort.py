"""Formulas that are varied to train on: what they say, and the limits that the options set."""

from __future__ import annotations

import numpy as np
import pytest

from legacy_examples.wap import data
from legacy_examples.wap.distort import distorted, joined
from tests.legacy_examples.wap.drawn import drawn_formulas
from tests.legacy_examples.wap.tiny import TINY_DENSENET

LIMITS = {**TINY_DENSENET, "maxlen": 8, "maxImagesize": 12_000}


@pytest.fixture
def rng():
    return np.random.default_rng(7)


def test_no_strength_changes_nothing(rng):
    picture = drawn_formulas().pictures[3]
    np.testing.assert_array_equal(distorted(picture, rng, 0.0), picture)


def test_all_ink_stays_on_the_paper(rng):
    picture = np.full((1, 30, 50), 255, "uint8")  # ink to the edges
    for _ in range(20):
        found = distorted(picture, rng, 0.5)
        rows, columns = found.shape[1:]
        assert 30 / 1.5 <= rows <= 2 * (30 + 50)
        assert found.dtype == np.uint8
        # Its ink is that of a parallelogram of the stretched area.
        assert 1 / 1.5**2 * 0.9 < (found / 255.0).sum() / 1500 < 1.5**2 * 1.1
        assert columns >= 20


def test_joined_pictures_hold_both(rng):
    left, right = drawn_formulas().pictures[0], drawn_formulas().pictures[-1]
    sheet = joined(left, right, rng)
    assert sheet.shape[1] == max(left.shape[1], right.shape[1])
    assert 0 <= sheet.shape[2] - left.shape[2] - right.shape[2] <= 20
    assert sheet.sum(dtype=int) == left.sum(dtype=int) + right.sum(dtype=int)


def is_composed_of(caption, parts):
    return not caption or any(
        caption[: len(part)] == part and is_composed_of(caption[len(part) :], parts)
        for part in parts
    )


def test_varied_formulas_are_their_own_and_others_behind(rng):
    formulas = drawn_formulas()
    own = {tuple(caption.tolist()) for caption in formulas.captions}
    found = data.varied(formulas, {**LIMITS, "distort": 0.2, "join": 0.9}, rng)
    assert sorted(found.keys) == sorted(formulas.keys)
    captions = [tuple(caption.tolist()) for caption in found.captions]
    assert all(is_composed_of(caption, own) for caption in captions)
    assert all(caption not in own for caption in captions if len(caption) > 5)
    assert sum(caption not in own for caption in captions) >= 4
    assert max(map(len, captions)) <= LIMITS["maxlen"]
    assert all(picture.size <= LIMITS["maxImagesize"] for picture in found.pictures)
    assert list(found.areas) == sorted(found.areas)


def test_an_epoch_is_dealt_by_its_generator():
    formulas, options = drawn_formulas(), {**LIMITS, "distort": 0.2, "join": 0.5}
    epochs = data.epochs(formulas, options)
    first, again, other = (list(epochs(np.random.default_rng(seed))) for seed in (1, 1, 2))
    for one, two in zip(first, again, strict=True):
        for a, b in zip(one, two, strict=True):
            np.testing.assert_array_equal(a, b)
    assert any(a[0].shape != b[0].shape for a, b in zip(first, other, strict=False))


def test_the_original_varies_nothing():
    formulas = drawn_formulas()
    batches = list(data.epochs(formulas, LIMITS))
    assert sum(len(x) for x, *_ in batches) == len(formulas)
