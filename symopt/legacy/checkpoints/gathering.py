"""Sorting what a file holds into arrays by name and plain values by name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.datasets.pickles import Global, Stub
from symopt.legacy.checkpoints.graphs import (
    function_values,
    is_container,
    is_function,
    is_graph,
    is_random,
    mark_random,
    shared_in_graph,
)
from symopt.legacy.checkpoints.plain import Plain, key_text
from symopt.legacy.checkpoints.theano_objects import container_value, shared_value

LONGEST_PATH = 1000
ATTRIBUTE = re.compile(r"(?:\A|\.)\w+\Z")
UNNAMED = "arr_"
"""What numpy calls the arrays that it is given without a name."""


@dataclass
class Gathered:
    """Arrays and plain values by name, and what could be neither.

    Attributes
    ----------
    arrays
        Names to arrays, in the order in which they were found.
    values
        Names to numbers, text, None, and lists and dicts of those.
    faults
        What could not be read, and why.
    left_out
        What is no array and no plain value: the states of random generators.
    """

    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def gather(root: Any, entries: Mapping[str, Any] | None = None) -> Gathered:
    """Find every array in ``root``: in dicts, lists, attributes, shared variables and functions.

    An array is called by the way to it: keys after ``/``, attributes after ``.``, places in
    ``[]``; ``arr_0``, ``arr_1``... stand for places at the top. A shared variable in a list is
    called by its own name, if no other has that. One that is met again is left out, and the
    constants of a graph are.

    Parameters
    ----------
    root
        What the file holds.
    entries
        Of an archive, what its entries are; where a pickle in it refers to the arrays among them,
        they are not found again.
    """
    return _Gathering(entries or {}).run(root)


class _Found:
    """An array and where it was found; ``variable`` is the name of the shared variable."""

    __slots__ = ("array", "path", "variable")

    def __init__(self, path: str, array: NDArray[Any], variable: str) -> None:
        self.path, self.array, self.variable = path, array, variable


class _Gathering:
    def __init__(self, entries: Mapping[str, Any]) -> None:
        named = [(name, v) for name, v in entries.items() if isinstance(v, np.ndarray)]
        self.stored = {id(array): name for name, array in reversed(named)}
        self.plain = Plain()
        self.found: list[_Found] = []
        self.gathered = Gathered()
        self.met: set[int] = set()
        self.shared: dict[int, _Found] = {}
        self.graphs: list[tuple[str, Any]] = []
        self.of_theano = False
        self.kept: list[Any] = []  # what was made here stays alive, so that ids stay true

    def run(self, root: Any) -> Gathered:
        waiting: list[tuple[str, Any]] = [("", root)]
        while waiting:
            path, value = waiting.pop()
            if len(path) > LONGEST_PATH:
                self._leave(f"{path[:80]}...", "nested too deep")
                continue
            waiting.extend(reversed(self._visit(path, value)))
        for path, graph in self.graphs:
            for i, (shared, array) in enumerate(shared_in_graph(graph, self.met)):
                name = shared.attributes.get("name")
                known = name if isinstance(name, str) and name else ""
                self._array(f"{path}.shared[{i}]" if path else f"[{i}]", array, known)
        self._name_arrays()
        if self.of_theano and not self.found and not self.gathered.values:
            self._leave("", "a graph of Theano's without shared variables")
        return self.gathered

    def _leave(self, path: str, reason: str) -> None:
        self.gathered.faults.append(f"{path}: {reason}" if path else reason)

    def _visit(self, path: str, value: Any) -> list[tuple[str, Any]]:
        """Take what ``value`` is, or give what it is made of."""
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            self._array(path, value, "")
            return []
        converted = self.plain.convert(value)
        if converted is not None:
            self.gathered.values[path] = converted[0]
            return []
        if id(value) in self.met:
            self._met_again(path, value)
            return []
        self.met.add(id(value))
        if isinstance(value, Stub):
            return self._visit_stub(path, value)
        if isinstance(value, dict):
            self._keys(path, value)
            return [(_under(path, key), part) for key, part in value.items()]
        if isinstance(value, np.ndarray):
            parts = [value[()]] if value.ndim == 0 else list(value.ravel())
            self.kept.append(parts)
            return [(path, parts[0])] if value.ndim == 0 else _numbered(path, parts)
        if isinstance(value, list | tuple | set | frozenset):
            return _numbered(path, list(value))
        self._leave(path, f"a {type(value).__name__}, which is neither an array nor plain")
        return []

    def _visit_stub(self, path: str, stub: Stub) -> list[tuple[str, Any]]:
        shared = container_value(stub) if is_container(stub) else shared_value(stub)
        if shared is not None:
            name = stub.attributes.get("name")
            self._shared(path, shared, name if isinstance(name, str) else "")
            if self.found and self.found[-1].path == path:
                self.shared[id(stub)] = self.found[-1]
            return []
        self.of_theano |= is_graph(stub)
        if is_function(stub):
            for name, array in function_values(stub, self.met):
                self._array(f"{path}/{name}" if path else name, array, "")
            return []
        if is_random(stub):
            self.gathered.left_out.append(f"{path}: the state of a random generator".lstrip(": "))
            mark_random(stub, self.met)
            return []
        if is_graph(stub):
            self.graphs.append((path, stub))
            return []
        return self._parts(path, stub)

    def _shared(self, path: str, value: Any, name: str) -> None:
        if isinstance(value, np.ndarray) and not value.dtype.hasobject:
            if id(value) not in self.met:
                self.met.add(id(value))
                self._array(path, value, name)
        elif isinstance(value, int | float | complex | np.generic):
            self._array(path, np.asarray(value), name)
        elif isinstance(value, Stub) and is_random(value):
            self.gathered.left_out.append(f"{path}: the state of a random generator".lstrip(": "))
        else:
            self._leave(path, f"a shared variable of a {_kind(value)}")

    def _parts(self, path: str, stub: Stub) -> list[tuple[str, Any]]:
        dot = f"{path}." if path else ""
        parts = [(f"{dot}args[{i}]", part) for i, part in enumerate(stub.args)]
        parts += [(f"{dot}{key}", part) for key, part in stub.kwargs.items()]
        attributes = stub.attributes
        parts += [(f"{dot}{key}", part) for key, part in attributes.items()]
        if stub.state is not None and not attributes:
            parts.append((f"{dot}state", stub.state))
        parts += _numbered(path, stub.items)
        self._keys(path, [key for key, _ in stub.entries])
        parts += [(_under(path, key), part) for key, part in stub.entries]
        return parts

    def _keys(self, path: str, keys: Iterable[Any]) -> None:
        """Shared variables may be keys, of the updates that Lasagne makes."""
        self.graphs += [(path, key) for key in keys if isinstance(key, Stub)]

    def _met_again(self, path: str, value: Any) -> None:
        """An attribute says more about a shared variable than its place in a list."""
        found = self.shared.get(id(value))
        if found is not None and found.path.endswith("]") and not path.endswith("]"):
            found.path = path

    def _array(self, path: str, array: NDArray[Any], variable: str) -> None:
        if self.stored.get(id(array), path) != path:
            return
        self.found.append(_Found(path, array, variable))

    def _name_arrays(self) -> None:
        """Names by the ways to the arrays, or those that the shared variables have themselves."""
        once = Counter(_own_name(found) for found in self.found)
        elsewhere = {id(f.array) for f in self.found if ATTRIBUTE.search(f.path)}
        for found in self.found:
            own = _own_name(found)
            if found.path.endswith("]") and not own and id(found.array) in elsewhere:
                continue  # a list of what is an attribute, too
            name = own if own and once[own] == 1 else _top(found.path)
            self.gathered.arrays[_free(name, self.gathered.arrays)] = found.array
        values = self.gathered.values
        self.gathered.values = {_top(path): value for path, value in values.items()}


def _own_name(found: _Found) -> str:
    """The name of a shared variable in a list, with the way to that list; "" if it has none."""
    if not found.variable or not (found.path.endswith("]") or not found.path):
        return ""
    list_path = found.path.rpartition("[")[0].removesuffix(".shared")
    return f"{list_path}/{found.variable}" if list_path else found.variable


def _top(path: str) -> str:
    """The name for a path: ``arr_0`` for a place at the top, and for all of it."""
    if path.startswith("["):
        place, bracket, rest = path[1:].partition("]")
        return f"{UNNAMED}{place}{rest}" if bracket and place.isdigit() else path
    return path or f"{UNNAMED}0"


def _free(name: str, taken: dict[str, Any]) -> str:
    number = 2
    free = name
    while free in taken:
        free, number = f"{name}_{number}", number + 1
    return free


def _numbered(path: str, parts: list[Any]) -> list[tuple[str, Any]]:
    return [(f"{path}[{i}]", part) for i, part in enumerate(parts)]


def _under(path: str, key: Any) -> str:
    if isinstance(key, Stub):
        name = key.attributes.get("name")
        key = name if isinstance(name, str) and name else key
    text = key_text(key)
    if text is not None:
        return f"{path}/{text}" if path else text
    return f"{path}[{str(key)[:80]}]"


def _kind(value: Any) -> str:
    if isinstance(value, Stub | Global):
        return value.class_name if isinstance(value, Stub) else str(value)
    return type(value).__name__
