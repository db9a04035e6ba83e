"""Choosing a backend by name, by setting, or by what the machine has."""

from __future__ import annotations

import warnings
from functools import cache

from symopt.backends.backend import Backend
from symopt.backends.c.backend import CBackend
from symopt.backends.jax.backend import JaxBackend
from symopt.backends.numba.backend import NumbaBackend
from symopt.config import check_backend_name, config


@cache
def all_backends() -> dict[str, Backend]:
    """Every backend by name, in order of preference, whether it works here or not."""
    return {backend.name: backend for backend in (CBackend(), NumbaBackend(), JaxBackend())}


def choose_backend(backend: str | Backend | None = None) -> Backend:
    """The backend of a name, or the best one here.

    Parameters
    ----------
    backend
        A name, a backend itself, or None: what ``symopt.config.backend`` says, else jax where JAX
        sees a GPU, else c where there is a C++ compiler, else numba (with a warning that says how
        to get c).

    Raises
    ------
    UnknownBackendError
        No backend is called that.
    BackendUnavailableError
        The backend named cannot work here.
    """
    if isinstance(backend, Backend):
        return backend
    name = config.backend if backend is None else check_backend_name(backend, "backend")
    if name is not None:
        chosen = all_backends()[name]
        chosen.require()
        return chosen
    if JaxBackend.sees_gpu():
        return all_backends()["jax"]
    for candidate in all_backends().values():
        diagnosis = candidate.diagnose()
        if diagnosis.works:
            return candidate
        warnings.warn(
            f"symopt: the {candidate.name} backend cannot work here: {diagnosis.found}. "
            f"{diagnosis.remedy} Going on with the next one.",
            stacklevel=3,
        )
    raise AssertionError("numba works everywhere")
