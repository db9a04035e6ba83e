"""Declaration of the state that rules and transforms keep between updates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import DTypeLike, NDArray
from pytensor.tensor.variable import TensorVariable

from symopt.cache_lines import zeros_beside
from symopt.errors import RuleError

Variables: TypeAlias = Mapping[str, TensorVariable]
"""Names (of parameters, or of slots) to symbolic variables."""

Initial = float | NDArray[np.generic] | Callable[[Any], object]


@dataclass(frozen=True)
class Slot:
    """One named array of state: one for each parameter, or one for the whole rule.

    Parameters
    ----------
    name
        How the rule reads it (``state[name]``) and how it is called in ``opt.state``:
        ``{param}/{rule}/{name}``, or ``{rule}/{name}`` for a global slot.
    initial
        Value before the first update: a number, which fills the array; an array; or a function
        that gives one of these, of the parameter's value, or for a global slot of all
        parameters' values by name.
    shape
        Shape of the array. None (default) is the shape of the array that ``initial`` gives; where
        that is a number, the parameter's own shape, and ``()`` for a global slot.
    dtype
        dtype of the array. None (default) is the parameter's own dtype; for a global slot that of
        the array that ``initial`` gives, or float64.
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

    def value(self, param: NDArray[np.generic]) -> NDArray[np.generic]:
        """The array of a slot of this parameter before the first update."""
        initial: Any = self.initial(param) if callable(self.initial) else self.initial
        return self._array(initial, param.shape, param.dtype, param)

    def global_value(self, params: Mapping[str, NDArray[np.generic]]) -> NDArray[np.generic]:
        """The array of a global slot before the first update."""
        initial: Any = self.initial(params) if callable(self.initial) else self.initial
        own_dtype = getattr(initial, "dtype", "float64")
        return self._array(initial, (), np.dtype(own_dtype))

    def _array(
        self,
        initial: Any,
        shape_of_number: tuple[int, ...],
        own_dtype: np.dtype,
        beside: NDArray[np.generic] | None = None,
    ) -> NDArray[np.generic]:
        dtype = np.dtype(self.dtype or own_dtype)
        if np.ndim(initial) == 0:
            shape = shape_of_number if self.shape is None else self.shape
        else:
            initial = np.asarray(initial, dtype)
            shape = initial.shape
        if self.shape is not None and shape != self.shape:
            raise RuleError(
                f"The initial value of the slot {self.name!r} has shape {shape}; "
                f"expected {self.shape}."
            )
        array = np.zeros(shape, dtype) if beside is None else zeros_beside(beside, shape, dtype)
        if np.ndim(initial) or initial != 0:  # else no memory is touched until it is used
            array[...] = initial
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
