"""Symbols cut out of formulas."""

from __future__ import annotations

import numpy as np
import pytest

from legacy_examples.wap import data
from legacy_examples.wap.pieces import MARGIN, symbols
from symopt.errors import DatasetError
from tests.legacy_examples.wap.drawn import DICTIONARY, drawn_formulas
from tests.legacy_examples.wap.tiny import TINY_DENSENET

INK = np.zeros((1, 20, 40), "uint8")
INK[0, 5:9, 3:8] = INK[0, 2:15, 12:20] = INK[0, 16:18, 30:31] = 255


def test_symbols_are_parted_by_columns_without_ink():
    found = symbols(INK, ["a", "^", "{", "b", "}", "."])
    assert [token for _, token in found] == [0, 3, 5]
    for (picture, _), (height, width) in zip(found, [(4, 5), (13, 8), (2, 1)], strict=True):
        assert picture.shape == (1, height + 2 * MARGIN, width + 2 * MARGIN)
        assert (picture > 0).sum() == height * width


def test_where_it_is_not_plain_nothing_is_cut():
    assert symbols(INK, ["a", "b"]) == []
    assert symbols(INK, ["\\frac", "a", "b"]) == []
    assert symbols(np.zeros((1, 9, 9), "uint8"), ["a"]) == []


def test_formulas_are_kept_beside_their_symbols():
    formulas = drawn_formulas()
    found = data.with_symbols(formulas)
    single = [key for key in found.keys if ":" in key]
    assert sorted(set(found.keys) - set(single)) == sorted(formulas.keys)
    captions = dict(zip(found.keys, found.captions, strict=True))
    whole = dict(zip(formulas.keys, formulas.captions, strict=True))
    for key in single:
        name, i = key.split(":")
        assert captions[key].tolist() == [whole[name][int(i)]]
    assert {DICTIONARY["7"], DICTIONARY["+"]} <= {int(captions[key][0]) for key in single}


def test_a_lesson_is_made_of_what_is_short_enough():
    formulas = drawn_formulas()
    options = {**TINY_DENSENET, "cut": True, "distort": 0.2, "join": 0.5, "lesson": 2}
    for seed in range(3):
        batches = list(data.epochs(formulas, options)(np.random.default_rng(seed)))
        lengths = np.concatenate([mask.sum(axis=0) - 1 for *_, mask in batches])  # less the end
        assert set(lengths) == {1, 2}
        assert len(lengths) > len(formulas)


def test_a_lesson_that_nothing_is_short_enough_for():
    formulas = drawn_formulas().at([5, 6])
    with pytest.raises(DatasetError, match=r"lesson=1: none of 2 formulas .* the shortest has"):
        data.epochs(formulas, {**TINY_DENSENET, "lesson": 1})
