"""Finding the arrays and values in what a pickle gave, each with a name that says where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from symopt.datasets.pickles import Global, Stub
from symopt.legacy.checkpoints.theano_objects import shared_value

LONGEST_KEY = 80
PLAIN = (bool, int, float, complex, str, bytes, type(None), np.generic, np.dtype, Global)


@dataclass(frozen=True)
class Leaf:
    """An array or a value, and where it was found.

    Attributes
    ----------
    path
        Keys after ``/``, places in ``[]``, attributes after ``.``: ``params/W``, ``[3].name``.
    value
        A numpy array; or a number, text, None, a dtype, a name, or a list or tuple of those.
    variable
        The name of the shared variable whose value it is; "" if it has none or it is no value of
        one.
    """

    path: str
    value: Any
    variable: str = ""


def leaves(root: Any) -> Iterator[Leaf]:
    """Every array and value in ``root``, in its order; an object met twice comes once."""
    met: set[int] = set()
    waiting: list[Leaf] = [Leaf("", root)]
    while waiting:
        leaf = waiting.pop()
        if _is_leaf(leaf.value):
            yield leaf
        elif id(leaf.value) not in met:
            met.add(id(leaf.value))
            waiting.extend(reversed(list(_parts(leaf))))


def _is_leaf(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return value.dtype.kind != "O"
    if isinstance(value, list | tuple | set | frozenset):
        return all(isinstance(part, PLAIN) for part in value)
    return isinstance(value, PLAIN) or value == {}


def _parts(leaf: Leaf) -> Iterator[Leaf]:
    path, value = leaf.path, leaf.value
    if isinstance(value, dict):
        for key, part in value.items():
            yield Leaf(_under(path, key), part)
    elif isinstance(value, np.ndarray):
        if value.ndim == 0:
            yield Leaf(path, value[()])
        else:
            for i, part in enumerate(value.ravel()):
                yield Leaf(f"{path}[{i}]", part)
    elif isinstance(value, Stub):
        yield from _parts_of_stub(path, value)
    else:
        for i, part in enumerate(value):
            yield Leaf(f"{path}[{i}]", part)


def _parts_of_stub(path: str, stub: Stub) -> Iterator[Leaf]:
    shared = shared_value(stub)
    if shared is not None:
        name = stub.attributes.get("name")
        yield Leaf(path, shared, name if isinstance(name, str) else "")
        return
    for i, part in enumerate(stub.args):
        yield Leaf(f"{path}.args[{i}]", part)
    for key, part in stub.kwargs.items():
        yield Leaf(f"{path}.{key}", part)
    attributes = stub.attributes
    for key, part in attributes.items():
        yield Leaf(f"{path}.{key}", part)
    if stub.state is not None and not attributes:
        yield Leaf(f"{path}.state", stub.state)
    for i, part in enumerate(stub.items):
        yield Leaf(f"{path}[{i}]", part)
    for key, part in stub.entries:
        yield Leaf(_under(path, key), part)


def _under(path: str, key: Any) -> str:
    if isinstance(key, str):
        return f"{path}/{key}" if path else key
    try:
        text = repr(key)
    except ValueError:  # an integer of too many digits
        text = "a very long integer"
    shown = text if len(text) <= LONGEST_KEY else f"{text[:LONGEST_KEY]}..."
    return f"{path}[{shown}]"
