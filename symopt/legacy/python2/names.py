"""The names by which translated code reaches its support, among the builtins of its module."""

from __future__ import annotations

PREFIX = "__python2_"


def support(name: str) -> str:
    """The name in translated code; no class mangles it, and no one would write it by hand."""
    return f"{PREFIX}{name}__"
