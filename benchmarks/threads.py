"""The same number of threads for every system, as far as each library lets itself be told."""

from __future__ import annotations

import os
import sys

_POOLS = (
    "OMP_NUM_THREADS",  # torch
    "MKL_NUM_THREADS",  # torch's BLAS
    "OPENBLAS_NUM_THREADS",  # the BLAS of NumPy, SciPy (PyTensor's Numba) and symopt
    "NUMBA_NUM_THREADS",
    "NPROC",  # XLA's CPU client sizes its pool by this undocumented variable
    "SYMOPT_THREADS",
)


def available_cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def limit_threads(count: int) -> None:
    """Set the environment variables that size thread pools; call before the libraries load.

    JAX is told to stay on the CPU, like everybody else, unless ``JAX_PLATFORMS`` says otherwise.
    """
    for variable in _POOLS:
        os.environ[variable] = str(count)
    os.environ.setdefault("JAX_PLATFORMS", "cpu")
    if count == 1:
        flags = (os.environ.get("XLA_FLAGS", ""), "--xla_cpu_multi_thread_eigen=false")
        os.environ["XLA_FLAGS"] = " ".join(flags).strip()


def set_threads(count: int) -> None:
    """Tell the libraries that take the number from a call; call after they are loaded."""
    if "symopt" in sys.modules:
        sys.modules["symopt.config"].config.threads = count
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(count)
