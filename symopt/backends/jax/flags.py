"""JAX's global flags stay as the user left them.

PyTensor's graphs say the dtype of every value, 64-bit ones among them, so they are traced and run
with 64-bit types and full precision switched on for this thread, for as long as that takes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from typing import Any

import jax


@contextmanager
def wide() -> Iterator[None]:
    """64-bit types, and products of float32 that are no less exact than float32."""
    with _enable_x64(True), jax.default_matmul_precision("highest"):
        yield


def _find_enable_x64() -> Callable[[bool], Any]:
    if hasattr(jax, "enable_x64"):
        return jax.enable_x64
    return import_module("jax.experimental").enable_x64  # before JAX 0.8


_enable_x64 = _find_enable_x64()


@cache
def pytensor_forms() -> Any:
    """PyTensor's ``jax_funcify``, with symopt's operations registered.

    Importing it sets ``jax_enable_x64`` by PyTensor's floatX; that is undone.
    """
    before = jax.config.read("jax_enable_x64")
    try:
        from pytensor.link.jax.dispatch import jax_funcify

        import symopt.backends.jax.nnet  # noqa: F401  # registers its operations
    finally:
        jax.config.update("jax_enable_x64", before)
    return jax_funcify
