"""What index arrays mean: which dimensions the indexed elements have, and where these stand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pytensor.graph.basic import Variable

from symopt.backends.c.operations.indexing import write_view
from symopt.backends.c.program.values import NotNative
from symopt.backends.c.program.writer import Writer


@dataclass(frozen=True)
class _OfMask:
    """The coordinates of a boolean array's true elements along one of its dimensions."""

    mask: Variable
    dimension: int


@dataclass
class Indexed:
    """``x[index]``: its dimensions are those in front of the index arrays', these, those behind.

    Attributes
    ----------
    index
        The index of each axis of ``x``: a slice, a variable without dimensions, or an array.
    arrays
        The axes that are indexed by arrays, with these.
    front, behind
        The sliced axes in front of and behind the dimensions of the arrays; all are behind if the
        arrays do not stand side by side.
    array_ndim
        The number of dimensions that the arrays have together.
    sizes, at
        The names of these dimensions, and of the positions in memory that the arrays mean.
    """

    index: list[Any]
    arrays: list[tuple[int, Any]]
    front: list[int]
    behind: list[int]
    array_ndim: int
    sizes: str = ""
    at: str = ""

    @classmethod
    def of(cls, w: Writer, given: list[Any], ndim: int) -> Indexed:
        index: list[Any] = []
        for entry in given:
            if isinstance(entry, slice) or entry.type.dtype != "bool":
                index.append(entry)
            elif w.ndim(entry) == 0:
                raise NotNative("its index is a single truth value")
            else:
                index += [_OfMask(entry, d) for d in range(w.ndim(entry))]
        index += [slice(None)] * (ndim - len(index))
        arrays, pointed, sliced = [], [], []
        for axis, entry in enumerate(index):
            if isinstance(entry, slice):
                sliced.append(axis)
                continue
            pointed.append(axis)
            if _array_ndim(entry, w):
                arrays.append((axis, entry))
        together = not pointed or pointed == list(range(pointed[0], pointed[-1] + 1))
        front = [axis for axis in sliced if together and pointed and axis < pointed[0]]
        behind = [axis for axis in sliced if axis not in front]
        dims = max((_array_ndim(entry, w) for _, entry in arrays), default=0)
        return cls(index, arrays, front, behind, dims)

    @property
    def ndim(self) -> int:
        return len(self.front) + self.array_ndim + len(self.behind)

    @property
    def by_one_vector(self) -> bool:
        """Whether it is a vector of rows: PyTensor has a form of its own for that."""
        others = [entry for entry in self.index[1:] if entry != slice(None)]
        first = self.arrays[:1]
        return (
            not others
            and self.array_ndim == 1
            and first[0][0] == 0
            and not isinstance(first[0][1], _OfMask)
        )

    def axis_of_part(self, axis: int) -> int:
        """Where an axis of ``x`` is in what :meth:`write` makes; indexed by a number, it is gone."""
        arrays = [a for a, _ in self.arrays]
        return sum(isinstance(e, slice) or a in arrays for a, e in enumerate(self.index[:axis]))

    def front_axes(self) -> list[tuple[int, int]]:
        """Pairs of a dimension of the result and an axis of the part."""
        return [(r, self.axis_of_part(axis)) for r, axis in enumerate(self.front)]

    def behind_axes(self) -> list[tuple[int, int]]:
        first = len(self.front) + self.array_ndim
        return [(first + r, self.axis_of_part(axis)) for r, axis in enumerate(self.behind)]

    def write(self, w: Writer, x: str, ctype: str, ndim: int) -> tuple[str, list[str]]:
        """The array ``x`` with its slices taken, and the sizes of the result.

        Sets ``sizes`` and ``at``.
        """
        w.support('#include "indexing.h"')
        part = w.name("v")
        arrays = [axis for axis, _ in self.arrays]
        kept = len(arrays) + len(self.front) + len(self.behind)
        w.line(f"Array<{ctype}, {max(kept, 1)}> {part};")
        sliced = [slice(None) if a in arrays else entry for a, entry in enumerate(self.index)]
        write_view(w, part, x, ndim, sliced)
        if self.arrays:
            self._write_positions(w, part)
        return part, [
            *(f"{part}.d[{axis}]" for _, axis in self.front_axes()),
            *(f"{self.sizes}[{d}]" for d in range(self.array_ndim)),
            *(f"{part}.d[{axis}]" for _, axis in self.behind_axes()),
        ]

    def _write_positions(self, w: Writer, part: str) -> None:
        self.sizes, self.at = w.name("n"), w.name("at")
        names = self._write_arrays(w, part)
        w.line(f"i64 {self.sizes}[] = {{{', '.join(['1'] * self.array_ndim)}}};")
        for name in names:
            w.line(f"join_index({self.sizes}, {name});")
        w.line(f"i64* {self.at} = (i64*)need({w.scratch()}, elements({self.sizes}) * sizeof(i64));")
        for i, ((axis, _), name) in enumerate(zip(self.arrays, names, strict=True)):
            a = self.axis_of_part(axis)
            w.line(
                f"positions<{'false' if i else 'true'}>({self.at}, {self.sizes}, {name}, "
                f"{part}.d[{a}], {part}.s[{a}], {axis});"
            )

    def _write_arrays(self, w: Writer, part: str) -> list[str]:
        """The names of the index arrays."""
        names = []
        for axis, entry in self.arrays:
            if not isinstance(entry, _OfMask):
                names.append(w[entry])
                continue
            mask, d = w[entry.mask], entry.dimension
            if d == 0:
                count, coordinates = write_nonzero(w, mask)
            size = f"{part}.d[{self.axis_of_part(axis)}]"
            w.line(f"check_mask({mask}.d[{d}], {size}, {axis});")
            names.append(w.name("v"))
            w.line(
                f"const Array<i64, 1> {names[-1]} = "
                f"{{{coordinates} + {d} * {count}, {{{count}}}, {{1}}}};"
            )
        return names


def write_nonzero(w: Writer, x: str) -> tuple[str, str]:
    """The number of elements of an array that are not zero, and where all their coordinates are."""
    w.support('#include "indexing.h"')
    count, at, ndim = w.name("n"), w.name("at"), f"(sizeof {x}.d / sizeof(i64))"
    w.line(f"const i64 {count} = count_nonzero({x});")
    w.line(f"i64* {at} = (i64*)need({w.scratch()}, {count} * {ndim} * sizeof(i64));")
    w.line(f"nonzero({x}, {at}, {count});")
    return count, at


def _array_ndim(entry: Any, w: Writer) -> int:
    return 1 if isinstance(entry, _OfMask) else w.ndim(entry)
