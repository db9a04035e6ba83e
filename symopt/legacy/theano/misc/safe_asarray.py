"""An array of exactly the dtype asked for."""

from __future__ import annotations

from typing import Any

import numpy as np

from symopt.legacy.theano.configparser import config


def _asarray(a: Any, dtype: Any, order: Any = None) -> np.ndarray:
    """``numpy.asarray``; the dtype may be "floatX"."""
    if str(dtype) == "floatX":
        dtype = config.floatX
    wanted = np.dtype(dtype)
    array = np.asarray(a, dtype=wanted, order=order)
    return array if array.dtype.num == wanted.num else array.view(wanted)
