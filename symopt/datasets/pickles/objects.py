"""What stands for the classes and functions that a pickle names, and for what it makes of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

LARGEST_KEY = 1000
"""Parts of a tuple that is a key; one that holds itself many times would take years to hash."""


class PickleError(ValueError):
    """The bytes are no pickle, or a damaged one."""


class RefusedError(ValueError):
    """The pickle asks for something that is not given; the text says for what."""


@dataclass(frozen=True)
class Global:
    """A class or function that a pickle names; it is never imported."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}" if self.module else self.name


@dataclass(eq=False, repr=False)
class Stub:
    """What a pickle made of a class or function: a record of what it asked for.

    Attributes
    ----------
    made_by
        What was called or instantiated.
    args, kwargs
        With what.
    state
        What the object was to restore itself from, None if nothing: mostly a dict of attributes.
    items
        What was appended (of a subclass of list) or added (of set).
    entries
        Pairs of keys and values that were set (of a subclass of dict).
    """

    made_by: Global | Stub
    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)
    state: Any = None
    items: list[Any] = field(default_factory=list)
    entries: list[tuple[Any, Any]] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<{self.class_name} of a pickle>"

    @property
    def class_name(self) -> str:
        """Name of what it was made by, with its module."""
        made_by: Global | Stub = self.made_by
        for _ in range(LARGEST_KEY):
            if isinstance(made_by, Global):
                return str(made_by)
            made_by = made_by.made_by
        return "?"

    @property
    def attributes(self) -> dict[str, Any]:
        """The attributes that ``state`` sets, also where it is a pair of dicts (slots)."""
        parts = self.state if isinstance(self.state, tuple) else (self.state,)
        found: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, dict):
                found.update((key, value) for key, value in part.items() if isinstance(key, str))
        return found


KEYS = (str, int, float, complex, bytes, type(None), np.number, np.bool_, Global, Stub)
"""What is hashed at once."""


def check_key(key: Any) -> None:
    """Make sure that a key can be hashed, and soon.

    Raises
    ------
    PickleError
        It is a list, an array, or a tuple of too many parts.
    """
    if isinstance(key, KEYS):
        return
    waiting = [key]
    for _ in range(LARGEST_KEY):
        if not waiting:
            return
        part = waiting.pop()
        if isinstance(part, tuple | frozenset):
            waiting.extend(part)
        elif not isinstance(part, KEYS):
            raise PickleError(f"a key of the type {type(part).__name__}")
    raise PickleError(f"a key of more than {LARGEST_KEY} parts")
