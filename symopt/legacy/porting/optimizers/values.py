"""What the expressions of a hand-written optimizer stand for, while it is read."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Param:
    """An argument of the function."""

    name: str


@dataclass(frozen=True)
class Path:
    """A name out of a module."""

    path: str


@dataclass(frozen=True)
class Opaque:
    """Something that does not matter for the updates: a name, a flag, text."""


@dataclass(frozen=True)
class Each:
    """A list with one entry for each parameter."""

    entry: Any


@dataclass(frozen=True)
class Keyed:
    """One entry for each key of an argument that is a dict."""

    of: str
    entry: Any


@dataclass
class Listed:
    """A list, or a dict of updates, put together from entries."""

    parts: list[Any] = field(default_factory=list)


@dataclass(frozen=True)
class Key:
    """A key of an argument that is a dict, in a loop over it."""

    of: str


@dataclass(frozen=True)
class Entry:
    """``argument[key]``."""

    of: str
    key_of: str


@dataclass(frozen=True)
class Compiled:
    """A ``theano.function``: its inputs, outputs and updates."""

    inputs: Any
    outputs: Any
    updates: tuple[Any, ...]


@dataclass(frozen=True)
class State:
    """A shared variable that the optimizer makes: its atom, and whether each parameter has one."""

    name: str
    each: bool


@dataclass(frozen=True)
class Local:
    """A function of the module or within the optimizer, and the names it sees."""

    node: ast.FunctionDef
    env: Mapping[str, Any]


@dataclass
class ReadOptimizer:
    """What a function was found to do.

    Attributes
    ----------
    arguments
        Names of its arguments, and the defaults of those that have a number for one.
    params, grads
        The arguments that hold the parameters and their gradients.
    states
        The variables it makes, all zero at first.
    functions
        What it returns, in order.
    """

    arguments: dict[str, float | None]
    params: str
    grads: str
    states: dict[str, State]
    functions: tuple[Compiled, ...]
