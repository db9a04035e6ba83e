"""Calls that nobody waited for: their errors are raised when somebody reads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

MOST = 1000
"""Calls that may go by before their errors are looked for."""


class Pending:
    """Checks that wait for the next read."""

    def __init__(self) -> None:
        self._flags: list[tuple[Any, list[Callable[[], Exception]]]] = []
        self._checks: dict[Any, Callable[[], None]] = {}

    def add_flags(self, flags: Any, errors: list[Callable[[], Exception]]) -> None:
        """Remember flags that the device has yet to compute, and what they mean."""
        self._flags.append((flags, errors))
        if len(self._flags) > MOST:
            self.settle()

    def add_check(self, key: Any, check: Callable[[], None]) -> None:
        """Remember a check of the state; one for each key."""
        self._checks[key] = check

    def settle(self) -> None:
        """Raise the first error there is. The rest is forgotten then."""
        flags, self._flags = self._flags, []
        checks, self._checks = self._checks, {}
        for holding, errors in flags:
            raise_first(holding, errors)
        for check in checks.values():
            check()


def raise_first(flags: Any, errors: list[Callable[[], Exception]]) -> None:
    """Raise the error of the first flag that is not true."""
    for holds, error in zip(np.asarray(flags), errors, strict=True):
        if not holds:
            raise error()


class DeviceValue:
    """A result that may not be there yet. Reading it waits for it, and raises what went wrong.

    ``float(value)``, ``numpy.asarray(value)`` and ``value.item()`` read it; ``value.array`` is
    JAX's array, which nobody has waited for.
    """

    stays_on_device = True

    def __init__(self, array: Any, pending: Pending) -> None:
        self.array = array
        self._pending = pending

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.array.shape)

    @property
    def dtype(self) -> Any:
        return self.array.dtype

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> Any:
        self._pending.settle()
        return np.array(self.array, dtype=dtype)

    def __float__(self) -> float:
        return float(np.asarray(self))

    def item(self) -> Any:
        """The only element, as a Python number."""
        return np.asarray(self).item()

    def __repr__(self) -> str:
        return f"<DeviceValue {self.dtype}{list(self.shape)}>"
