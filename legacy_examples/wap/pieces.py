"""Formulas cut into their symbols, where it is plain which is which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

MARGIN = 12
"""Pixels of paper around a symbol."""

SCRIPTS = {"^", "_", "{", "}"}
"""Tokens without ink: what they put up or down stands behind, where the formula is cut."""

NOT_ONE_SIGN = {"\\frac", "\\sqrt", "\\limits", "\\sin", "\\cos", "\\tan", "\\log", "\\lim"}
NOT_ONE_SIGN |= {"\\ldots", "\\cdots", "\\dots"}
"""Tokens that are around others, or several signs."""


def symbols(
    picture: NDArray[np.uint8], caption: Sequence[str]
) -> list[tuple[NDArray[np.uint8], int]]:
    """The symbols of a formula that is written from left to right.

    Parameters
    ----------
    picture
        uint8 (1, height, width), 255 for ink.
    caption
        Its tokens.

    Returns
    -------
    The picture of each symbol, and which token it is. Nothing for a formula with tokens that are
    not one sign each, or where columns without ink do not part it into as many as it has.
    """
    if NOT_ONE_SIGN & set(caption):
        return []
    signs = [i for i, token in enumerate(caption) if token not in SCRIPTS]
    inked = np.concatenate([[False], picture[0].any(axis=0), [False]])
    starts, ends = (np.flatnonzero(np.diff(inked.astype(int)) == sign) for sign in (1, -1))
    if len(starts) != len(signs):
        return []
    return [
        (_cut_out(picture[0, :, start:end]), i)
        for i, start, end in zip(signs, starts, ends, strict=True)
    ]


def _cut_out(ink: NDArray[np.uint8]) -> Any:
    rows = np.flatnonzero(ink.any(axis=1))
    return np.pad(ink[rows[0] : rows[-1] + 1], MARGIN)[None]
