"""What a person wants to know of an array at a glance: its size, its norm, NaNs in it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

PIECE = 1 << 20
"""Elements that are looked at together; a copy of more in float64 could fill the memory."""


@dataclass(frozen=True)
class ArrayStatistics:
    """What is in an array.

    Attributes
    ----------
    shape, dtype
        Of the array, the dtype with its byte order if that is not the machine's.
    numbers
        How many elements it has.
    nbytes
        Bytes of its data.
    norm
        Euclidean, of its finite elements; None if they are no numbers.
    low, high
        The least and greatest finite element; None if there is none, or they have no order.
    nan, infinite
        How many elements are NaN or infinite. A complex one counts as one.
    """

    shape: tuple[int, ...]
    dtype: str
    numbers: int
    nbytes: int
    norm: float | None = None
    low: float | int | None = None
    high: float | int | None = None
    nan: int = 0
    infinite: int = 0


def array_statistics(array: NDArray[Any]) -> ArrayStatistics:
    """Look at every element of an array once or twice."""
    about = (array.shape, str(array.dtype), array.size, array.nbytes)
    if array.dtype.kind not in "biufc":
        return ArrayStatistics(*about)
    nan = infinite = 0
    lows, highs = [], []
    largest = 0.0
    for piece in _pieces(array):
        finite = piece
        if piece.dtype.kind in "fc":
            nan += int(np.isnan(piece).sum())
            infinite += int((np.isinf(piece) & ~np.isnan(piece)).sum())
            finite = piece[np.isfinite(piece)]
        if not finite.size:
            continue
        largest = max(largest, float(np.abs(_reals(finite)).max()))
        if piece.dtype.kind != "c":
            lows.append(finite.min().item())
            highs.append(finite.max().item())
    low, high = (min(lows), max(highs)) if lows else (None, None)
    return ArrayStatistics(*about, _norm(array, largest), _plain(low), _plain(high), nan, infinite)


def _pieces(array: NDArray[Any]) -> Iterator[NDArray[Any]]:
    flat = array.ravel(order="K")
    for start in range(0, flat.size, PIECE):
        yield flat[start : start + PIECE]


def _reals(piece: NDArray[Any]) -> NDArray[Any]:
    """The elements as real numbers of at least 64 bits, in which nothing overflows."""
    if piece.dtype.kind == "c":
        piece = np.concatenate([piece.real, piece.imag])
    return piece.astype(np.result_type(piece.dtype, np.float64))


def _norm(array: NDArray[Any], largest: float) -> float:
    """The norm of the finite elements, of which ``largest`` is the absolute greatest."""
    if largest == 0.0:
        return 0.0
    total = 0.0
    for piece in _pieces(array):
        finite = piece[np.isfinite(piece)] if piece.dtype.kind in "fc" else piece
        total += float(np.square(_reals(finite) / largest).sum())
    return largest * math.sqrt(total)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):  # a long double
        return float(value)
    return int(value) if isinstance(value, bool) else value
