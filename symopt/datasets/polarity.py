"""The movie review polarity set (MR): one sentence per line, praise in one file, blame in another.

The files are those of the CNN_sentence repository: lower-cased, tokenised, 5,331 sentences each.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from symopt.datasets.compressed import read_bytes
from symopt.datasets.location import candidate_places, not_found
from symopt.errors import DatasetError

POSITIVE_FILE = "rt-polarity.pos"
NEGATIVE_FILE = "rt-polarity.neg"
SUBFOLDERS = ("rt_polarity",)
EXPECTED = f"a folder with {POSITIVE_FILE} and {NEGATIVE_FILE}"

# Bytes that no latin-1 text has: the C0 controls but for tab, newline, vertical tab, form feed and
# carriage return. UTF-16 text and binary files are full of them.
CONTROL_BYTES = frozenset(range(32)) - frozenset(b"\t\n\v\f\r")


class Sentences(NamedTuple):
    """Tokenised sentences and the class of each.

    Parameters
    ----------
    sentences
        n lists of words, none of them empty.
    labels
        int64, shape (n,): 1 for a positive sentence, 0 for a negative one.
    """

    sentences: list[list[str]]
    labels: NDArray[np.int64]


def load_polarity(path: str | os.PathLike[str] | None = None) -> Sentences:
    """Read the movie review sentences, the positive ones first.

    Parameters
    ----------
    path
        Folder with ``rt-polarity.pos`` and ``rt-polarity.neg``. None (the default) looks in the
        folder that the environment variable ``SYMOPT_DATA`` names, then in its subfolder
        ``rt_polarity``.

    Returns
    -------
    Sentences
        ``sentences``: one list of words a line, in file order, positives first; ``labels``: int64,
        1 and 0. The original files give 10,662 sentences. There is no split: published results
        are from 10-fold cross-validation, and the classes lie in two blocks, so shuffle.

    Raises
    ------
    DatasetError
        If the folder or one of the files is missing, holds no sentence, or is no latin-1 text.

    Notes
    -----
    The bytes are split before they are decoded from latin-1, at ASCII whitespace alone, as the
    Python 2 code of the paper did. ``str.split`` would break words at byte 0x85, which these files
    use for an ellipsis. Lines with nothing but whitespace are skipped.

    References
    ----------
    B. Pang and L. Lee (2005). Seeing stars: exploiting class relationships for sentiment
    categorization with respect to rating scales. ACL. https://aclanthology.org/P05-1015/
    Y. Kim (2014). Convolutional neural networks for sentence classification. EMNLP.
    https://github.com/yoonkim/CNN_sentence
    """
    folder = _find_folder(path)
    positive = _read_sentences(folder / POSITIVE_FILE)
    negative = _read_sentences(folder / NEGATIVE_FILE)
    labels = np.repeat(np.array([1, 0], dtype=np.int64), [len(positive), len(negative)])
    return Sentences(positive + negative, labels)


def _find_folder(path: str | os.PathLike[str] | None) -> Path:
    """Return the first place that holds either file, so that a lone one is reported by name."""
    places = candidate_places(path, EXPECTED, SUBFOLDERS)
    for place in places:
        if place.is_file():
            raise DatasetError(
                f"path={str(place)!r}: found a file; expected {EXPECTED}. Pass the folder: "
                f"path={str(place.parent)!r}."
            )
        present = [name for name in (POSITIVE_FILE, NEGATIVE_FILE) if (place / name).is_file()]
        if len(present) == 1:
            (missing,) = {POSITIVE_FILE, NEGATIVE_FILE} - set(present)
            raise DatasetError(
                f"{place / missing}: no such file, though {present[0]} is there; expected both. "
                f"Put {missing} next to it."
            )
        if present:
            return place
    raise not_found(places, EXPECTED)


def _read_sentences(path: Path) -> list[list[str]]:
    """Read one file, skipping blank lines."""
    data = read_bytes(path)
    controls = CONTROL_BYTES.intersection(data)
    if controls:
        offset = min(data.index(byte) for byte in controls)
        raise DatasetError(
            f"{path}: found the control byte 0x{data[offset]:02x} at offset {offset}; expected "
            "latin-1 text, one sentence per line. The file is binary or UTF-16: fetch it again, or "
            "save it as latin-1."
        )
    lines = (line.split() for line in data.split(b"\n"))
    sentences = [[word.decode("latin-1") for word in words] for words in lines if words]
    if not sentences:
        raise DatasetError(
            f"{path}: found no sentence in {len(data)} bytes; expected one sentence per line. "
            "Fetch the file again."
        )
    return sentences
