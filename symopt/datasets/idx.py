"""The idx format of the MNIST files: a big-endian header, then unsigned bytes."""

from __future__ import annotations

import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from symopt.datasets.compressed import read_bytes
from symopt.errors import DatasetError

# The header's first word: 0x08 (unsigned byte) in the third byte, the number of axes in the fourth.
MAGIC_BY_AXES = {1: 2049, 3: 2051}
CONTENT_BY_AXES = {1: "labels", 3: "images"}


def read_idx(path: Path, axes: int) -> NDArray[np.uint8]:
    """Read one idx file of unsigned bytes, gzip-compressed or not.

    Parameters
    ----------
    path
        The file.
    axes
        1 for labels (magic number 2049), 3 for images (magic number 2051).

    Returns
    -------
    ndarray
        uint8; shape (n,) for labels, (n, rows, cols) for images. It shares the read-only buffer of
        the file's bytes.

    Raises
    ------
    DatasetError
        If the magic number is another one, or the file is shorter or longer than its header says.

    References
    ----------
    Y. LeCun, C. Cortes, C. J. C. Burges. The MNIST database of handwritten digits.
    http://yann.lecun.com/exdb/mnist/ (section "File formats").
    """
    data = read_bytes(path)
    header_size = 4 + 4 * axes
    if len(data) < header_size:
        raise DatasetError(
            f"{path}: found {len(data)} bytes; expected an idx header of {header_size} bytes and "
            f"then {CONTENT_BY_AXES[axes]}. The file is cut short: fetch it again."
        )
    magic, *shape = struct.unpack_from(f">{1 + axes}I", data)
    if magic != MAGIC_BY_AXES[axes]:
        raise DatasetError(
            f"{path}: found the magic number {magic}; expected {MAGIC_BY_AXES[axes]}, an idx file "
            f"of {CONTENT_BY_AXES[axes]}. {_magic_advice(magic)}"
        )
    payload = len(data) - header_size
    if payload != math.prod(shape):
        lengths = " x ".join(str(length) for length in shape)
        raise DatasetError(
            f"{path}: found {payload} bytes after the header; expected {lengths} = "
            f"{math.prod(shape)}. The file is cut short or damaged: fetch it again."
        )
    return np.frombuffer(data, dtype=np.uint8, offset=header_size).reshape(shape)


def _magic_advice(magic: int) -> str:
    for axes, known in MAGIC_BY_AXES.items():
        if magic == known:
            return f"That is the number of {CONTENT_BY_AXES[axes]}: the files may be swapped."
    return "It is not an idx file of unsigned bytes: fetch it again."
