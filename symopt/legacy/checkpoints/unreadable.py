"""What every reader of this package raises over a file of which nothing can be read."""

from __future__ import annotations


class UnreadableError(ValueError):
    """Nothing in the file, or in this part of it, can be read; the text says why."""


def why(error: Exception) -> str:
    """What an exception says, or its name if it says nothing."""
    return f"{error}" if str(error) else type(error).__name__
