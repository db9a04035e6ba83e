"""Whether two arrays may share memory."""

from __future__ import annotations

from typing import Any

import numpy as np


def may_share_memory(a: Any, b: Any, raise_other_type: bool = True) -> bool:
    """Whether two arrays, or sparse matrices, may share memory.

    Raises
    ------
    TypeError
        One is neither, and ``raise_other_type`` is on.
    """
    from pytensor.misc.may_share_memory import may_share_memory as check

    if a is b:
        return True
    try:
        return bool(check(a, b, raise_other_type))
    except (AttributeError, NotImplementedError):
        if isinstance(a, np.ndarray) and isinstance(b, np.ndarray):
            return bool(np.may_share_memory(a, b))
        raise
