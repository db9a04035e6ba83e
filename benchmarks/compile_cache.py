"""What PyTensor's compile cache on disk holds, to say whether it was warm."""

from __future__ import annotations

from pathlib import Path

import pytensor


class CompileCache:
    """Counts what appears in the cache from now on.

    Another process that compiles into the same cache meanwhile is counted too; for times of a
    cold cache give this one a cache of its own: ``PYTENSOR_FLAGS=base_compiledir=EMPTY_FOLDER``.
    """

    def __init__(self) -> None:
        self._before = _entries()

    def new_entries(self) -> int:
        """C modules and Numba functions that were compiled since this object was made."""
        return len(_entries() - self._before)


def _entries() -> set[Path]:
    return {
        *Path(pytensor.config.compiledir).rglob("*.so"),
        *Path(pytensor.config.base_compiledir, "numba").rglob("*.nbc"),
    }
