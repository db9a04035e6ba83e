"""Plain values in what a pickle gave: numbers, text, None, and lists and dicts of those."""

from __future__ import annotations

from typing import Any

import numpy as np

from symopt.datasets.pickles import Global, Stub
from symopt.legacy.checkpoints.graphs import is_graph, is_random

DEEPEST = 100
MOST_PARTS = 10_000_000
"""A pickle can hold one list in another many times, so that few bytes stand for a great deal."""


class Plain:
    """Converts values; one object for a file, since what is met twice is converted once."""

    def __init__(self) -> None:
        self._done: dict[int, tuple[Any, int] | None] = {}
        self._kept: list[Any] = []

    def convert(self, value: Any) -> tuple[Any] | None:
        """The value in Python's own types, as the one part of a tuple; None if it is not plain.

        numpy's numbers and dtypes become Python's and text, classes and functions their names,
        bytes text, keys text, and objects with plain attributes dicts of them.
        """
        made = self._convert(value, 0)
        return None if made is None else (made[0],)

    def _convert(self, value: Any, depth: int) -> tuple[Any, int] | None:
        """The value and how many parts it has, written out."""
        if isinstance(value, np.generic):
            return (value.item() if value.dtype.kind in "biufc" else str(value)), 1
        if value is None or isinstance(value, bool | int | float | complex | str):
            return value, 1
        if isinstance(value, bytes | bytearray):
            return bytes(value).decode("utf-8", "backslashreplace"), 1
        if isinstance(value, Global | np.dtype):
            return str(value), 1
        if isinstance(value, Stub):
            return self._object(value, depth)
        if not isinstance(value, dict | list | tuple | set | frozenset) or depth > DEEPEST:
            return None
        if id(value) not in self._done:
            self._done[id(value)] = None  # what holds itself is not plain
            self._kept.append(value)
            self._done[id(value)] = self._container(value, depth)
        return self._done[id(value)]

    def _object(self, stub: Stub, depth: int) -> tuple[Any, int] | None:
        """An object with plain attributes and nothing else, such as a Namespace, as a dict."""
        empty = not (stub.args or stub.kwargs or stub.items or stub.entries)
        if not (empty and stub.attributes) or is_graph(stub) or is_random(stub):
            return None
        if id(stub) not in self._done:
            self._done[id(stub)] = None
            self._kept.append(stub)
            self._done[id(stub)] = self._container(stub.attributes, depth)
        return self._done[id(stub)]

    def _container(self, value: Any, depth: int) -> tuple[Any, int] | None:
        total = 1
        parts = list(value.values()) if isinstance(value, dict) else list(value)
        made = []
        for part in parts:
            converted = self._convert(part, depth + 1)
            if converted is None:
                return None
            made.append(converted[0])
            total += converted[1]
            if total > MOST_PARTS:
                return None
        if not isinstance(value, dict):
            return (tuple(made) if isinstance(value, tuple) else made), total
        keys = [key_text(key) for key in value]
        if None in keys or len(set(keys)) < len(keys):
            return None
        return dict(zip(keys, made, strict=True)), total


def key_text(key: Any) -> str | None:
    """The text for a key of a dict: itself, or the number; None if it is anything else."""
    if isinstance(key, str):
        return key
    if isinstance(key, bytes):
        return key.decode("utf-8", "backslashreplace")
    if isinstance(key, Global):
        return str(key)
    if key is None or isinstance(key, bool | int | float | np.generic):
        try:
            return str(key)
        except ValueError:  # an integer of too many digits
            return None
    return None
