"""Standard streams as a Python 2 program expects them."""

from __future__ import annotations

import io
import sys
from typing import Any

from symopt.legacy.python2.text import as_raw_text, as_text


class TextStream(io.TextIOWrapper):
    """A standard stream: byte strings written to it come out as the bytes they are."""

    softspace = 0

    def write(self, text: Any) -> int:
        self.softspace = 0
        return super().write(as_text(as_raw_text(text)))


def as_in_python2() -> None:
    """Make ``sys.stdin`` give byte strings, and ``sys.stdout`` and ``sys.stderr`` take them."""
    if type(sys.stdin) is io.TextIOWrapper:
        sys.stdin.reconfigure(encoding="latin-1", newline="\n")
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if type(stream) is io.TextIOWrapper:
            stream.flush()
            setattr(
                sys,
                name,
                TextStream(
                    stream.buffer,
                    encoding=stream.encoding,
                    errors=stream.errors,
                    line_buffering=stream.line_buffering,
                    write_through=stream.write_through,
                ),
            )


def end_line() -> None:
    """End the line that a last ``print x,`` left open."""
    if getattr(sys.stdout, "softspace", 0):
        sys.stdout.write("\n")
