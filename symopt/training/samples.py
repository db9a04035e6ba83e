"""Counting the examples of a minibatch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class Samples:
    """Counts examples along an axis that is found in the first minibatch.

    Examples are counted by the first vector among the inputs (labels); without one, along the
    first axis whose size every input has somewhere; else along the first axis of the first input.
    """

    def __init__(self) -> None:
        self._where: tuple[int, int] | None = None
        self._looked = False

    def count(self, arguments: Sequence[Any]) -> int:
        """Examples in this minibatch; 0 where there are no arrays."""
        if not self._looked:
            self._looked = True
            self._where = _find(arguments)
        if self._where is None:
            return 0
        position, axis = self._where
        return int(arguments[position].shape[axis])


def _find(arguments: Sequence[Any]) -> tuple[int, int] | None:
    shapes = {
        i: shape
        for i, argument in enumerate(arguments)
        if (shape := getattr(argument, "shape", ()))
    }
    if not shapes:
        return None
    vector = next((i for i, shape in shapes.items() if len(shape) == 1), None)
    if vector is not None:
        return vector, 0
    first, shape = next(iter(shapes.items()))
    for axis, size in enumerate(shape):
        if all(size in other for other in shapes.values()):
            return first, axis
    return first, 0
