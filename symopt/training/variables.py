"""The shared variables that a run's compiled functions write, by name: what a checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.graph.traversal import graph_inputs
from pytensor.tensor.type import TensorType

from symopt.cache_lines import zeros_beside
from symopt.graph.update_graph import UpdateGraph
from symopt.training.packing import pack, unpack

PARAMS, STATE, EXTRA, RANDOM = "params", "state", "extra", "random"


def random_variables(graph: UpdateGraph) -> list[SharedVariable]:
    """Shared variables that PyTensor updates by itself wherever the graph reads them.

    These are the states of random streams: those with a ``default_update`` that is reached from
    the graph, also by way of another default update, and that no phase updates explicitly.
    """
    written = {update.target for phase in graph.phases for update in phase.updates}
    found: dict[SharedVariable, None] = {}
    to_look_at: list[Variable] = [
        value
        for phase in graph.phases
        for value in (*phase.outputs, *(update.value for update in phase.updates))
    ]
    while to_look_at:
        leaves, to_look_at = dict.fromkeys(graph_inputs(to_look_at)), []
        for leaf in leaves:
            if not isinstance(leaf, SharedVariable) or leaf in written or leaf in found:
                continue
            update = getattr(leaf, "default_update", None)
            if update is not None:
                found[leaf] = None
                to_look_at.append(update)
    return list(found)


class RunVariables:
    """Everything that the functions of an optimizer write and a checkpoint has to hold.

    Attributes
    ----------
    groups
        Group (``params``, ``state``, ``extra``: the targets of extra updates, ``random``) -> name
        -> shared variable. Generators that extra updates move on are ``random``.
    """

    def __init__(self, graph: UpdateGraph) -> None:
        extra = [u.target for phase in graph.phases for u in phase.updates if u.kind == "extra"]
        generators = [target for target in extra if not isinstance(target.type, TensorType)]
        self.groups: dict[str, dict[str, SharedVariable]] = {
            PARAMS: dict(graph.params),
            STATE: dict(graph.state),
            EXTRA: _named([target for target in extra if target not in generators]),
            RANDOM: _named([*generators, *random_variables(graph)]),
        }

    def copy(self, group: str) -> dict[str, NDArray[Any]]:
        """Copies of the arrays of a group."""
        return {
            name: np.array(variable.get_value(borrow=True))
            for name, variable in self.groups[group].items()
        }

    def pack(self, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
        """Copy every value into ``arrays`` by ``group/name``.

        Returns what is no array: the generators of PyTensor's random variables.
        """
        others = {}
        for group, variables in self.groups.items():
            for name, variable in variables.items():
                value = variable.get_value(borrow=True)
                key = f"{group}/{name}"
                if isinstance(value, np.random.Generator):
                    others[key] = pack(value.bit_generator.state, key, arrays)
                elif isinstance(value, Mapping):  # as JAX has it
                    others[key] = pack(value, key, arrays)
                else:
                    arrays[key] = np.array(value)
        return others

    def faults(self, arrays: Mapping[str, NDArray[Any]], others: Mapping[str, Any]) -> list[str]:
        """What in a checkpoint does not fit these variables, in words."""
        expected = {
            f"{group}/{name}": variable
            for group, variables in self.groups.items()
            for name, variable in variables.items()
        }
        there = [key for key in arrays if key.partition("/")[0] in self.groups]
        held = dict.fromkeys([*there, *others])
        found = [f"{key!r} is not in it" for key in expected if key not in held]
        found += [
            f"{key!r} is in it, but not here"
            for key in held
            if key not in expected and not any(key.startswith(f"{other}/") for other in others)
        ]
        for key, variable in expected.items():
            if key in arrays:
                here = np.asarray(variable.get_value(borrow=True))
                given = arrays[key]
                if (given.shape, given.dtype) != (here.shape, here.dtype):
                    found.append(
                        f"{key!r} is {given.dtype} of shape {given.shape}, here {here.dtype} of "
                        f"shape {here.shape}"
                    )
        return found

    def restore(self, arrays: Mapping[str, NDArray[Any]], others: Mapping[str, Any]) -> None:
        """Set every variable to what :meth:`pack` found; the arrays are copied."""
        for group in self.groups:
            self.set(group, {n: arrays[f"{group}/{n}"] for n in self._arrays_of(group, others)})
            for name, variable in self.groups[group].items():
                key = f"{group}/{name}"
                if key in others:
                    _set_generator(variable, unpack(others[key], arrays))

    def set(self, group: str, values: Mapping[str, NDArray[Any]]) -> None:
        """Write copies of the arrays into the variables of a group."""
        for name, given in values.items():
            variable = self.groups[group][name]
            value = zeros_beside(np.asarray(variable.get_value(borrow=True)))
            value[...] = given
            variable.set_value(value, borrow=True)

    def _arrays_of(self, group: str, others: Mapping[str, Any]) -> list[str]:
        return [name for name in self.groups[group] if f"{group}/{name}" not in others]


def _set_generator(variable: SharedVariable, state: Mapping[str, Any]) -> None:
    value = variable.get_value(borrow=True)
    if isinstance(value, np.random.Generator):
        bits = type(value.bit_generator)()
        bits.state = state
        value = np.random.Generator(bits)
    else:
        value = dict(state)
    variable.set_value(value, borrow=True)


def _named(variables: list[SharedVariable]) -> dict[str, SharedVariable]:
    """The variables by their names; those of a name that is taken get ``#2`` and so on."""
    named: dict[str, SharedVariable] = {}
    for variable in variables:
        name = base = variable.name or "unnamed"
        count = 1
        while name in named:
            count += 1
            name = f"{base}#{count}"
        named[name] = variable
    return named
