"""Files by other means: ``StringIO``, ``gzip``, ``bz2``, ``subprocess`` and ``commands``."""

from __future__ import annotations

import io
import subprocess
import types
from typing import Any

from symopt.legacy.python2.files import File, binary_stream
from symopt.legacy.python2.replaced.facade import over
from symopt.legacy.python2.text import ByteString, as_bytes


class StringIO(File):
    """Python 2's ``StringIO.StringIO`` and ``cStringIO.StringIO``: a file of bytes in memory."""

    def __init__(self, initial: Any = "") -> None:
        super().__init__(io.BytesIO(as_bytes(initial or "")), "rb", "<StringIO>")

    def getvalue(self) -> Any:
        """All that was written."""
        return ByteString(self.buffer.getvalue())

    def reset(self) -> None:
        """Go back to the beginning."""
        self.buffer.seek(0)

    @property
    def len(self) -> int:
        """The number of bytes."""
        return int(self.buffer.getbuffer().nbytes)

    @property
    def buf(self) -> Any:
        """All that was written."""
        return self.getvalue()


def stringio_module() -> types.ModuleType:
    """``StringIO`` and ``cStringIO``."""
    return over(
        "io", {"StringIO": StringIO, "InputType": StringIO, "OutputType": StringIO}, "StringIO"
    )


def gzip_module() -> types.ModuleType:
    """``gzip`` files read and write ``str``."""
    import gzip

    class GzipFile(File):
        def __init__(
            self,
            filename: Any = None,
            mode: Any = None,
            compresslevel: int = 9,
            fileobj: Any = None,
            mtime: Any = None,
        ) -> None:
            kind = (mode or getattr(fileobj, "mode", None) or "rb").replace("U", "")
            kind = kind.replace("t", "").replace("b", "").replace("+", "") or "r"
            stream = gzip.GzipFile(
                filename, kind + "b", compresslevel, binary_stream(fileobj), mtime
            )
            if kind == "r":
                super().__init__(io.BufferedReader(stream), "rb", filename)  # type: ignore[arg-type]
            else:
                super().__init__(stream, kind + "b", filename)

    def open_(filename: Any, mode: str = "rb", compresslevel: int = 9, **kwargs: Any) -> Any:
        if kwargs or "t" in mode:
            return gzip.open(filename, mode, compresslevel, **kwargs)
        return GzipFile(filename, mode, compresslevel)

    return over("gzip", {"GzipFile": GzipFile, "open": open_})


def bz2_module() -> types.ModuleType:
    """``bz2`` files read and write ``str``."""
    import bz2

    class BZ2File(File):
        def __init__(
            self, filename: Any, mode: str = "r", buffering: int = 0, compresslevel: int = 9
        ) -> None:
            kind = mode.replace("U", "").replace("b", "") or "r"
            super().__init__(
                bz2.BZ2File(filename, kind, compresslevel=compresslevel),  # type: ignore[call-overload]
                "rb",
                filename,
            )

    return over(
        "bz2",
        {
            "BZ2File": BZ2File,
            "compress": lambda data, level=9: ByteString(bz2.compress(as_bytes(data), level)),
            "decompress": lambda data: ByteString(bz2.decompress(as_bytes(data))),
        },
    )


class Popen(subprocess.Popen):
    """Python 2's ``Popen``: its pipes read and write ``str``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs.pop("universal_newlines", False):
            kwargs["bufsize"] = -1
        super().__init__(*args, **kwargs)
        for name, mode in (("stdin", "wb"), ("stdout", "rb"), ("stderr", "rb")):
            pipe = getattr(self, name)
            if pipe is not None and not isinstance(pipe, io.TextIOBase):
                setattr(self, name, File(pipe, mode, f"<{name}>"))

    def communicate(self, input: Any = None, timeout: Any = None) -> Any:  # noqa: A002
        for name in ("stdin", "stdout", "stderr"):
            setattr(self, name, binary_stream(getattr(self, name)))
        output = super().communicate(as_bytes(input), timeout)
        return tuple(ByteString(part) if isinstance(part, bytes) else part for part in output)


def _check_output(*args: Any, **kwargs: Any) -> Any:
    kwargs.pop("universal_newlines", None)
    return ByteString(subprocess.check_output(*args, **kwargs))


def subprocess_module() -> types.ModuleType:
    """``subprocess`` gives byte strings."""
    return over("subprocess", {"Popen": Popen, "check_output": _check_output})


def commands_module() -> types.ModuleType:
    """``commands.getoutput`` and the like."""
    import shlex

    return over(
        "subprocess",
        {
            "getstatus": lambda file: subprocess.getoutput(f"ls -ld {shlex.quote(file)}"),
            "mkarg": lambda text: " " + shlex.quote(text),
        },
        "commands",
    )
