"""Python 2's ``open``: files of bytes, whatever the mode."""

from __future__ import annotations

import builtins
import io
import os
from collections.abc import Iterable, Iterator
from typing import Any

from symopt.legacy.python2.text import ByteString, as_bytes, as_text


class File:
    """Python 2's ``file`` over a binary stream.

    What is read is a ``str`` in a text mode, one character a byte, and a
    :class:`~symopt.legacy.python2.text.ByteString` in a binary mode. What is written may be either
    in both. Nothing is read ahead of what was asked for, so a pickle can be loaded from a file that
    was opened as text, from where the last ``readline`` ended.

    Parameters
    ----------
    stream
        A buffered binary stream.
    mode
        As it was asked for; ``"b"`` in it gives bytes.
    name
        What ``file.name`` says.
    """

    encoding = None
    errors = None
    newlines = None

    def __init__(self, stream: Any, mode: str = "r", name: Any = None) -> None:
        self.buffer = stream
        self.mode = mode
        self.name = name
        self._universal = "U" in mode
        self._binary = "b" in mode
        self.softspace = 0

    def _give(self, data: bytes) -> Any:
        if self._binary:
            return ByteString(data)
        if self._universal and b"\r" in data:
            data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
        return data.decode("latin-1")

    def read(self, size: int | None = -1) -> Any:
        return self._give(self.buffer.read(-1 if size is None else size))

    def readline(self, size: int | None = -1) -> Any:
        return self._give(self.buffer.readline(-1 if size is None else size))

    def readlines(self, hint: int = -1) -> list[Any]:
        return [self._give(line) for line in self.buffer.readlines(hint)]

    def xreadlines(self) -> File:
        return self

    def readinto(self, target: Any) -> Any:
        return self.buffer.readinto(target)

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        line = self.buffer.readline()
        if not line:
            raise StopIteration
        return self._give(line)

    next = __next__

    def write(self, data: Any) -> None:
        self.softspace = 0  # of print: only the next print adds the space
        self.buffer.write(as_bytes(data))

    def writelines(self, lines: Iterable[Any]) -> None:
        for line in lines:
            self.buffer.write(as_bytes(line))

    def __enter__(self) -> File:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        self.buffer.close()

    def __getattr__(self, name: str) -> Any:
        if name == "buffer":  # while unpickling or half built
            raise AttributeError(name)
        return getattr(self.buffer, name)

    def __repr__(self) -> str:
        state = "closed" if self.buffer.closed else "open"
        return f"<{state} file {self.name!r}, mode {self.mode!r} at {id(self):#x}>"


class _FileType(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, File | io.IOBase)


class file(metaclass=_FileType):  # noqa: N801 (Python 2's name)
    """Python 2's ``file``: ``open`` by another name, and the type of files and streams."""

    def __new__(cls, name: Any, mode: str = "r", buffering: int = -1) -> Any:
        return open_file(name, mode, buffering)


def open_file(name: Any, mode: str = "r", buffering: int = -1, **kwargs: Any) -> Any:
    """Python 2's ``open(name, mode, buffering)``.

    Keywords of Python 3's ``open`` (``encoding=``, ``newline=``, ...) get Python 3's file.
    """
    if kwargs:
        return builtins.open(name, mode, buffering, **kwargs)
    kind = mode.replace("U", "").replace("b", "").replace("t", "").replace(" ", "") or "r"
    if kind[0] not in "rwa" or kind.strip("rwa+"):
        raise ValueError(f"mode string must begin with one of 'r', 'w', 'a' or 'U', not {mode!r}")
    kind = kind[0] + ("+" if "+" in kind else "")
    if buffering == 0 or buffering == 1:
        # Unbuffered and by lines are both prompt; reading needs a buffer for readline
        stream: Any = _Prompt(builtins.open(_path(name), kind + "b"))  # noqa: SIM115 (it is the caller\'s)
    else:
        stream = builtins.open(_path(name), kind + "b", buffering)  # noqa: SIM115
    return File(stream, mode, name)


class _Prompt:
    """A binary stream that is flushed at every write."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def write(self, data: bytes) -> Any:
        written = self._stream.write(data)
        self._stream.flush()
        return written

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def _path(name: Any) -> Any:
    """The name as Python 3 spells it; one that came as bytes of utf-8 is decoded."""
    if isinstance(name, ByteString):
        return os.fsdecode(bytes(memoryview(name)))
    return as_text(name) if isinstance(name, str) and not os.path.exists(name) else name


def binary_stream(file: Any) -> Any:
    """The stream of bytes below a file: what ``pickle`` and NumPy can read."""
    if type(file) is File:
        return file.buffer
    if isinstance(file, io.TextIOWrapper):  # sys.stdin, codecs, io.open
        return file.buffer
    return file


def wrapped(stream: Any, mode: str, name: Any = None) -> File:
    """A stream of another library (gzip, a socket, a pipe) as Python 2's file."""
    return File(stream, mode, getattr(stream, "name", name) if name is None else name)
