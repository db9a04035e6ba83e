"""Files and folders that are on the disk when a function returns, or not there at all.

Everything that a save asks of the operating system goes through here.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

NO_FOLDER_SYNC = (errno.EINVAL, errno.ENOTSUP)
"""What file systems answer that cannot flush a folder: they do it by themselves, or never."""


class DurableFile(io.RawIOBase):
    """A new file, written without a buffer; :meth:`finish` puts it on the disk.

    After an error it accepts no more writes, so that nothing is written past a gap.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._failed: OSError | None = None
        self._handle: int | None = None
        self._handle = os.open(
            path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o666
        )

    def write(self, data: ReadableBuffer, /) -> int:
        """Write all of ``data``, also where the system takes it in pieces."""
        if self._failed is not None:
            raise self._failed
        handle = self._open_handle()
        view = memoryview(data).cast("B")
        done = 0
        try:
            while done < len(view):
                done += os.write(handle, view[done:])
        except OSError as error:
            self._failed = error
            raise
        return done

    def seek(self, offset: int, whence: int = os.SEEK_SET, /) -> int:
        return os.lseek(self._open_handle(), offset, whence)

    def tell(self) -> int:
        return os.lseek(self._open_handle(), 0, os.SEEK_CUR)

    def seekable(self) -> bool:
        return True

    def writable(self) -> bool:
        return True

    def finish(self) -> int:
        """Flush the file to the disk, close it, and give its length."""
        handle = self._open_handle()
        length = os.fstat(handle).st_size
        os.fsync(handle)
        self.close()
        return length

    def close(self) -> None:
        handle, self._handle = self._handle, None
        super().close()
        if handle is not None:
            os.close(handle)

    def _open_handle(self) -> int:
        if self._handle is None:
            raise ValueError("the file is closed")
        return self._handle


def write_file(path: Path, data: bytes) -> None:
    """Write a new file and flush it to the disk."""
    with DurableFile(path) as file:
        file.write(data)
        file.finish()


def sync_folder(path: Path) -> None:
    """Flush to the disk what a folder holds: names made, renamed and removed."""
    handle = os.open(path, os.O_RDONLY | getattr(os, "O_CLOEXEC", 0))
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in NO_FOLDER_SYNC:
            raise
    finally:
        os.close(handle)


def make_folders(path: Path) -> None:
    """Make a folder and those above it, each flushed to the disk."""
    if path.is_dir():
        return
    if path.parent != path:
        make_folders(path.parent)
    try:
        os.mkdir(path)
    except FileExistsError:  # another process was quicker, or it is a file
        if not path.is_dir():
            raise
    sync_folder(path.parent)


def rename(source: Path, target: Path) -> None:
    """Rename within one folder and flush that to the disk."""
    os.rename(source, target)
    sync_folder(target.parent)


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder of files; a link's target is left alone."""
    if stat.S_ISDIR(os.lstat(path).st_mode):
        for name in os.listdir(path):
            os.unlink(path / name)
        os.rmdir(path)
    else:
        os.unlink(path)


def open_regular(path: Path) -> io.BufferedReader:
    """Open a file for reading; what is no regular file (a pipe would block) is refused.

    Raises
    ------
    OSError
        It cannot be opened, or is no regular file.
    """
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0)
    handle = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise
