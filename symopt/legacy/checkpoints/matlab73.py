"""MATLAB's files of version 7.3, which are HDF5: numbers lie in them turned round."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from symopt.legacy.checkpoints.hdf5 import SkippedError
from symopt.legacy.checkpoints.matlab import named_structs

if TYPE_CHECKING:
    from symopt.legacy.checkpoints.hdf5 import Hdf5Tree

CLASS = "MATLAB_class"
OWN = ("#refs#", "#subsystem#")
DEEPEST = 50
MOST_PARTS = 50_000
"""Variables, fields and cells; links and references may lead to the same ones again."""


def is_matlab73(data: bytes, tree: Hdf5Tree) -> bool:
    """Whether MATLAB's text stands before the HDF5 file, or its marks are in it."""
    return data.startswith(b"MATLAB 7.3") or any(CLASS in item.attrs for _, item in _top(tree))


def read_matlab73(tree: Hdf5Tree) -> dict[str, Any]:
    """The variables by name."""
    reader = _Reader(tree)
    found = {name: reader.value(name, item, 0) for name, item in _top(tree)}
    return {name: value for name, value in found.items() if value is not None}


def _top(tree: Hdf5Tree) -> list[tuple[str, Any]]:
    before = len(tree.faults)
    found = [(name, item) for name, item in tree.children(tree.file) if name not in OWN]
    del tree.faults[before:]
    return found


class _Reader:
    def __init__(self, tree: Hdf5Tree) -> None:
        self.tree = tree
        self.parts_left = MOST_PARTS
        self.above: set[Any] = set()

    def value(self, path: str, item: Any, depth: int) -> Any:
        """What a variable, a field or a cell holds; None if it is not read."""
        self.parts_left -= 1
        if self.parts_left == 0:
            self.tree.faults.append(f"{path}: more than {MOST_PARTS:,} parts; the rest is left")
        if self.parts_left <= 0:
            return None
        if depth > DEEPEST:
            self.tree.faults.append(f"{path}: cells and structs more than {DEEPEST} deep")
            return None
        address = self.tree.address(item)
        if address in self.above:
            self.tree.faults.append(f"{path}: holds itself")
            return None
        self.above.add(address)
        try:
            return self._value(path, item, depth)
        finally:
            self.above.discard(address)

    def _value(self, path: str, item: Any, depth: int) -> Any:
        if self.tree.is_group(item):
            return self._struct(path, item, depth)
        if not self.tree.is_dataset(item):
            return None
        matlab_class = self._class(item)
        if self.tree.h5py.check_ref_dtype(item.dtype) is not None:
            return named_structs(self._cells(path, item, depth))
        if item.attrs.get("MATLAB_empty"):
            return "" if matlab_class == "char" else np.zeros((0, 0))
        made = self.tree.value(path, item)
        if not isinstance(made, np.ndarray):
            return made
        made = np.ascontiguousarray(made.T)
        if matlab_class == "char":
            lines = ["".join(map(chr, row)) for row in made.reshape(-1, made.shape[-1]).tolist()]
            return lines[0] if len(lines) == 1 else lines
        if made.dtype.names is not None and set(made.dtype.names) == {"real", "imag"}:
            return made["real"] + 1j * made["imag"]
        return made != 0 if matlab_class == "logical" else made

    def _class(self, item: Any) -> str:
        try:
            found = self.tree.attribute(item, CLASS)
        except SkippedError:
            return ""
        return found if isinstance(found, str) else ""

    def _struct(self, path: str, group: Any, depth: int) -> Any:
        """A struct, or, if every field is a list of references, an array of structs."""
        fields = list(self.tree.children(group))
        found = {name: self.value(f"{path}/{name}", item, depth + 1) for name, item in fields}
        many = [
            self.tree.is_dataset(item)
            and self.tree.h5py.check_ref_dtype(item.dtype) is not None
            and self._class(item) == ""
            for _, item in fields
        ]
        if not many or not all(many):
            return found
        lengths = {len(value) for value in found.values() if isinstance(value, list | dict)}
        if len(lengths) != 1:
            return found
        listed = {k: list(v.values()) if isinstance(v, dict) else v for k, v in found.items()}
        count = lengths.pop()
        return named_structs([{k: v[i] for k, v in listed.items()} for i in range(count)])

    def _cells(self, path: str, item: Any, depth: int) -> list[Any]:
        count = int(np.prod(item.shape, dtype=object))
        stored = item.id.get_storage_size()
        if count > MOST_PARTS or 8 * count > stored or item.external or item.is_virtual:
            self.tree.faults.append(f"{path}: {count} cells in {stored} bytes")
            return []
        made: list[Any] = []
        for i, reference in enumerate(np.asarray(item[()]).T.ravel(order="F")):
            part = f"{path}[{i}]"
            if not reference or not isinstance(reference, self.tree.h5py.Reference):
                made.append(None)
                continue
            try:
                target = self.tree.file[reference]
            except Exception as error:  # h5py raises nearly anything over damaged files
                self.tree.faults.append(f"{part}: {error}")
                made.append(None)
            else:
                made.append(self.value(part, target, depth + 1))
        return made
