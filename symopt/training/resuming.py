"""The checkpoints of a run: written on the way, and gone on from."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from symopt.errors import CheckpointError, TrainingError
from symopt.training.checkpoint import Checkpoint, CheckpointStore
from symopt.training.snapshot import Snapshot

AUTO, MUST, NEVER = "auto", "must", "never"


class Checkpoints:
    """Saves a run's snapshots in a folder, and restores one.

    Parameters
    ----------
    folder
        Where they are; None: nothing is saved.
    snapshot
        What is saved.
    keep
        How many of the newest are kept, beside the best one.
    on_message
        Told what a person should read.
    on_saved
        Told the path of each one when it is on the disk.

    Attributes
    ----------
    last
        The newest one on the disk that is known of.
    """

    def __init__(
        self,
        folder: Path | None,
        snapshot: Snapshot,
        keep: int,
        on_message: Callable[[str], None],
        on_saved: Callable[[Path], None],
    ) -> None:
        self.folder = folder
        self.last: Path | None = None
        self._snapshot = snapshot
        self._on_message = on_message
        self._on_saved = on_saved
        self._pending = False
        self._store = None
        if folder is not None:
            self._store = CheckpointStore(folder, keep=keep, on_message=on_message)

    @property
    def active(self) -> bool:
        """Whether anything is saved."""
        return self._store is not None

    def open(self) -> None:
        """Lock the folder against other processes."""
        if self._store is not None:
            self._store.open()

    def resume(self, resume: Any) -> bool:
        """Restore the run from a checkpoint, as ``resume`` asks for; whether that was done."""
        how = _how(resume)
        if isinstance(how, Path):
            store = self._store or CheckpointStore(how.parent)
            self._restore(store.load(how))
            return True
        if self._store is None:
            if how == MUST:
                raise TrainingError(
                    "resume=True, but this run has no checkpoints; expected checkpoint=FOLDER, or "
                    "out=FOLDER."
                )
            return False
        there = self._store.paths()
        if how == NEVER:
            if there:
                raise TrainingError(
                    f"resume=False, but {self.folder} holds {len(there)} checkpoints, the newest "
                    f"{there[0].name}. Go on with resume=True, move them away, or train in another "
                    "folder."
                )
            return False
        newest = self._store.latest()
        if newest is None:
            if there:
                raise CheckpointError(
                    f"None of the {len(there)} checkpoints in {self.folder} is whole. Move them "
                    "away to begin anew."
                )
            if how == MUST:
                raise TrainingError(
                    f"resume=True, but {self.folder} holds no checkpoint. Begin with resume='auto'."
                )
            return False
        self._restore(newest)
        return True

    def save(self, *, wait: bool = False) -> None:
        """Save the run as it is now; in the background unless told to wait."""
        if self._store is None:
            return
        run = self._snapshot.run
        best = run.best is not None and run.best.update == run.update
        arrays, document = self._snapshot.take()
        self.finish()
        self._store.save_in_background(run.update, arrays, document, best=best)
        self._pending = True
        if wait:
            self.finish()

    def finish(self) -> None:
        """Wait until everything is on the disk."""
        if self._store is None or not self._pending:
            return
        self._pending = False
        path = self._store.wait()
        if path is not None:
            self.last = path
            self._on_saved(path)

    def close(self) -> None:
        """Wait, and let go of the folder."""
        if self._store is not None:
            self._store.close()

    def _restore(self, checkpoint: Checkpoint) -> None:
        try:
            notes = self._snapshot.restore(checkpoint.arrays, checkpoint.document)
        except CheckpointError as error:
            raise CheckpointError(f"{checkpoint.path} does not fit this run. {error}") from error
        self.last = checkpoint.path
        run = self._snapshot.run
        run.resumed_at = run.update
        for note in notes:
            self._on_message(f"going on from {checkpoint.path.name}: {note}.")


def _how(resume: Any) -> str | Path:
    if resume is True:
        return MUST
    if resume is False:
        return NEVER
    if isinstance(resume, str) and resume in (AUTO, MUST, NEVER):
        return resume
    if isinstance(resume, str | os.PathLike):
        return Path(resume)
    raise TrainingError(
        f"resume={resume!r}; expected 'auto' (go on if there is a checkpoint), True or 'must', "
        "False or 'never', or the path of a checkpoint."
    )
