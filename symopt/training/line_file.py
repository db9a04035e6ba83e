"""A file that grows by whole lines, and that a failing disk does not end training over."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from symopt.training.replace_file import replace_file


class LineFile:
    """Appends lines; what cannot be written now is kept and tried again with the next line.

    Parameters
    ----------
    path
        The file.
    select
        Given the lines that the file holds when it is opened, returns those that it shall hold.
        The file is then replaced as a whole, unless they are the same.
    on_message
        Told of the first failure.
    """

    def __init__(
        self,
        path: Path,
        select: Callable[[list[str]], list[str]],
        on_message: Callable[[str], None],
    ) -> None:
        self.path = path
        self._select = select
        self._on_message = on_message
        self._told = False
        self._pending: list[bytes] = []
        self._descriptor: int | None = None
        self._size = 0  # of the file up to its last whole line

    def append(self, line: str) -> None:
        """Write a line, or keep it for later."""
        self._pending.append(line.encode() + b"\n")
        self.flush()

    def flush(self) -> None:
        """Write what is pending, if the disk lets it."""
        try:
            if self._descriptor is None:
                self._descriptor = self._open()
            self._write(self._descriptor)
        except OSError as error:
            if not self._told:
                self._told = True
                self._on_message(
                    f"{self.path} cannot be written to: {error.strerror or error}. Training goes "
                    "on; the lines are kept and tried again."
                )

    def close(self) -> None:
        """Try once more what is pending, and close the file."""
        self.flush()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
        if self._pending:
            self._on_message(f"{len(self._pending):,} lines of {self.path} were not written.")

    def _open(self) -> int:
        try:
            before = self.path.read_bytes()
        except FileNotFoundError:
            before = b""
        held = before.decode(errors="replace").split("\n")
        kept = self._select(held[:-1] + [line for line in held[-1:] if line])
        after = "".join(line + "\n" for line in kept).encode()
        if after != before or not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(self.path, after)
        self._size = len(after)
        return os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)

    def _write(self, descriptor: int) -> None:
        while self._pending:
            # One call for all of them: lines are short, and a run killed between two calls would
            # leave half a line behind.
            data = b"".join(self._pending)
            written = 0
            try:
                while written < len(data):
                    written += os.write(descriptor, data[written:])
            except OSError:
                os.ftruncate(descriptor, self._size)  # half a line, of a disk that is full
                raise
            self._size += len(data)
            self._pending.clear()
