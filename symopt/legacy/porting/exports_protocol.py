"""How a module asks for what other files of its tree pass on to it."""

from __future__ import annotations

from collections.abc import Callable

Exports = Callable[[str, int], dict[str, str] | None]
"""The names of Theano's in a module, by its name and the dots before it; None: not of the tree."""


def no_exports(module: str, level: int) -> None:
    """There are no other files."""
    return
