"""Nested state as a checkpoint keeps it: JSON values, and arrays beside them by name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.errors import CheckpointError

ARRAY = "__array__"


def pack(value: Any, name: str, arrays: dict[str, NDArray[Any]]) -> Any:
    """The JSON form of a state; its arrays are copied into ``arrays`` under names from ``name`` on.

    Parameters
    ----------
    value
        Numbers, strings, None, arrays, and lists, tuples and dicts (with strings as keys) of those.
        A tuple comes back as a list, a NumPy number as a Python one.

    Raises
    ------
    CheckpointError
        There is something else in it. The error names the place.
    """
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise CheckpointError(
                f"The state {name} has the keys {list(value)}; a checkpoint keeps dicts with "
                "strings as keys."
            )
        return {key: pack(item, f"{name}/{key}", arrays) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [pack(item, f"{name}/{i}", arrays) for i, item in enumerate(value)]
    if hasattr(value, "__array__"):
        array = np.array(value)
        if not array.dtype.hasobject:
            arrays[name] = array
            return {ARRAY: name}
    raise CheckpointError(
        f"The state {name} holds a {type(value).__name__}, which a checkpoint cannot keep; "
        "expected numbers, strings, None, arrays, and lists and dicts of those."
    )


def unpack(value: Any, arrays: Mapping[str, NDArray[Any]]) -> Any:
    """What :func:`pack` was given."""
    if isinstance(value, Mapping):
        if ARRAY in value:
            return arrays[value[ARRAY]]
        return {key: unpack(item, arrays) for key, item in value.items()}
    if isinstance(value, list):
        return [unpack(item, arrays) for item in value]
    return value
