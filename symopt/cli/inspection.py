"""Looking into a checkpoint, a folder of them, or any file of arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from symopt.cli.array_statistics import ArrayStatistics, array_statistics
from symopt.errors import CheckpointError
from symopt.legacy.checkpoints import leaves, read_contents
from symopt.training.checkpoint import reading
from symopt.training.checkpoint.names import ARRAYS, MANIFEST, array_name, parse_folder

FOLDER_OF_RUN = "checkpoints"


@dataclass(frozen=True)
class FoundCheckpoint:
    """One of the checkpoints of a folder; ``fault`` is "" if it is whole."""

    name: str
    update: int
    best: bool
    nbytes: int
    fault: str


@dataclass
class Inspection:
    """What was found.

    Attributes
    ----------
    path
        What was looked into.
    kind
        What it is.
    arrays
        Names to what is in each array; with the name of the shared variable behind it, if any.
    values
        Names to everything else: numbers, text, lists of them.
    checkpoints
        Of a folder of checkpoints, newest first.
    shown
        The checkpoint of a folder whose ``arrays`` and ``values`` these are: the newest whole one.
    faults
        What is damaged or cannot be read.
    """

    path: Path
    kind: str
    arrays: dict[str, tuple[ArrayStatistics, str]] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    checkpoints: list[FoundCheckpoint] = field(default_factory=list)
    shown: str = ""
    faults: list[str] = field(default_factory=list)


def inspect_path(path: Path) -> Inspection:
    """Look into a file or folder; what cannot be read is among the faults."""
    try:
        if path.is_dir():
            return _folder(path)
        if path.name in (ARRAYS, MANIFEST) and path.with_name(MANIFEST).exists():
            return _checkpoint(path.parent)
        contents = read_contents(path)
    except CheckpointError as error:
        return Inspection(path, "unreadable", faults=[str(error)])
    except OSError as error:
        return Inspection(path, "unreadable", faults=[f"{path}: {error.strerror or error}."])
    faults = [f"{path}: {fault}." for fault in contents.faults]
    found = Inspection(path, contents.kind, faults=faults)
    _add(found, contents.objects[""] if set(contents.objects) == {""} else contents.objects)
    return found


def _folder(path: Path) -> Inspection:
    if (path / MANIFEST).exists() or (path / ARRAYS).exists() or parse_folder(path.name):
        return _checkpoint(path)
    inner = path / FOLDER_OF_RUN
    folder = inner if inner.is_dir() else path
    paths = reading.paths(folder)
    if not paths:
        raise CheckpointError(
            f"{path}: no checkpoint and no folder of checkpoints; expected those, or a file."
        )
    found = Inspection(folder, "folder of checkpoints")
    for checkpoint in paths:
        inspection = _checkpoint(checkpoint)
        name = parse_folder(checkpoint.name)
        assert name is not None  # reading.paths lists no other
        found.checkpoints.append(
            FoundCheckpoint(
                checkpoint.name,
                name.update,
                name.best,
                sum(statistics.nbytes for statistics, _ in inspection.arrays.values()),
                "; ".join(inspection.faults),
            )
        )
        found.faults += inspection.faults
        if not inspection.faults and not found.shown:
            found.shown = checkpoint.name
            found.arrays, found.values = inspection.arrays, inspection.values
    return found


def _checkpoint(path: Path) -> Inspection:
    try:
        whole = reading.load(path)
    except CheckpointError as error:
        return _damaged_checkpoint(path, str(error))
    found = Inspection(path, f"checkpoint of update {whole.update:,}")
    _add(found, {**whole.document, **whole.arrays})
    return found


def _damaged_checkpoint(path: Path, fault: str) -> Inspection:
    """What of a damaged checkpoint can be read all the same."""
    found = Inspection(path, "damaged checkpoint", faults=[fault])
    try:
        contents = read_contents(path / ARRAYS)
    except CheckpointError as error:
        if str(error) != fault:
            found.faults.append(str(error))
    else:
        found.faults += [f"{path / ARRAYS}: {fault}." for fault in contents.faults]
        _add(found, {array_name(name): array for name, array in contents.objects.items()})
    return found


def _add(found: Inspection, root: Mapping[str, Any] | Any) -> None:
    for leaf in leaves(root):
        if isinstance(leaf.value, np.ndarray):
            found.arrays[leaf.path] = array_statistics(leaf.value), leaf.variable
        else:
            found.values[leaf.path] = leaf.value
