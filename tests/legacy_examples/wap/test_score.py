"""WER and ExpRate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from legacy_examples.wap.score import edit_distance, score
from symopt.datasets.crohme import read_captions
from symopt.errors import DatasetError
from tests.legacy_examples.wap.test_names import REAL, needs_real

WORDS = st.lists(st.sampled_from("abc"), max_size=9)


def levenshtein(one, other):
    """By its definition."""
    if not one or not other:
        return len(one) + len(other)
    replaced = levenshtein(one[1:], other[1:]) + (one[0] != other[0])
    shorter = st_min(one, other) if replaced > 0 else replaced
    return min(replaced, shorter)


def st_min(one, other):
    return 1 + min(levenshtein(one[1:], other), levenshtein(one, other[1:]))


@given(WORDS.filter(lambda w: len(w) < 6), WORDS.filter(lambda w: len(w) < 6))
def test_edit_distance_is_levenshtein(one, other):
    assert edit_distance(one, other) == levenshtein(one, other)


@given(WORDS, WORDS, WORDS)
def test_edit_distance_is_a_distance(one, other, third):
    assert edit_distance(one, other) == edit_distance(other, one)
    assert (edit_distance(one, other) == 0) == (one == other)
    assert edit_distance(one, third) <= edit_distance(one, other) + edit_distance(other, third)


def test_two_numbers():
    captions = {"a": ["x", "+", "y"], "b": ["2"], "unread": ["z"]}
    found = score({"a": ["x", "y"], "b": ["2"]}, captions)
    assert found == (1 / 4, 1 / 2, 2, 4)


@pytest.mark.parametrize("decodes", [{}, {"c": ["x"]}])
def test_nothing_to_compare(decodes):
    with pytest.raises(DatasetError, match="expected a caption for each"):
        score(decodes, {"a": ["x"]})


@needs_real
def test_the_originals_own_decodes():
    """The numbers that the original's program printed, to its last digit."""
    decodes = read_captions(REAL / "DenseNet" / "result" / "valid_decode_result.txt")
    found = score(decodes, read_captions(REAL / "test_caption.txt"))
    assert f"{found.wer:.12g}" == "0.240616835532"
    assert f"{found.exp_rate:.12g}" == "0.407106598985"
