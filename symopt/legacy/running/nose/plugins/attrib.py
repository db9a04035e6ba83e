"""``attr``: attributes of a test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def attr(*names: str, **values: Any) -> Callable[[Any], Any]:
    """Set attributes on a test; those without a value are True."""

    def decorate(test: Any) -> Any:
        for name in names:
            setattr(test, name, True)
        for name, value in values.items():
            setattr(test, name, value)
        return test

    return decorate
