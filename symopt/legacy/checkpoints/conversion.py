"""A legacy checkpoint made into a plain ``.npz`` file and a JSON file of options."""

from __future__ import annotations

import fnmatch
import json
import math
import os
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.errors import CheckpointError
from symopt.legacy.checkpoints.checkpoint import LegacyCheckpoint, load_checkpoint
from symopt.legacy.checkpoints.npz_writing import write_npz, write_text
from symopt.legacy.checkpoints.plain import Plain

Arrays = dict[str, NDArray[Any]]

ENDINGS = re.compile(
    r"(?:\.(?:npz|npy|pkl|pickle|p|save|mat|h5|hdf5|keras|tar|tgz|zip|joblib|jl|gz|bz2|xz|z))+\Z",
    re.IGNORECASE,
)


@dataclass
class Conversion:
    """What became of one file.

    Attributes
    ----------
    source
        The legacy file.
    target
        The ``.npz`` file; None if none was written.
    options
        The JSON file; None if none was written.
    format
        What the source is, "" if it could not be read.
    arrays, numbers
        How many arrays were written, and how many numbers they have.
    faults
        What could not be converted, and why.
    """

    source: Path
    target: Path | None = None
    options: Path | None = None
    format: str = ""
    arrays: int = 0
    numbers: int = 0
    faults: list[str] = field(default_factory=list)


def convert_checkpoint(
    source: Path,
    target: Path,
    *,
    names: Sequence[str] = (),
    rename: Mapping[str, str] | None = None,
    dtype: str | None = None,
    options: Path | None = None,
    overwrite: bool = False,
    keep: Collection[Path] = (),
) -> Conversion:
    """Write what a legacy file holds to ``target``, and its options beside it.

    Parameters
    ----------
    source
        The file, as for :func:`load_checkpoint`.
    target
        The ``.npz`` file: parameters, history and other arrays under their names, the exact bits.
    names
        Patterns (``enc_*``) for the names of the arrays that are wanted; empty: all.
    rename
        Old names to new ones; one ``*`` in both stands for the same text.
    dtype
        A float dtype that float arrays are cast to. Default: as they are.
    options
        The JSON file. Default: ``target`` with ``.json`` behind, if there are options.
    overwrite
        Whether files that are there may be replaced; the source never is.
    keep
        Files that may not be replaced all the same.

    Raises
    ------
    symopt.errors.CheckpointError
        Nothing was written: the source cannot be read, holds no arrays, or the target is there.
    """
    made = Conversion(source)
    checkpoint = load_checkpoint(source)
    made.format = checkpoint.format
    made.faults = list(checkpoint.unread)
    json_file = options or target.with_name(f"{target.name}.json")
    written = [target, json_file] if checkpoint.options else [target]
    for file in written:
        if file.exists() and file.samefile(source):
            raise CheckpointError(f"{file}: is the file to be converted; choose another with -o.")
        if os.path.lexists(file) and (not overwrite or file in keep):
            raise CheckpointError(
                f"{file}: exists, and nothing was written; choose another with -o, or --force."
            )
    wanted = _renamed(_chosen(_all_arrays(checkpoint), names), rename or {})
    if not wanted and not (checkpoint.options and not names):
        what = f"arrays that match {', '.join(names)}" if names else "arrays"
        why = f" ({'; '.join(made.faults)})" if made.faults else ""
        raise CheckpointError(f"{source}: a {made.format} without {what}{why}.")
    if dtype is not None:
        wanted = {name: _cast(name, array, dtype, made.faults) for name, array in wanted.items()}
    if wanted:
        write_npz(target, wanted, overwrite=overwrite)
        made.target = target
    if checkpoint.options and Plain().convert(checkpoint.options) is None:
        made.faults.append("the options, which would take far more room than the file")
    elif checkpoint.options:
        text = json.dumps(as_json(checkpoint.options), indent=1, allow_nan=False)
        write_text(json_file, f"{text}\n", overwrite=overwrite)
        made.options = json_file
    made.arrays = len(wanted)
    made.numbers = sum(array.size for array in wanted.values())
    return made


def target_for(source: Path, out: Path | None) -> Path:
    """The ``.npz`` file for a source, in the folder ``out`` or beside it."""
    stem = ENDINGS.sub("", source.name) or source.name
    return (source.parent if out is None else out) / f"{stem}.npz"


def _all_arrays(checkpoint: LegacyCheckpoint) -> Arrays:
    return {**checkpoint.arrays, **checkpoint.history, **checkpoint.others}


def _chosen(arrays: Arrays, patterns: Sequence[str]) -> Arrays:
    if not patterns:
        return arrays
    return {
        name: array
        for name, array in arrays.items()
        if any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)
    }


def _renamed(arrays: Arrays, rename: Mapping[str, str]) -> Arrays:
    made: Arrays = {}
    for name, array in arrays.items():
        new = _new_name(name, rename)
        if new in made:
            raise CheckpointError(f"two arrays would be called {new!r}; change what is renamed.")
        made[new] = array
    return made


def _new_name(name: str, rename: Mapping[str, str]) -> str:
    for old, new in rename.items():
        begin, star, end = old.partition("*")
        if not star and name == old:
            return new
        fits = name.startswith(begin) and name.endswith(end)
        if star and fits and len(name) >= len(begin) + len(end):
            return new.replace("*", name[len(begin) : len(name) - len(end)], 1)
    return name


def _cast(name: str, array: NDArray[Any], dtype: str, faults: list[str]) -> NDArray[Any]:
    if array.dtype.kind != "f":
        return array
    with np.errstate(over="ignore", under="ignore"):
        made = array.astype(dtype)
    if np.isinf(made).sum() > np.isinf(array).sum():
        faults.append(f"{name}: numbers too large for {dtype} became infinite")
    return made


def as_json(value: Any) -> Any:
    """``value`` of nothing but what JSON has: null for NaN and infinities, lists for tuples."""
    if isinstance(value, dict):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [as_json(part) for part in value]
    if isinstance(value, np.ndarray):
        return as_json(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | str):
        return (
            value.encode("utf-8", "backslashreplace").decode() if isinstance(value, str) else value
        )
    if isinstance(value, int) and abs(value) < 10**300:
        return value
    if isinstance(value, complex):
        return [as_json(value.real), as_json(value.imag)]
    return f"{value:#x}" if isinstance(value, int) else str(value)
