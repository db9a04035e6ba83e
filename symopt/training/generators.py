"""What is part of a run's state beside the compiled functions: generators, and whatever has state.

Each is seen as an object with ``state_dict()`` and ``load_state_dict(state)``.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any, Protocol, runtime_checkable

import numpy as np

from symopt.errors import TrainingError


@runtime_checkable
class Stateful(Protocol):
    """Anything that gives its state and takes it back."""

    def state_dict(self) -> Any:
        """The state: numbers, strings, arrays, and lists and dicts of those."""

    def load_state_dict(self, state: Any, /) -> Any:
        """Take the state back."""


class _NumPyGenerator:
    def __init__(self, generator: np.random.Generator) -> None:
        self.generator = generator

    def state_dict(self) -> Any:
        return self.generator.bit_generator.state

    def load_state_dict(self, state: Any) -> None:
        self.generator.bit_generator.state = state


class _NumPyRandomState:
    def __init__(self, generator: np.random.RandomState) -> None:
        self.generator = generator

    def state_dict(self) -> Any:
        return self.generator.get_state(legacy=False)

    def load_state_dict(self, state: Any) -> None:
        self.generator.set_state(state)


class _PythonRandom:
    def __init__(self, generator: random.Random) -> None:
        self.generator = generator

    def state_dict(self) -> Any:
        version, internal, following = self.generator.getstate()
        return [version, list(internal), following]

    def load_state_dict(self, state: Any) -> None:
        version, internal, following = state
        self.generator.setstate((version, tuple(internal), following))


def stateful(name: str, value: object) -> Stateful:
    """A generator, or anything with state, by one interface.

    Raises
    ------
    TrainingError
        It has none that symopt knows.
    """
    if isinstance(value, np.random.Generator):
        return _NumPyGenerator(value)
    if isinstance(value, np.random.RandomState):
        return _NumPyRandomState(value)
    if isinstance(value, random.Random):
        return _PythonRandom(value)
    if isinstance(value, Stateful):
        return value
    raise TrainingError(
        f"state[{name!r}] is a {type(value).__name__}; expected a generator of NumPy or Python, or "
        "an object with state_dict() and load_state_dict(state), such as MRG_RandomStreams."
    )


def stateful_by_name(state: Mapping[str, object]) -> dict[str, Stateful]:
    """:func:`stateful` of every entry."""
    return {name: stateful(name, value) for name, value in state.items()}
