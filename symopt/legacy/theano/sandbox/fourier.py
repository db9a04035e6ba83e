"""``theano.sandbox.fourier``: the matrix of the discrete cosine transform."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.legacy.unavailable import unavailable_class, unavailable_function

_INSTEAD = "Write theano.tensor.fft.rfft."
FFT: Any = unavailable_class("theano.sandbox.fourier.FFT", _INSTEAD)
fft, half_fft, ifft = (
    unavailable_function(f"theano.sandbox.fourier.{name}", _INSTEAD)
    for name in ("fft", "half_fft", "ifft")
)


def dct_matrix(rows: int, cols: int, unitary: bool = True) -> NDArray:
    """The first ``rows`` rows of the matrix that transforms vectors of length ``cols``."""
    angles = np.outer(np.arange(rows), np.arange(cols) * 2 + 1) * np.pi / (2.0 * cols)
    matrix = np.cos(angles) * np.sqrt(2.0 / cols)
    if unitary:
        matrix[0] *= np.sqrt(0.5)
    return matrix
