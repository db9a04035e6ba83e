"""A folder of checkpoints: written whole, found again after anything."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any

from numpy.typing import NDArray

from symopt.errors import CheckpointError
from symopt.hyperparameters import check_integer
from symopt.npy import NpyError
from symopt.training.checkpoint import reading, writing
from symopt.training.checkpoint.archive import check_arrays
from symopt.training.checkpoint.background import BackgroundWriter
from symopt.training.checkpoint.checkpoint import Checkpoint
from symopt.training.checkpoint.document import encode
from symopt.training.checkpoint.durable import make_folders
from symopt.training.checkpoint.lock import FolderLock
from symopt.training.checkpoint.names import LAST_UPDATE, FolderName

Array = NDArray[Any]


def _say_nothing(_text: str) -> None:
    pass


class CheckpointStore:
    """A folder of checkpoints of one run.

    Parameters
    ----------
    path
        The folder; made when the store is opened.
    keep
        How many of the newest checkpoints are kept, at least 1; beside them the best one.
    on_message
        Called with a text for a person to read: a checkpoint that was passed over, one that could
        not be removed. Always from the thread that called the store.

    Notes
    -----
    A checkpoint is a folder ``update-000001200-17`` (17: the 17th save; ``-best`` behind it for
    the best one) with ``arrays.npz``, which ``numpy.load`` reads without pickles, and
    ``manifest.json``. It is written under another name, flushed to the disk, and then renamed, so
    one of this name is whole unless the disk fails; reading it checks every byte all the same.
    Which is newest is decided by the number of the save, never by a clock.

    :meth:`save`, :meth:`save_in_background` and :meth:`open` take a lock, so that two processes
    cannot write into one folder. :meth:`latest`, :meth:`load` and :meth:`paths` need none.

    Examples
    --------
    >>> import numpy as np, tempfile
    >>> with CheckpointStore(tempfile.mkdtemp()) as store:
    ...     path = store.save(1200, {"params/W": np.zeros((2, 3))}, {"epoch": 4})
    >>> path.name
    'update-000001200-1'
    >>> CheckpointStore(path.parent).latest().document
    {'epoch': 4}
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        *,
        keep: int = 3,
        on_message: Callable[[str], None] = _say_nothing,
    ) -> None:
        self.path = Path(path).absolute()
        self.keep = check_integer("CheckpointStore", "keep", keep, low=1)
        self.on_message = on_message
        self._lock = FolderLock(self.path)
        self._writer = BackgroundWriter()
        self._messages: list[str] = []
        self._told: set[str] = set()
        self._saving = threading.Lock()
        self._pid = os.getpid()

    def open(self) -> CheckpointStore:
        """Make the folder, take its lock and clear away what killed writers left.

        Raises
        ------
        CheckpointError
            Another process writes there (named), or the folder cannot be made or written to.
        """
        self._check_process()
        if self._lock.held:
            return self
        try:
            make_folders(self.path)
            self._lock.acquire()
            writing.sweep(self.path, self._messages.append)
        except OSError as error:
            self._lock.release()
            raise CheckpointError(writing.explain(error, self.path, "opened")) from error
        self._pass_on_messages()
        return self

    def close(self) -> None:
        """Wait for a save in the background and let go of the lock.

        Raises
        ------
        CheckpointError
            That save failed.
        """
        try:
            if self._pid == os.getpid():
                self.wait()
        finally:
            self._lock.release()

    def __enter__(self) -> CheckpointStore:
        return self.open()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def save(
        self,
        update: int,
        arrays: Mapping[str, Array],
        document: Mapping[str, Any],
        *,
        best: bool = False,
    ) -> Path:
        """Write a checkpoint; it is on the disk when this returns.

        Parameters
        ----------
        update
            Updates made, at least 0.
        arrays
            Names to NumPy arrays of any dtype but objects.
        document
            Numbers, strings, lists, dicts with string keys, booleans and None; floats come back to
            the bit, tuples as lists.
        best
            Keep it, beside the newest ones, until another one is best.

        Returns
        -------
        pathlib.Path
            Its folder.

        Raises
        ------
        CheckpointError
            It could not be written (disk full, no permission, ...), or the one before, in the
            background, could not, and this one was not begun. The checkpoints before are as they
            were.
        """
        job = self._job(update, arrays, document, best)
        self._writer.wait()
        try:
            return job()
        finally:
            self._pass_on_messages()

    def save_in_background(
        self,
        update: int,
        arrays: Mapping[str, Array],
        document: Mapping[str, Any],
        *,
        best: bool = False,
    ) -> None:
        """Write a checkpoint in a thread; as :meth:`save` otherwise.

        The arrays belong to the store from now on; the caller does not change them any more. The
        document is copied. At most one checkpoint is being written: this call waits for the one
        before.

        Raises
        ------
        CheckpointError
            The one before could not be written, and this one was not begun; or an argument cannot
            be stored. An error while this one is written is raised by the next call.
        """
        job = self._job(update, arrays, document, best)
        try:
            self._writer.start(job)
        finally:
            self._pass_on_messages()

    def wait(self) -> Path | None:
        """Wait for the save in the background.

        Returns
        -------
        pathlib.Path or None
            The folder of the last checkpoint written in the background; None if there is none.

        Raises
        ------
        CheckpointError
            It could not be written.
        """
        self._check_process()
        try:
            return self._writer.wait()
        finally:
            self._pass_on_messages()

    def latest(self) -> Checkpoint | None:
        """The newest checkpoint that is whole; None if there is none.

        Every newer one that is damaged is named through ``on_message``, with what is wrong.
        """
        self._writer.join()
        return reading.latest(self.path, self.on_message)

    def load(self, path: str | os.PathLike[str]) -> Checkpoint:
        """Read one checkpoint and check every byte of it.

        Raises
        ------
        CheckpointError
            It is damaged, or no checkpoint; the text names the file and what is wrong.
        """
        return reading.load(Path(path))

    def paths(self) -> list[Path]:
        """The folders of the checkpoints, newest first, damaged ones among them."""
        return reading.paths(self.path)

    def _job(
        self, update: int, arrays: Mapping[str, Array], document: Mapping[str, Any], best: bool
    ) -> Callable[[], Path]:
        """The save as a function without arguments; what may be wrong with them is found here."""
        self._check_process()
        number = check_integer("CheckpointStore", "update", update)
        if number > LAST_UPDATE:
            raise CheckpointError(f"checkpoint: update={number}; expected at most {LAST_UPDATE}.")
        try:
            checked = check_arrays(arrays)
        except NpyError as error:
            raise CheckpointError(
                f"checkpoint: {error}. Expected NumPy arrays of numbers, booleans or text."
            ) from error
        if not isinstance(document, Mapping):
            raise CheckpointError(
                f"checkpoint: the document is of the type {type(document).__name__}; expected a "
                "dict."
            )
        encoded = encode(document)
        self.open()

        def job() -> Path:
            with self._saving:
                return writing.save(
                    self.path,
                    FolderName(number, 0, best),
                    checked,
                    encoded,
                    self.keep,
                    self._messages.append,
                )

        return job

    def _check_process(self) -> None:
        if self._pid != os.getpid():
            raise CheckpointError(
                f"{self.path}: this store belongs to process {self._pid}, of which this one is a "
                "fork. Make a new CheckpointStore here, in another folder."
            )

    def _pass_on_messages(self) -> None:
        while self._messages:
            text = self._messages.pop(0)
            if text not in self._told:  # what cannot be removed cannot be at the next save either
                self._told.add(text)
                self.on_message(text)
