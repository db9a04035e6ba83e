"""Allocation of the named state that rules and transforms declare."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytensor
from pytensor.compile.sharedvalue import SharedVariable

from symopt.rules.rule import UpdateRule
from symopt.state import STARTED, State
from symopt.transforms.transform import Transform


def escape(param: str) -> str:
    """A parameter's name as it stands in the names of its state: without a slash."""
    return param.replace("%", "%25").replace("/", "%2F")


@dataclass(frozen=True)
class Allocated:
    """The shared variables behind the slots of one rule or transform.

    Attributes
    ----------
    owner
        The name the state is filed under: the rule's or transform's, ``#2`` for a repeated one.
    parameters
        Parameter name -> slot name -> shared variable.
    shared
        Name of a global slot -> shared variable.
    """

    owner: str
    parameters: Mapping[str, Mapping[str, SharedVariable]]
    shared: Mapping[str, SharedVariable]

    @property
    def view(self) -> State:
        """The same variables, as a rule or transform reads them."""
        return State(self.parameters, self.shared)  # type: ignore[arg-type]

    def by_name(self) -> dict[str, SharedVariable]:
        """Every variable under the name by which it is saved."""
        slots = [*self.shared.values()]
        for of_param in self.parameters.values():
            slots += of_param.values()
        return {str(variable.name): variable for variable in slots}


def allocate(
    owner: UpdateRule | Transform,
    params: Mapping[str, SharedVariable],
    taken: set[str],
    had: Mapping[str, SharedVariable],
) -> Allocated:
    """Make the shared variables of an owner's slots, at their initial values.

    Parameters
    ----------
    taken
        Names of owners so far; the new one is added.
    had
        Variables by name that are there already: they are taken as they are.
    """
    name, repeat = owner.name, 1
    while name in taken:
        repeat += 1
        name = f"{owner.name}#{repeat}"
    taken.add(name)
    values = {param: variable.get_value(borrow=True) for param, variable in params.items()}
    global_slots = owner.global_slots
    if any(slot.first is not None for slot in owner.slots):
        global_slots += (STARTED,)

    def variable(key: str, value: Callable[[], np.ndarray]) -> SharedVariable:
        return had[key] if key in had else buffer(value(), key)

    return Allocated(
        name,
        {
            param: {
                slot.name: variable(
                    f"{escape(param)}/{name}/{slot.name}", partial(slot.value, value)
                )
                for slot in owner.slots
            }
            for param, value in values.items()
        },
        {
            slot.name: variable(f"{name}/{slot.name}", partial(slot.global_value, values))
            for slot in global_slots
        },
    )


def buffer(value: np.ndarray, name: str) -> SharedVariable:
    """A shared variable that takes the array as it is, without a copy."""
    return pytensor.shared(value, name=name, borrow=True)
