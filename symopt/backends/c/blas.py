"""Linking the BLAS of the scipy-openblas32 wheel, whose symbols carry the prefix ``scipy_``."""

from __future__ import annotations

import ctypes
import os
import shlex
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from symopt.config import config
from symopt.errors import ConfigError

_THREADS = "OPENBLAS_NUM_THREADS"
_REAL = "asum axpy copy dot gemm gemv ger nrm2 scal swap symm symv syr syrk trmm trmv trsm trsv"
_COMPLEX = "axpy copy dotc dotu gemm gemv gerc geru hemm hemv herk scal swap symm syrk trmm trsm"
_ROUTINES = [p + r for p in "sd" for r in _REAL.split()] + [
    p + r for p in "cz" for r in _COMPLEX.split()
]


@cache
def linker_flags() -> str:
    """Flags with which a C++ source that calls Fortran BLAS names links this BLAS.

    The names are mapped to the prefixed ones by macros. The flags go to PyTensor as its
    ``blas__ldflags``, so that they reach BLAS nodes and no others.
    """
    folder, library = library_folder(), library_name()
    flags = [f"-L{folder}", f"-l{library}", f"-Wl,-rpath,{folder}"]
    flags += [f"-D{name}_=scipy_{name}_" for name in _ROUTINES]
    return shlex.join(flags)


def library_name() -> str:
    """The library, as a linker's -l has it."""
    return str(_wheel().get_library())


def library_folder() -> str:
    """The folder of the library."""
    return str(_wheel().get_lib_dir())


def symbol(routine: str) -> str:
    """The name under which the library has a Fortran BLAS routine."""
    return f"scipy_{routine}_"


def declarations() -> str:
    """C++ declarations of what native operations call, and a run path to the library."""
    lines = []
    for ctype, letter in (("float", "s"), ("double", "d")):
        c = f"const {ctype}*"
        i = "const int*"
        lines.append(
            f"void {symbol(letter + 'gemm')}(const char*, const char*, {i}, {i}, {i}, "
            f"{c}, {c}, {i}, {c}, {i}, {c}, {ctype}*, {i});"
        )
    lines.append("int scipy_openblas_get_num_threads();")
    return 'extern "C" {\n' + "\n".join(lines) + "\n}\n"


def version() -> str:
    """Version and build options of the BLAS, as it reports them."""
    return str(_wheel().get_openblas_config())


def load() -> None:
    """Load the library. It starts its threads then: as many as ``symopt.config.threads`` says."""
    _library()


def set_threads(count: int) -> None:
    """Let the BLAS use ``count`` threads, from the next call on."""
    _library().scipy_openblas_set_num_threads(ctypes.c_int(count))


def threads() -> int:
    """The number of threads that the BLAS uses."""
    return int(_library().scipy_openblas_get_num_threads())


@cache
def _library() -> ctypes.CDLL:
    (path,) = Path(library_folder()).glob(f"*{library_name()}.*")
    return ctypes.CDLL(str(path))


@cache
def _wheel() -> Any:
    """The wheel's module. Its import loads the library, which starts its threads there and then."""
    before = os.environ.get(_THREADS)
    with suppress(ConfigError):  # raised where a function is called, too
        os.environ[_THREADS] = str(config.threads)
    try:
        import scipy_openblas32
    finally:
        if before is not None:
            os.environ[_THREADS] = before
        else:
            os.environ.pop(_THREADS, None)
    return scipy_openblas32
