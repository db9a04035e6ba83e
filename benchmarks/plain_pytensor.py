"""The modes in which plain PyTensor takes part, and the BLAS that each compiles with."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytensor

from benchmarks.system import Skipped
from symopt.backends.c import blas


@dataclass(frozen=True)
class Mode:
    """A row's name, PyTensor's mode, and linker flags for the BLAS (None: PyTensor's own)."""

    row: str
    mode: str
    blas_flags: str | None = None

    @contextmanager
    def compiling(self) -> Iterator[None]:
        """Compile what is inside with this BLAS, and without a word about there being none."""
        flags = _own_blas_flags() if self.blas_flags is None else self.blas_flags
        logger = logging.getLogger("pytensor.tensor.blas")
        level = logger.level
        logger.setLevel(logging.ERROR)
        try:
            with pytensor.config.change_flags(blas__ldflags=flags):
                yield
        finally:
            logger.setLevel(level)


def modes(*, products: bool = True) -> Iterator[Mode | Skipped]:
    """The modes that can run here; without ``products``, none that differs by its BLAS only."""
    own = "" if _own_blas_flags() or not products else ", no BLAS"
    c_modes = [Mode(f"pytensor CVM{own}", "CVM")]
    if products:
        # The BLAS that symopt brings, which PyTensor alone would not find.
        c_modes.append(Mode("pytensor CVM, OpenBLAS", "CVM", blas.linker_flags()))
    for mode in c_modes:
        yield mode if pytensor.config.cxx else Skipped(mode.row, "no C++ compiler was found")
    yield Mode("pytensor NUMBA", "NUMBA")


def _own_blas_flags() -> str:
    """What PyTensor finds by itself: after a plain pip install, nothing.

    It searches for seconds when first asked, and warns; that it finds none is this row's point.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="PyTensor could not link to a BLAS")
        return str(pytensor.config.blas__ldflags)
