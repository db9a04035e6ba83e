"""Theano's own objects in pickles: GPU arrays become arrays, shared variables give their values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symopt.datasets.pickles import Allowance, Stub, load
from symopt.datasets.pickles.calls import DATA, Calls
from symopt.datasets.pickles.machine import Built

ENDING = "SharedVariable"
"""End of the names of their classes: TensorSharedVariable, CudaNdarraySharedVariable, ..."""


def _host_array(array: Any, _context: Any = None) -> Any:
    """What a GPU array was pickled from: it was fetched to the host first."""
    return array


CALLS: Calls = {
    **DATA,
    ("theano.sandbox.cuda.type", "CudaNdarray_unpickler"): _host_array,
    ("theano.sandbox.gpuarray.type", "GpuArray_unpickler"): _host_array,
    ("theano.gpuarray.type", "GpuArray_unpickler"): _host_array,
}
"""What a pickle of Theano's time may call."""


def loads(
    data: bytes,
    position: int = 0,
    persistent: Callable[[Any], Any] | None = None,
    *,
    built: Built | None = None,
    allowance: Allowance | None = None,
) -> tuple[Any, int]:
    """Read one pickle of anything, without executing it.

    Parameters
    ----------
    data
        Bytes that hold a pickle of any protocol, from Python 2 or 3; a Python 2 ``str`` is decoded
        from latin1.
    position
        Where in ``data`` it begins.
    persistent
        Gives the object of a persistent id; None: such an id becomes a stub.
    built, allowance
        As of :func:`symopt.datasets.pickles.load`.

    Returns
    -------
    object
        Plain Python objects and numpy arrays; whatever else the pickle names is a
        :class:`~symopt.datasets.pickles.Global` or :class:`~symopt.datasets.pickles.Stub`.
    int
        Where in ``data`` it ends.

    Raises
    ------
    symopt.datasets.pickles.PickleError
        The pickle is damaged, or none.
    """
    return load(
        data,
        CALLS,
        stubs=True,
        position=position,
        persistent=persistent,
        built=built,
        allowance=allowance,
    )


def shared_value(stub: Stub) -> Any:
    """The value of a pickled shared variable; None if the stub is none.

    A shared variable holds a container, and that a list of one value.
    """
    if not stub.class_name.endswith(ENDING):
        return None
    container = stub.attributes.get("container")
    return container_value(container) if isinstance(container, Stub) else None


def container_value(stub: Stub) -> Any:
    """The value in a pickled container, of a shared variable or an input; None if it is empty."""
    storage = stub.attributes.get("storage")
    return storage[0] if isinstance(storage, list) and len(storage) == 1 else None
