"""Captions (a key and its tokens on each line) and the dictionary of tokens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from symopt.datasets.compressed import read_bytes
from symopt.errors import DatasetError

END = 0
"""The number of the end of a formula, which no token may have."""


def read_captions(path: str | os.PathLike[str]) -> dict[str, list[str]]:
    r"""Read captions: on each line a key, then the formula's tokens.

    Parameters
    ----------
    path
        A UTF-8 text file, gzipped or not: ``18_em_10<TAB>2 6``. Any whitespace separates.

    Returns
    -------
    dict
        Key to tokens, in the file's order. A key alone on its line has no tokens.

    Raises
    ------
    DatasetError
        The file is missing, is no UTF-8 text, holds no line, or has one key on two lines.
    """
    captions: dict[str, list[str]] = {}
    for number, words in _lines(Path(path)):
        key, *tokens = words
        if key in captions:
            raise DatasetError(
                f"{path}, line {number}: the key {key!r} has a caption already; expected each key "
                "once. Take one of the two lines out."
            )
        captions[key] = tokens
    return captions


def read_dictionary(path: str | os.PathLike[str]) -> dict[str, int]:
    r"""Read the dictionary: on each line a token and its number.

    Parameters
    ----------
    path
        A UTF-8 text file, gzipped or not: ``\geq<TAB>1``. The number 0 belongs to the end of a
        formula, ``<eol>``.

    Returns
    -------
    dict
        Token to number. The numbers are 0, 1, ... without a gap, in any order.

    Raises
    ------
    DatasetError
        The file is missing or no text, a line is not a token and a number, a token or a number
        comes twice, or a number is missing.
    """
    numbers: dict[str, int] = {}
    for line, words in _lines(Path(path)):
        if len(words) != 2 or not (words[1].isascii() and words[1].isdigit()):
            raise DatasetError(
                f"{path}, line {line}: found {' '.join(words)!r:.80}; expected a token and its "
                "number."
            )
        token, number = words[0], int(words[1])
        if token in numbers:
            raise DatasetError(
                f"{path}, line {line}: the token {token!r} has the number {numbers[token]} "
                "already; expected each token once."
            )
        numbers[token] = number
    if sorted(numbers.values()) != list(range(len(numbers))):
        raise DatasetError(
            f"{path}: {len(numbers)} tokens have numbers from {min(numbers.values())} to "
            f"{max(numbers.values())}; expected each of 0 to {len(numbers) - 1} once."
        )
    return numbers


def _lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Number and words of each line that is not blank; at least one."""
    try:
        text = read_bytes(path).decode()
    except UnicodeDecodeError as error:
        raise DatasetError(
            f"{path}: the byte at offset {error.start} is not UTF-8; expected a text file."
        ) from error
    found = [(i, line.split()) for i, line in enumerate(text.splitlines(), 1) if line.strip()]
    if not found:
        raise DatasetError(f"{path}: found no line; expected one for each entry.")
    yield from found
