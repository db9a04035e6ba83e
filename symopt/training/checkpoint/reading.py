"""Finding and reading checkpoints."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from symopt.errors import CheckpointError
from symopt.npy import NpyError
from symopt.training.checkpoint.archive import read_arrays
from symopt.training.checkpoint.checkpoint import Checkpoint
from symopt.training.checkpoint.document import decode
from symopt.training.checkpoint.durable import open_regular
from symopt.training.checkpoint.manifest import Manifest, ManifestError, from_text
from symopt.training.checkpoint.names import ARRAYS, MANIFEST, FolderName, parse_folder

DAMAGED = "{path}: not a whole checkpoint: {found}."
PASSED_OVER = "{error} It was passed over."


def numbered(folder: Path) -> list[FolderName]:
    """What is named as a checkpoint in a folder, the newest first.

    Raises
    ------
    OSError
        The folder cannot be read; one that does not exist holds nothing.
    """
    try:
        names = os.listdir(folder)
    except FileNotFoundError:
        return []
    parsed = [name for name in map(parse_folder, names) if name is not None]
    return sorted(parsed, key=lambda name: (name.sequence, name.update, name.best), reverse=True)


def paths(folder: Path) -> list[Path]:
    """The folders of checkpoints in a folder, the newest first.

    Raises
    ------
    CheckpointError
        The folder cannot be read.
    """
    try:
        return [folder / str(name) for name in numbered(folder)]
    except OSError as error:
        raise CheckpointError(
            f"{folder}: cannot be read as a folder of checkpoints: {error.strerror}."
        ) from error


def latest(folder: Path, on_message: Callable[[str], None]) -> Checkpoint | None:
    """The newest checkpoint of a folder that is whole; the damaged ones are named."""
    found = paths(folder)
    while True:
        for path in found:
            try:
                return load(path)
            except CheckpointError as error:
                if path.exists() or path.is_symlink():
                    on_message(PASSED_OVER.format(error=error))
        # Another process may have saved and removed meanwhile.
        before, found = found, paths(folder)
        if found == before:
            return None


def load(path: Path) -> Checkpoint:
    """Read one checkpoint and check every byte of it.

    Raises
    ------
    CheckpointError
        It is damaged, or no checkpoint.
    """
    manifest = read_manifest(path)
    try:
        arrays = read_arrays(path / ARRAYS, manifest.arrays, manifest.arrays_bytes)
    except NpyError as error:
        raise _damaged(path / ARRAYS, str(error)) from error
    except OSError as error:
        raise _damaged(path / ARRAYS, error.strerror or str(error)) from error
    except Exception as error:  # zipfile raises nearly anything over damaged archives
        raise _damaged(path / ARRAYS, f"{error or type(error).__name__}") from error
    return Checkpoint(path, manifest.update, arrays, decode(manifest.document))


def read_manifest(path: Path) -> Manifest:
    """Read and check what a checkpoint's folder says about itself; the arrays are not read.

    Raises
    ------
    CheckpointError
        It is damaged, or no checkpoint.
    """
    file_path = path / MANIFEST
    try:
        with open_regular(file_path) as file:
            manifest = from_text(file.read().decode("ascii"))
    except OSError as error:
        raise _damaged(file_path, error.strerror or str(error)) from error
    except UnicodeDecodeError as error:
        raise _damaged(file_path, f"not ASCII text, at byte {error.start}") from error
    except ManifestError as error:
        raise _damaged(file_path, str(error)) from error
    named = parse_folder(path.name)
    if named is not None and (named.update, named.sequence) != (manifest.update, manifest.sequence):
        raise _damaged(
            file_path,
            f"it is of update {manifest.update}, save {manifest.sequence}, so it was moved here",
        )
    return manifest


def _damaged(path: Path, found: str) -> CheckpointError:
    return CheckpointError(DAMAGED.format(path=path, found=found.rstrip(".")))
