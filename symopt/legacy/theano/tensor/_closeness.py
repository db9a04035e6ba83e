"""Whether arrays are equal but for rounding, with tolerances by dtype."""

from __future__ import annotations

from typing import Any

import numpy as np

from symopt.legacy.theano.tensor import _dtypes


def _get_atol_rtol(a: Any, b: Any) -> tuple[float, float]:
    """The tolerances of the narrower of two dtypes."""
    dtypes = {str(a.dtype), str(b.dtype)}
    if "float16" in dtypes:
        return _dtypes.float16_atol, _dtypes.float16_rtol
    if dtypes & {"float32", "complex64"}:
        return _dtypes.float32_atol, _dtypes.float32_rtol
    return _dtypes.float64_atol, _dtypes.float64_rtol


def _allclose(a: Any, b: Any, rtol: float | None = None, atol: float | None = None) -> bool:
    """``numpy.allclose`` with the tolerances of the narrower dtype."""
    a, b = np.asarray(a), np.asarray(b)
    default_atol, default_rtol = _get_atol_rtol(a, b)
    return bool(
        np.allclose(
            a,
            b,
            atol=default_atol if atol is None else atol,
            rtol=default_rtol if rtol is None else rtol,
        )
    )
