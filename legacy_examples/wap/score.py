"""The two numbers of a reader of formulas: WER and ExpRate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from symopt.errors import DatasetError


class Score(NamedTuple):
    """How well formulas were read.

    Attributes
    ----------
    wer
        Word error rate: tokens to insert, delete or replace, by tokens of the captions.
    exp_rate
        Share of the formulas that were read without an error.
    formulas, tokens
        How many there were.
    """

    wer: float
    exp_rate: float
    formulas: int
    tokens: int


def edit_distance(one: Sequence[object], other: Sequence[object]) -> int:
    """Levenshtein's distance: the fewest insertions, deletions and replacements."""
    numbers = {token: i for i, token in enumerate(dict.fromkeys([*one, *other]))}
    row = np.arange(len(other) + 1)
    columns = np.array([numbers[token] for token in other])
    for i, token in enumerate(one, 1):
        # By deleting or replacing; then, along the row, by inserting.
        above = np.minimum(row[1:] + 1, row[:-1] + (columns != numbers[token]))
        offsets = np.arange(len(other) + 1)
        row = np.minimum.accumulate(np.concatenate([[i], above]) - offsets) + offsets
    return int(row[-1])


def score(
    decodes: Mapping[str, Sequence[object]], captions: Mapping[str, Sequence[object]]
) -> Score:
    """Compare what was read with the captions.

    Parameters
    ----------
    decodes
        Key to the tokens that were read.
    captions
        Key to the right tokens; may hold more keys.

    Raises
    ------
    DatasetError
        Nothing was read, or a formula has no caption.
    """
    missing = [key for key in decodes if key not in captions]
    if missing or not decodes:
        raise DatasetError(
            f"score: {len(decodes)} formulas were read, and {', '.join(missing[:5]) or 'none'} "
            f"({len(missing)} in all) have no caption; expected a caption for each, and at least "
            "one formula."
        )
    distances = [edit_distance(captions[key], read) for key, read in decodes.items()]
    tokens = sum(len(captions[key]) for key in decodes)
    if not tokens:
        raise DatasetError("score: the captions have no token; expected at least one.")
    right = sum(distance == 0 for distance in distances)
    return Score(sum(distances) / tokens, right / len(decodes), len(decodes), tokens)
