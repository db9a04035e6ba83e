"""What a checkpoint holds, once it was read and found whole."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """A checkpoint that was read and is whole.

    Attributes
    ----------
    path
        Its folder.
    update
        Updates made when it was saved.
    arrays
        Names to arrays, writable, of the dtype, byte order and memory order that were saved.
    document
        What was saved beside them: numbers, strings, lists, dicts, booleans and None.
    """

    path: Path
    update: int
    arrays: dict[str, NDArray[Any]]
    document: dict[str, Any]
