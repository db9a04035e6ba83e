"""Arrays that begin at the same place in a cache line as another.

An update reads and writes a parameter, its gradient and its state side by side. A vector that lies
across two cache lines costs both, and where NumPy puts an array is as good as random. If all of
them begin at the same place, a loop is at a line's begin in every one of them after a few elements.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

LINE = 64
"""Bytes of a cache line."""

_SMALL = 4096


def zeros_beside(
    other: NDArray[Any], shape: tuple[int, ...] | None = None, dtype: np.dtype | None = None
) -> NDArray[Any]:
    """Zeros in C order that begin where ``other`` does in a cache line, of its shape and dtype
    unless told.

    No memory is touched until it is used, as for ``numpy.zeros``.
    """
    shape = other.shape if shape is None else shape
    dtype = other.dtype if dtype is None else dtype
    size = int(np.prod(shape, dtype=np.int64)) * dtype.itemsize
    if size < _SMALL:
        return np.zeros(shape, dtype)
    memory = np.zeros(size + LINE, np.uint8)
    start = (_address(other) - _address(memory)) % LINE
    if start % dtype.itemsize:  # a view of something else
        return np.zeros(shape, dtype)
    return memory[start : start + size].view(dtype).reshape(shape)


def _address(array: NDArray[Any]) -> int:
    return int(np.asarray(array).__array_interface__["data"][0])
