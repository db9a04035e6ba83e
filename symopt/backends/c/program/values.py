"""What a program's values are: their types, names and memory, and where they are wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Variable

CTYPES = {
    "bool": "npy_bool",
    "int8": "npy_int8",
    "int16": "npy_int16",
    "int32": "npy_int32",
    "int64": "npy_int64",
    "uint8": "npy_uint8",
    "uint16": "npy_uint16",
    "uint32": "npy_uint32",
    "uint64": "npy_uint64",
    "float32": "npy_float32",
    "float64": "npy_float64",
}
"""dtype -> its type in a program. Half and complex numbers have none."""


MAX_DIMS = 12
"""As in runtime.h."""


class NotNative(Exception):  # noqa: N818  # not an error: the node runs as PyTensor has it
    """A node has no native form; the message says why."""


@dataclass(eq=False)
class Buffer:
    """Memory that one or more values stand in.

    Attributes
    ----------
    slot
        Its number; None for memory that is not the program's: inputs, outputs, constants.
    depth
        Of the loop whose body writes it. Code of a loop inside must not overwrite it for good.
    own
        Whether its last reader may overwrite it.
    carried
        Whether the next step of a loop writes it anew.
    pinned
        Whether its slot stays taken when it has no holders.
    under
        The memory that values in this buffer may stand in instead of its slot.
    holders
        The values in it that somebody still reads.
    """

    slot: int | None
    depth: int
    own: bool = True
    carried: bool = False
    pinned: bool = False
    under: Buffer | None = None
    holders: set[Variable] = field(default_factory=set)


@dataclass
class Value:
    """The name of a value in the program.

    Attributes
    ----------
    whole
        Whether it is known to be contiguous and all of its buffer.
    depth
        Of the loop in whose body the name is declared.
    """

    name: str
    buffer: Buffer | None = None
    whole: bool = False
    depth: int = 0


@dataclass(frozen=True)
class Place:
    """Where a value is wanted: an expression that makes an array there, with ``{dims}`` open.

    ``strided``: it need not be contiguous there. ``output``: the number of the program's output
    that it is.
    """

    code: str
    strided: bool = False
    output: int | None = None


@dataclass
class Body:
    """The body of a loop that is being written: what stands in front, and the slots of that."""

    before: list[str] = field(default_factory=list)
    slots: list[int] = field(default_factory=list)
    made: dict[tuple[str, str, str], str] = field(default_factory=dict)


@dataclass
class Scope:
    """The liveness of the graph that is being written."""

    last: Mapping[Variable, float]
    readers: Mapping[Variable, list[tuple[Apply | None, int]]]
    now: int = 0


def literal(value: Any, ctype: str) -> str:
    """An element as C++ writes it, to the bit."""
    if ctype in ("npy_float32", "npy_float64"):
        number = float(value)
        if np.isnan(number):
            return f"({ctype})NAN"
        if np.isinf(number):
            return f"({ctype}){'-' if number < 0 else ''}INFINITY"
        text = repr(number) + ("f" if ctype == "npy_float32" else "")
        return f"({text})" if number < 0 else text
    suffix = {"npy_int64": "LL", "npy_uint64": "ULL"}.get(ctype, "")
    if int(value) == -(2**63):
        return "(-9223372036854775807LL - 1)"
    return f"(({ctype}){int(value)}{suffix})"
