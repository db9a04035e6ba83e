"""Shared variables and types from pickles that Theano itself has written.

Scripts unpickle whole models: objects of their own classes, with shared variables in them. Under
:func:`symopt.legacy.install` the classes in such a pickle are found, and here is what their state
lacks. (Pickled expressions and compiled functions of Theano's cannot be read: their Ops have
another state. :func:`symopt.legacy.load_checkpoint` reads the arrays of any of these files.)
"""

from __future__ import annotations

from typing import Any

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.type import TensorType


def read_old_states() -> None:
    """Have PyTensor's tensor types and shared variables take the states of Theano's."""
    kinds: tuple[Any, Any] = TensorType, SharedVariable
    kinds[0].__setstate__ = _set_state_of_type
    kinds[1].__setstate__ = _set_state_of_shared


def _set_state_of_type(self: TensorType, state: Any) -> None:
    if "shape" in state or "broadcastable" not in state:
        self.__dict__.update(state)
        return
    shape = tuple(1 if one else None for one in state["broadcastable"])
    TensorType.__init__(self, state["dtype"], shape=shape, name=state.get("name"))


def _set_state_of_shared(self: SharedVariable, state: dict[str, Any]) -> None:
    rest = {name: value for name, value in state.items() if name != "default_update"}
    self.__dict__.update({"_default_update": state.get("default_update"), **rest})
