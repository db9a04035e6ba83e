"""Settings of symopt: which backend, how many threads.

``symopt.config`` is the one instance. A setting is read from the environment whenever it is
used, unless it was set from Python; setting it to None goes back to the environment.
"""

from __future__ import annotations

import os

from symopt.errors import ConfigError, UnknownBackendError

BACKENDS = ("c", "numba")
"""Names of the backends, in order of preference."""


class Config:
    """The settings, as attributes.

    Attributes
    ----------
    backend : str or None
        Name of the backend that ``backend=None`` means, from ``SYMOPT_BACKEND``. None: c where
        there is a C++ compiler, else numba.
    threads : int
        Number of threads of the BLAS that the c backend calls, from ``SYMOPT_THREADS``.
        Default: all processors this process may use. 1 is respected exactly.
    """

    def __init__(self) -> None:
        self._backend: str | None = None
        self._threads: int | None = None

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

    def __repr__(self) -> str:
        return f"Config(backend={self.backend!r}, threads={self.threads})"


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


config = Config()
