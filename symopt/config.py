"""Settings of symopt: which backend, how many threads, how the c backend compiles.

``symopt.config`` is the one instance. A setting is read from the environment whenever it is
used, unless it was set from Python; setting it to None goes back to the environment.
"""

from __future__ import annotations

import math
import os
from typing import SupportsFloat

from symopt.errors import ConfigError, UnknownBackendError

BACKENDS = ("c", "numba", "jax")
"""Names of the backends."""

DEFAULT_KEEP_BUDGET = 8.0

_ON, _OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


class Config:
    """The settings, as attributes.

    Attributes
    ----------
    backend : str or None
        Name of the backend that ``backend=None`` means, from ``SYMOPT_BACKEND``. None: jax where
        JAX sees a GPU, else c where there is a C++ compiler, else numba.
    threads : int
        Number of threads of the c backend, for its BLAS and for its own loops alike, from
        ``SYMOPT_THREADS``. Default: all processors this process may use. 1 is respected exactly:
        symopt then starts no thread but those that wait for a C++ compiler, which end when it
        does. (NumPy's own BLAS is another library. It starts its threads when NumPy is imported,
        as many as ``OPENBLAS_NUM_THREADS`` says, whatever symopt is told.)
    native : bool
        Whether the c backend compiles graphs to programs of its own, from ``SYMOPT_NATIVE`` (1 or
        0). Default on. Off: each node runs by PyTensor's C code, or in Python where it has none,
        for comparison and as a way out; only the operations of ``symopt.nnet``, which PyTensor has
        not, keep their C code. Read when a function is compiled.
    keep_budget : float
        How much memory the c backend may spend so that the gradient of a loop need not compute
        the loop's values again, as a multiple of what the loop keeps for its gradient anyway, from
        ``SYMOPT_KEEP``. At least 0, default 8.0; 0 keeps nothing more. Read when a function is
        compiled.
    """

    def __init__(self) -> None:
        self._backend: str | None = None
        self._threads: int | None = None
        self._native: bool | None = None
        self._keep_budget: float | None = None

    @property
    def backend(self) -> str | None:
        if self._backend is not None:
            return self._backend
        name = os.environ.get("SYMOPT_BACKEND", "").strip()
        return check_backend_name(name, "SYMOPT_BACKEND") if name else None

    @backend.setter
    def backend(self, name: str | None) -> None:
        self._backend = None if name is None else check_backend_name(name, "symopt.config.backend")

    @property
    def threads(self) -> int:
        if self._threads is not None:
            return self._threads
        text = os.environ.get("SYMOPT_THREADS", "").strip()
        if not text:
            return (
                len(os.sched_getaffinity(0))
                if hasattr(os, "sched_getaffinity")
                else (os.cpu_count() or 1)
            )
        if not text.isdigit():
            raise ConfigError(f"SYMOPT_THREADS={text!r}: expected an integer of at least 1.")
        return check_threads(int(text), "SYMOPT_THREADS")

    @threads.setter
    def threads(self, count: int | None) -> None:
        self._threads = None if count is None else check_threads(count, "symopt.config.threads")

    @property
    def native(self) -> bool:
        if self._native is not None:
            return self._native
        text = os.environ.get("SYMOPT_NATIVE", "").strip()
        if not text or text.lower() in _ON:
            return True
        if text.lower() in _OFF:
            return False
        raise ConfigError(f"SYMOPT_NATIVE={text!r}: expected 1 (on) or 0 (off).")

    @native.setter
    def native(self, on: bool | None) -> None:
        if on is not None and not isinstance(on, bool):
            raise ConfigError(f"symopt.config.native={on!r}: expected True, False or None.")
        self._native = on

    @property
    def keep_budget(self) -> float:
        if self._keep_budget is not None:
            return self._keep_budget
        text = os.environ.get("SYMOPT_KEEP", "").strip()
        return check_keep_budget(text, "SYMOPT_KEEP") if text else DEFAULT_KEEP_BUDGET

    @keep_budget.setter
    def keep_budget(self, times: float | None) -> None:
        if isinstance(times, bool | str):
            raise ConfigError(_keep_budget_message(times, "symopt.config.keep_budget"))
        self._keep_budget = (
            None if times is None else check_keep_budget(times, "symopt.config.keep_budget")
        )

    def __repr__(self) -> str:
        return (
            f"Config(backend={self.backend!r}, threads={self.threads}, native={self.native}, "
            f"keep_budget={self.keep_budget:g})"
        )


def check_backend_name(name: object, where: str) -> str:
    """Return ``name`` if it is a backend's, or raise saying where it came from."""
    if name not in BACKENDS:
        raise UnknownBackendError(
            f"{where}={name!r} names no backend; expected one of "
            f"{', '.join(map(repr, BACKENDS))}, or None for the best one here."
        )
    return str(name)


def check_threads(count: object, where: str) -> int:
    """Return ``count`` if it is an integer of at least 1, or raise saying where it came from."""
    if isinstance(count, bool) or not isinstance(count, int) or count < 1:
        raise ConfigError(f"{where}={count!r}: expected an integer of at least 1.")
    return count


def check_keep_budget(times: SupportsFloat | str, where: str) -> float:
    """Return ``times`` as a finite number of at least 0, or raise saying where it came from."""
    try:
        budget = float(times)
    except (TypeError, ValueError, OverflowError):
        budget = math.nan
    if not (math.isfinite(budget) and budget >= 0):
        raise ConfigError(_keep_budget_message(times, where))
    return budget


def _keep_budget_message(given: object, where: str) -> str:
    return f"{where}={given!r}: expected a number of at least 0, which multiplies memory."


config = Config()
