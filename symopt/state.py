"""Declaration of the state that rules and transforms keep between updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray
from pytensor.tensor.variable import TensorVariable

from symopt.errors import RuleError

Variables: TypeAlias = Mapping[str, TensorVariable]
"""Names (of parameters, or of slots) to symbolic variables."""

Initial = float | NDArray[np.generic] | Callable[[NDArray[np.generic]], object]


@dataclass(frozen=True)
class Slot:
    """One named array of state: one for each parameter, or one for the whole rule.

    Parameters
    ----------
    name
        How the rule reads it (``state[name]``) and how it is called in ``opt.state``:
        ``{param}/{rule}/{name}``, or ``{rule}/{name}`` for a global slot.
    initial
        Value before the first update: a number, which fills the array; an array of the
        slot's shape; or, for a slot per parameter, a function of the parameter's value.
    shape
        Shape of the array. None (default) is the parameter's own shape, and ``()`` for a
        global slot.
    dtype
        dtype of the array. None (default) is the parameter's own dtype, and float64 for a
        global slot.
    first
        A function ``first(param, grad, rate)`` of symbolic variables. During the first update
        the rule sees its result in place of the stored value. Slots per parameter only.
    """

    name: str
    initial: Initial = 0.0
    shape: tuple[int, ...] | None = None
    dtype: DTypeLike | None = None
    first: Callable[..., object] | None = None

    def __post_init__(self) -> None:
        if not self.name.isidentifier():
            raise RuleError(
                f"A slot's name has to be a Python identifier, and {self.name!r} is not one."
            )

    def value(self, param: NDArray[np.generic] | None) -> NDArray[np.generic]:
        """The slot's array before the first update; ``param`` is None for a global slot."""
        shape = self.shape
        if shape is None:
            shape = () if param is None else param.shape
        dtype = np.dtype(self.dtype or ("float64" if param is None else param.dtype))
        initial: Any = self.initial
        if callable(initial):
            if param is None:
                raise RuleError(
                    f"The global slot {self.name!r} has a function as its initial value, "
                    "which only a slot per parameter can have; give a number or an array."
                )
            initial = initial(param)
        if np.ndim(initial) == 0 and initial == 0:
            return np.zeros(shape, dtype)  # calloc: no memory is touched until it is used
        if np.ndim(initial) == 0:
            return np.full(shape, initial, dtype)
        array = np.array(initial, dtype)
        if array.shape != shape:
            raise RuleError(
                f"The initial value of the slot {self.name!r} has shape {array.shape}; "
                f"expected {shape}."
            )
        return array


STEP_COUNT = Slot("step", dtype="int64")
"""A global slot that counts updates. A rule that declares it advances it itself."""

STARTED = Slot("started", dtype="int8")
"""A global slot that is 1 after the first update; rules with a slot that has ``first`` get it."""


@dataclass(frozen=True)
class State:
    """Values of slots as symbolic variables: all that a rule or transform holds, or what moves.

    Attributes
    ----------
    parameters
        Parameter name -> slot name -> variable.
    shared
        Name of a global slot -> variable.
    """

    parameters: Mapping[str, Variables] = field(default_factory=dict)
    shared: Variables = field(default_factory=dict)
