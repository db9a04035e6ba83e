"""Files of options beside a checkpoint."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from symopt.errors import CheckpointError
from symopt.legacy.checkpoints.contents import read_contents
from symopt.legacy.checkpoints.plain import Plain

GROUNDHOG = re.compile(r"(.*?)(?:model\d*|best_params)\.npz", re.DOTALL)
ITERATION = re.compile(r"\.iter\d+(?=\.npz\Z)")
ENDINGS = (".pkl", ".json")
SMALL = 1 << 20
MOST_NEIGHBOURS = 20
LARGEST = 256 << 20
"""dl4mt's options hold its dictionaries, too; what is larger holds more than options."""


def options_beside(path: Path) -> Path | None:
    """The file of options that belongs to a checkpoint, by its name; None if there is none."""
    names = [f"{path.name}{ending}" for ending in ENDINGS]
    once = ITERATION.sub("", path.name)
    if once != path.name:  # model.iter1000.npz is written beside model.npz.pkl
        names += [f"{once}{ending}" for ending in ENDINGS]
    groundhog = GROUNDHOG.fullmatch(path.name)
    if groundhog is not None:
        names.append(f"{groundhog[1]}state.pkl")
    for name in names:
        candidate = path.with_name(name)
        try:
            if candidate.is_file() and candidate.stat().st_size <= LARGEST:
                return candidate
        except OSError:
            continue
    return _that_names(path)


def _that_names(path: Path) -> Path | None:
    """Options of another name that say that they save to ``path``: WAP's ``bn_saveto``."""
    try:
        candidates = sorted(path.parent.glob("*.npz.pkl"))[:MOST_NEIGHBOURS]
        small = [file for file in candidates if file.stat().st_size <= SMALL]
    except OSError:
        return None
    for candidate in small:
        try:
            options, _ = read_options(candidate, must=True)
        except CheckpointError:
            continue
        for key, value in options.items():
            if key.endswith("saveto") and isinstance(value, str) and _last(value) == path.name:
                return candidate
    return None


def _last(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2]


def read_options(path: Path, must: bool) -> tuple[dict[str, Any], list[str]]:
    """The options in a pickle or JSON file, and what is wrong with it.

    Parameters
    ----------
    must
        Raise where the file is no file of options; else that is among what is wrong.

    Raises
    ------
    CheckpointError
        With ``must``, that is so.
    """
    try:
        options, faults = _json(path) if path.suffix == ".json" else _pickle(path)
    except CheckpointError as error:
        if must:
            raise
        return {}, [str(error).removesuffix(".")]
    return options, faults


def _json(path: Path) -> tuple[dict[str, Any], list[str]]:
    try:
        value = json.loads(path.read_bytes())
    except OSError as error:
        raise CheckpointError(f"{path}: cannot be read: {error.strerror or error}.") from error
    except (ValueError, RecursionError) as error:
        raise CheckpointError(f"{path}: no JSON: {error}.") from error
    if not isinstance(value, dict):
        raise CheckpointError(f"{path}: JSON of a {type(value).__name__}; expected an object.")
    return value, []


def _pickle(path: Path) -> tuple[dict[str, Any], list[str]]:
    from symopt.legacy.checkpoints.gathering import gather

    contents = read_contents(path)
    faults = [f"{path}: {fault}" for fault in contents.faults]
    value = contents.objects.get("")
    plain = Plain().convert(value)
    if plain is not None and isinstance(plain[0], dict):
        return plain[0], faults
    if plain is None:
        found = gather(value)  # a dict of options with something else among them
        if found.values and not found.arrays:
            return found.values, faults + [f"{path}: {fault}" for fault in found.faults]
    raise CheckpointError(f"{path}: a {contents.kind} of something else than options.")
