"""Writing one checkpoint, and removing those that are not kept."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from symopt.errors import CheckpointError
from symopt.training.checkpoint.archive import write_arrays
from symopt.training.checkpoint.durable import remove, rename, sync_folder, write_file
from symopt.training.checkpoint.manifest import Manifest, to_text
from symopt.training.checkpoint.names import ARRAYS, MANIFEST, REMOVING, WRITING, FolderName
from symopt.training.checkpoint.reading import numbered

NOT_WRITTEN = "{path}: the checkpoint could not be {what}: {reason}{advice}"
KEPT = " The checkpoints before it are as they were."


def save(
    folder: Path,
    wanted: FolderName,
    arrays: Mapping[str, NDArray[Any]],
    document: Mapping[str, Any],
    keep: int,
    on_message: Callable[[str], None],
) -> Path:
    """Write a checkpoint and remove those that need not be kept any more.

    The folder is locked and ``document`` encoded; ``wanted`` gets the next sequence number.

    Raises
    ------
    CheckpointError
        It could not be written; what was begun is removed.
    """
    scratch: Path | None = None
    try:
        sweep(folder, on_message)
        before = numbered(folder)
        sequence = max((old.sequence for old in before), default=0) + 1
        name = replace(wanted, sequence=sequence)
        target, scratch = folder / str(name), folder / f"{WRITING}{name}"
        os.mkdir(scratch)
        records, length = write_arrays(scratch / ARRAYS, arrays)
        manifest = Manifest(name.update, sequence, document, records, length)
        write_file(scratch / MANIFEST, to_text(manifest).encode("ascii"))
        sync_folder(scratch)
        rename(scratch, target)
    except BaseException as error:
        if scratch is not None:
            _discard(scratch)
        if isinstance(error, OSError):
            raise CheckpointError(explain(error, folder, "written") + KEPT) from error
        raise
    prune(folder, [name, *before], keep, on_message)
    return target


def _discard(scratch: Path) -> None:
    try:
        remove(scratch)
    except OSError:  # not there any more, or the next save sweeps it away
        return


def prune(
    folder: Path, names: list[FolderName], keep: int, on_message: Callable[[str], None]
) -> None:
    """Remove all but the newest ``keep`` and the newest that was the best.

    What cannot be removed stays, and is named.

    Parameters
    ----------
    names
        The checkpoints of the folder, newest first.
    """
    best = next((name for name in names if name.best), None)
    for name in names[keep:]:
        if name == best:
            continue
        path = folder / str(name)
        try:
            others = [] if path.is_symlink() else set(os.listdir(path)) - {ARRAYS, MANIFEST}
            if others:
                on_message(f"{path} holds other files ({min(others)}), so it was not removed.")
                continue
            going = folder / f"{REMOVING}{name}"
            rename(path, going)
            remove(going)
        except OSError as error:
            on_message(f"{path} could not be removed: {error.strerror or error}.")


def sweep(folder: Path, on_message: Callable[[str], None]) -> None:
    """Remove what writers that were killed left; what cannot be removed is named."""
    for name in os.listdir(folder):
        if name.startswith((WRITING, REMOVING)):
            try:
                remove(folder / name)
            except OSError as error:
                on_message(f"{folder / name} could not be removed: {error.strerror or error}.")


def explain(error: OSError, folder: Path, what: str) -> str:
    """What went wrong, for a person, and what to do about it."""
    reason = error.strerror or str(error)
    return NOT_WRITTEN.format(
        path=folder, what=what, reason=f"{reason}.", advice=_advice(error, folder)
    )


def _advice(error: OSError, folder: Path) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        try:
            free = f" ({shutil.disk_usage(folder).free / 1e6:,.0f} MB are free)"
        except OSError:
            free = ""
        return f" Free some space{free}, keep fewer checkpoints, or choose another folder."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return " Give this user the right to write there, or choose another folder."
    if error.errno == errno.EIO:
        return " The disk may be failing: choose a folder on another one."
    return ""
