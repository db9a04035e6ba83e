"""Arrays on the device in the cells of shared variables, and who may write over them.

An update writes over the array that it replaces ("donation"). That array must be ours alone: put
there by a compiled function, or copied there from the host. One that a user put there is copied
first.
"""

from __future__ import annotations

from typing import Any
from weakref import ref

import jax
import numpy as np
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.link.basic import Container

from symopt.backends.jax.flags import wide
from symopt.pytensor_internals import cell

Cell = list[Any]

ARRAY: type = type(jax.device_put(np.zeros((), np.float32)))
"""The class of JAX's arrays."""

_ours: dict[int, ref[Any]] = {}


def mark_ours(holder: Cell) -> None:
    """Say that nobody else has the array in this cell."""
    _ours[id(holder)] = ref(holder[0])


def is_ours(holder: Cell) -> bool:
    """Whether the array in a cell is known to nobody else."""
    known = _ours.get(id(holder))
    return known is not None and known() is holder[0]


class _HostReadContainer(Container):
    """The container of a shared variable whose value is on a device: it is read as NumPy array."""

    def _read(self) -> Any:
        value = self.storage[0]
        return np.array(value) if isinstance(value, jax.Array) else value

    def _write(self, value: Any) -> None:
        if isinstance(self.storage[0], jax.Array):
            self.storage[0] = None  # PyTensor would filter into the old value
        Container.__set__(self, value)

    data = property(_read, _write)
    value = property(_read, _write)


def read_on_host(variable: SharedVariable) -> None:
    """Have ``get_value`` give fresh NumPy arrays whatever is in the cell."""
    container = variable.container
    if type(container) is Container:
        container.__class__ = _HostReadContainer


def to_device(value: Any, place: Any) -> Any:
    """A copy of an array on the device, which no NumPy array shares memory with."""
    array = jax.device_put(value, place, may_alias=False)
    return jax.numpy.array(array, copy=True) if array is value else array


def put(variable: SharedVariable, place: Any) -> None:
    """Move a shared variable's value to the device."""
    holder = cell(variable)
    if isinstance(holder[0], np.ndarray | np.generic):
        read_on_host(variable)
        with wide():
            holder[0] = to_device(holder[0], place)
        mark_ours(holder)
