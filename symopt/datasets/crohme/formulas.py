"""Pictures, captions and dictionary put together."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from symopt.datasets.crohme.captions import END, read_captions, read_dictionary
from symopt.datasets.crohme.pictures import Picture, read_pictures
from symopt.errors import DatasetError
from symopt.hyperparameters import check_choice, check_integer

WHERE = "load_crohme"
SHOWN = 5

Choice = Literal["raise", "skip"]
PROBLEMS = {
    "damaged": "damaged picture",
    "missing": "picture without a caption",
    "empty": "caption without a token",
    "unknown": "token that is not in the dictionary",
}
"""What can be wrong with a formula, by the argument that says what to do about it."""


@dataclass(frozen=True)
class LeftOut:
    """A formula that was left out.

    Attributes
    ----------
    key
        Which one.
    reason
        "damaged", "missing", "empty", "unknown", "maxlen" or "max_area".
    why
        What is wrong with it, in words.
    """

    key: str
    reason: str
    why: str


@dataclass(frozen=True)
class Formulas:
    """Handwritten formulas, sorted by the area of their pictures.

    Attributes
    ----------
    keys
        Their names.
    pictures
        uint8 (1, height, width), 0 for paper to 255 for ink.
    captions
        int64 (length,): the numbers of the tokens, without the end.
    dictionary
        Token to number; 0 is the end of a formula.
    left_out
        What was left out, and why.
    """

    keys: tuple[str, ...]
    pictures: tuple[Picture, ...]
    captions: tuple[NDArray[np.int64], ...]
    dictionary: dict[str, int]
    left_out: tuple[LeftOut, ...] = ()

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def areas(self) -> NDArray[np.int64]:
        """Pixels of each picture."""
        return np.array([picture[0].size for picture in self.pictures], np.int64)

    @property
    def tokens(self) -> tuple[str, ...]:
        """The token of each number: the dictionary the other way round."""
        return tuple(sorted(self.dictionary, key=self.dictionary.__getitem__))

    def at(self, places: NDArray[np.int64] | list[int]) -> Formulas:
        """Some of the formulas, in the order of ``places``."""
        return Formulas(
            tuple(self.keys[i] for i in places),
            tuple(self.pictures[i] for i in places),
            tuple(self.captions[i] for i in places),
            self.dictionary,
        )


def load_crohme(
    pictures: str | os.PathLike[str],
    captions: str | os.PathLike[str],
    dictionary: str | os.PathLike[str],
    *,
    maxlen: int | None = None,
    max_area: int | None = None,
    damaged: Choice = "raise",
    missing: Choice = "raise",
    empty: Choice = "raise",
    unknown: Choice = "raise",
) -> Formulas:
    """Read handwritten formulas from the files that WAP reads.

    Parameters
    ----------
    pictures
        See :func:`~symopt.datasets.crohme.read_pictures`.
    captions
        See :func:`~symopt.datasets.crohme.read_captions`. Captions without a picture are no fault:
        WAP's files hold many more.
    dictionary
        See :func:`~symopt.datasets.crohme.read_dictionary`.
    maxlen
        Formulas of more tokens are left out; WAP's is 200. None: none are.
    max_area
        Pictures of more pixels are left out; WAP's is 400,000. None: none are.
    damaged
        A picture that cannot be read: "raise" an error, or "skip" it.
    missing
        A picture without a caption.
    empty
        A caption without a token.
    unknown
        A token that is not in the dictionary, or is the end.

    Returns
    -------
    Formulas
        Sorted by area, the smallest first, and by key; ``left_out`` says what was skipped.

    Raises
    ------
    DatasetError
        A file is missing or damaged, what is to be raised occurs (the text names the formulas and
        counts them), or nothing is left.
    """
    choices = {"damaged": damaged, "missing": missing, "empty": empty, "unknown": unknown}
    for name, choice in choices.items():
        check_choice(WHERE, name, choice, ("raise", "skip"))
    for name, limit in (("maxlen", maxlen), ("max_area", max_area)):
        if limit is not None:
            check_integer(WHERE, name, limit, low=1)
    numbers = read_dictionary(dictionary)
    texts = read_captions(captions)
    images, faults = read_pictures(pictures)
    left_out = [LeftOut(key, "damaged", why) for key, why in faults.items()]
    kept: list[tuple[str, Picture, NDArray[np.int64]]] = []
    for key, picture in sorted(images.items(), key=lambda item: (item[1].size, item[0])):
        tokens = texts.get(key)
        fault = _fault(key, tokens, numbers) or _limit(key, tokens, picture, maxlen, max_area)
        if fault is not None or tokens is None:
            left_out.append(fault or LeftOut(key, "missing", "it has no caption"))
        else:
            kept.append((key, picture, np.array([numbers[t] for t in tokens], np.int64)))
    _refuse(left_out, choices, str(pictures))
    if not kept:
        raise DatasetError(
            f"{pictures}: none of {len(images) + len(faults)} formulas is left, because of "
            f"{', '.join(sorted({one.reason for one in left_out}))}; expected at least one. Do "
            f"pictures and captions ({captions}) belong together, and are maxlen={maxlen} and "
            f"max_area={max_area} wide enough?"
        )
    keys, arrays, rows = zip(*kept, strict=True)
    return Formulas(keys, arrays, rows, numbers, tuple(left_out))


def _fault(key: str, tokens: list[str] | None, numbers: dict[str, int]) -> LeftOut | None:
    if tokens is None:
        return LeftOut(key, "missing", "it has no caption")
    if not tokens:
        return LeftOut(key, "empty", "its caption has no token")
    strange = [token for token in tokens if numbers.get(token, END) == END]
    if strange:
        return LeftOut(key, "unknown", f"the dictionary does not have {', '.join(strange)}")
    return None


def _limit(
    key: str,
    tokens: list[str] | None,
    picture: Picture,
    maxlen: int | None,
    max_area: int | None,
) -> LeftOut | None:
    if tokens is not None and maxlen is not None and len(tokens) > maxlen:
        return LeftOut(key, "maxlen", f"it has {len(tokens)} tokens, more than {maxlen}")
    if max_area is not None and picture.size > max_area:
        return LeftOut(key, "max_area", f"its picture has {picture.size} pixels")
    return None


def _refuse(left_out: list[LeftOut], choices: dict[str, Choice], source: str) -> None:
    for reason, choice in choices.items():
        found = [one for one in left_out if one.reason == reason]
        if found and choice == "raise":
            shown = "; ".join(f"{one.key}: {one.why}" for one in found[:SHOWN])
            more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
            raise DatasetError(
                f"{source}: {len(found)} x {PROBLEMS[reason]} ({shown}{more}). Mend the files, or "
                f"leave these formulas out: {reason}='skip'."
            )
