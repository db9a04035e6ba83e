"""The keywords that all factories share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypedDict

from symopt.backends import Backend
from symopt.transforms import Transform


class Options(TypedDict, total=False):
    """The keywords that all factories share; see :func:`symopt.compile_optimizer`."""

    transforms: Sequence[Transform]
    extra_updates: Any
    backend: str | Backend | None
    name: str | None
    profile: Any
