"""One process writes into a folder of checkpoints: a lock that dies with its owner."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import socket
import weakref
from pathlib import Path

from symopt.errors import CheckpointError

FILE = ".lock"
BUSY = (errno.EWOULDBLOCK, errno.EAGAIN)
UNSUPPORTED = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)

TAKEN = (
    "{folder}: another run writes its checkpoints there ({owner}). Two of them would remove each "
    "other's. Wait for it, end it, or give this run a folder of its own."
)
NO_LOCKS = (
    "{folder}: the file system cannot lock files ({error}), so nothing would keep a second run "
    "out. Put checkpoints on another one (a local disk, or NFS mounted with local_lock=flock)."
)

_held: weakref.WeakSet[FolderLock] = weakref.WeakSet()
_fork_handler_registered = False


class FolderLock:
    """An exclusive ``flock`` on a file in the folder.

    The system lets go of it when the process ends, however it ends, so that no stale lock is left.
    The file says who has it, for the error that others get.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._handle: int | None = None

    @property
    def held(self) -> bool:
        """Whether this process has it."""
        return self._handle is not None

    def acquire(self) -> None:
        """Take the lock.

        Raises
        ------
        CheckpointError
            Another process has it, or the file system has no locks.
        OSError
            The file cannot be made.
        """
        import fcntl

        path = self._folder / FILE
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            owner = _read_owner(handle)
            os.close(handle)
            if error.errno in BUSY:
                raise CheckpointError(TAKEN.format(folder=self._folder, owner=owner)) from error
            if error.errno in UNSUPPORTED:
                raise CheckpointError(NO_LOCKS.format(folder=self._folder, error=error)) from error
            raise
        self._handle = handle
        with contextlib.suppress(OSError):  # the lock holds without it, on a full disk, say
            _write_owner(handle)
        _close_in_forked_children(self)

    def release(self) -> None:
        """Let go of it; the file stays, since removing it would race with the next owner."""
        handle, self._handle = self._handle, None
        if handle is not None:
            with contextlib.suppress(OSError):  # it is closed all the same, and holds no data
                os.close(handle)

    def __del__(self) -> None:
        self.release()


def _write_owner(handle: int) -> None:
    owner = {"pid": os.getpid(), "host": socket.gethostname()}
    os.ftruncate(handle, 0)
    os.pwrite(handle, json.dumps(owner).encode() + b"\n", 0)


def _read_owner(handle: int) -> str:
    try:
        owner = json.loads(os.pread(handle, 1000, 0))
        pid, host = owner["pid"], owner["host"]
    except (OSError, ValueError, TypeError, KeyError):
        return "which one it does not say"
    if (pid, host) == (os.getpid(), socket.gethostname()):
        return f"this very process, {pid} on {host}"
    return f"process {pid} on {host}"


def _close_in_forked_children(lock: FolderLock) -> None:
    # A forked child shares the lock and would keep it after its parent's end.
    global _fork_handler_registered
    _held.add(lock)
    if not _fork_handler_registered:
        os.register_at_fork(after_in_child=_release_all)
        _fork_handler_registered = True


def _release_all() -> None:
    for lock in list(_held):
        lock.release()
