"""Putting arrays and dtypes in the places of what stood for them while a pickle was read."""

from __future__ import annotations

from typing import Any

import numpy as np

from symopt.datasets.pickles.calls import Call
from symopt.datasets.pickles.numpy_objects import Array, Dtype
from symopt.datasets.pickles.objects import PickleError, Stub

COMPOUND = frozenset({tuple, list, dict, set, frozenset, np.ndarray, Array, Dtype, Call, Stub})
"""Types of what is, or may hold, something to be put in place."""


def resolved(root: Any) -> Any:
    """``root`` with arrays, dtypes and globals in place; an object met twice stays one object.

    Lists, dicts and stubs are changed in place and may hold themselves; tuples are made anew.
    """
    if type(root) not in COMPOUND:
        return root
    done: dict[int, Any] = {}
    containers: list[Any] = []
    waiting: list[tuple[Any, bool]] = [(root, False)]
    while waiting:
        value, parts_done = waiting.pop()
        if id(value) in done:
            continue
        if isinstance(value, tuple):
            if parts_done:
                done[id(value)] = _rebuilt(value, done)
            else:
                waiting.append((value, True))
                waiting.extend((part, False) for part in value if type(part) in COMPOUND)
        elif isinstance(value, Array | Dtype):
            if value.value is None:
                raise PickleError("an array without content")
            done[id(value)] = value.value
            if isinstance(value, Array):
                waiting.append((value.value, False))
        elif isinstance(value, Call):
            done[id(value)] = value.name
        else:
            done[id(value)] = value
            parts = [part for part in _parts(value) if type(part) in COMPOUND]
            if parts:
                containers.append(value)
                waiting.extend((part, False) for part in parts)
    for container in containers:
        _fill(container, done)
    return done[id(root)]


def _rebuilt(value: tuple[Any, ...], done: dict[int, Any]) -> tuple[Any, ...]:
    parts = [done.get(id(part), part) for part in value]
    same = all(new is old for new, old in zip(parts, value, strict=True))
    return value if same else tuple(parts)


def _parts(value: Any) -> list[Any]:
    """What a container holds; keys and what is in sets may hold more, and stay."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [*value.values(), *value]
    if isinstance(value, set | frozenset):
        return list(value)
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        return list(value.ravel(order="K"))
    if isinstance(value, Stub):
        return [value.made_by, value.args, value.kwargs, value.state, value.items, *value.entries]
    return []


def _fill(container: Any, done: dict[int, Any]) -> None:
    if isinstance(container, list):
        container[:] = [done.get(id(part), part) for part in container]
    elif isinstance(container, dict):
        for key, part in container.items():
            container[key] = done.get(id(part), part)
    elif isinstance(container, np.ndarray):
        flat = container.ravel(order="K")  # a view; of one dimension, where a list is one object
        for i, part in enumerate(flat):
            flat[i] = done.get(id(part), part)
    elif isinstance(container, Stub):
        container.args = done.get(id(container.args), container.args)
        container.state = done.get(id(container.state), container.state)
        container.entries = [done.get(id(pair), pair) for pair in container.entries]
