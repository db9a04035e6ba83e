"""Theano's graphs and compiled functions in pickles: only values of shared variables matter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.datasets.pickles import Stub
from symopt.legacy.checkpoints.theano_objects import shared_value

OF_THEANO = re.compile(r"(?:symopt\.legacy\.theano|theano|aesara|pytensor)\.")
FUNCTION = re.compile(OF_THEANO.pattern + r".*_constructor_Function")
RANDOM = re.compile(
    r"numpy\.random\.|mtrand\.|symopt\.random\.|" + OF_THEANO.pattern + r".*RandomStreams"
)


def is_function(stub: Stub) -> bool:
    """Whether it is a compiled function."""
    return FUNCTION.fullmatch(stub.class_name) is not None


def is_graph(stub: Stub) -> bool:
    """Whether it is something of Theano's: a variable, an op, a type, a mode."""
    return OF_THEANO.match(stub.class_name) is not None


def is_container(stub: Stub) -> bool:
    """Whether it is what holds the value of a function's input or of a shared variable."""
    return is_graph(stub) and stub.class_name.endswith(".Container")


def is_random(stub: Stub) -> bool:
    """Whether it is a random generator of numpy's, or random streams of Theano's."""
    return RANDOM.match(stub.class_name) is not None


def mark_random(stub: Stub, met: set[int]) -> None:
    """Add the shared variables of random streams to ``met``: they are no parameters."""
    for _ in shared_in_graph(stub, met):
        pass


def function_values(stub: Stub, met: set[int]) -> Iterator[tuple[str, NDArray[Any]]]:
    """Names and values in the containers of a compiled function: shared variables and defaults.

    Parameters
    ----------
    stub
        A call of Theano's constructor: the function's maker, what its inputs hold, and their data.
    met
        ids of what was found before; what is found here is added.
    """
    maker, data = stub.args[0] if stub.args else None, stub.args[2] if len(stub.args) > 2 else ()
    inputs = _inputs(maker)
    for i, value in enumerate(data if isinstance(data, list | tuple) else ()):
        if not isinstance(value, np.ndarray) or value.dtype.hasobject or id(value) in met:
            continue
        met.add(id(value))
        given = inputs[i] if i < len(inputs) else None
        variable = given.attributes.get("variable") if isinstance(given, Stub) else None
        if isinstance(variable, Stub) and _is_mrg(variable, value):
            continue
        yield _name(given) or f"input_{i}", value
    for shared, value in shared_in_graph(stub, met):
        name = shared.attributes.get("name")
        yield (name if isinstance(name, str) and name else "unnamed"), value


def _inputs(maker: Any) -> list[Any]:
    """The inputs that a function was made with, from its maker's constructor or attributes."""
    if not isinstance(maker, Stub):
        return []
    for said in (*maker.args, maker.attributes):
        inputs = said.get("inputs") if isinstance(said, dict) else None
        if isinstance(inputs, list):
            return inputs
    return []


def _name(given: Any) -> str:
    """The name of an input, or of its variable."""
    if not isinstance(given, Stub):
        return ""
    variable = given.attributes.get("variable")
    for holder in (variable, given):
        name = holder.attributes.get("name") if isinstance(holder, Stub) else None
        if isinstance(name, str) and name:
            return name
    return ""


def _is_mrg(shared: Stub, value: Any) -> bool:
    """Whether it is the state of MRG streams: rows of six integers, without a name of one's own."""
    name = shared.attributes.get("name")
    return (
        isinstance(value, np.ndarray)
        and value.dtype == np.int32
        and value.ndim == 2
        and value.shape[1] == 6
        and (not isinstance(name, str) or not name or name.startswith("mrg"))
    )


def shared_in_graph(root: Any, met: set[int]) -> Iterator[tuple[Stub, NDArray[Any]]]:
    """Shared variables, and their values, that a graph leads to and that are not in ``met``."""
    visited: set[int] = set()
    waiting = [root]
    while waiting:
        part = waiting.pop()
        if id(part) in visited or isinstance(part, np.ndarray):
            continue
        visited.add(id(part))
        if isinstance(part, Stub):
            value = shared_value(part)
            if value is not None:
                new = id(part) not in met and id(value) not in met and not _is_mrg(part, value)
                met.update((id(part), id(value)))
                if new and isinstance(value, np.ndarray) and not value.dtype.hasobject:
                    yield part, value
                continue
            inside = [part.args, part.kwargs, part.state, part.items, part.entries]
        elif isinstance(part, dict):
            inside = [*part.values(), *part]
        elif isinstance(part, list | tuple | set | frozenset):
            inside = list(part)
        else:
            continue
        waiting.extend(reversed(inside))
