"""Taking instructions and their arguments from the bytes of a pickle."""

from __future__ import annotations

import codecs
import re
import struct
from typing import Any

from symopt.datasets.pickles.objects import PickleError

_ESCAPE = re.compile(rb"\\(x[0-9a-fA-F]{2}|[0-7]{1,3}|.)", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f"}
_ESCAPED |= {b"v": b"\v", b"\\": b"\\", b"'": b"'", b'"': b'"', b"\n": b""}


class Reader:
    """The bytes of a pickle and how far they were read; it never reads past their end."""

    def __init__(self, data: bytes, position: int = 0) -> None:
        self.data = data
        self.position = position

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes."""
        start = self.position
        stop = start + size
        if size < 0 or stop > len(self.data):
            raise PickleError(
                f"cut short: {size} bytes wanted at byte {start}, {len(self.data) - start} left"
            )
        self.position = stop
        return self.data[start:stop]

    def code(self) -> int:
        """The next byte."""
        at = self.position
        if at >= len(self.data):
            raise PickleError(f"cut short: it ends at byte {at} without a STOP")
        self.position = at + 1
        return self.data[at]

    def unsigned(self, size: int) -> int:
        """A little-endian number without a sign."""
        return int.from_bytes(self.take(size), "little")

    def signed(self, size: int) -> int:
        """A little-endian number with a sign."""
        return int.from_bytes(self.take(size), "little", signed=True)

    def float64(self) -> float:
        """A big-endian float."""
        (number,) = struct.unpack(">d", self.take(8))
        return float(number)

    def line(self) -> bytes:
        """The bytes before the next line break; that of Windows, too."""
        end = self.data.find(b"\n", self.position)
        if end < 0:
            raise PickleError(f"cut short: no line break after byte {self.position}")
        text = self.data[self.position : end]
        self.position = end + 1
        return text.removesuffix(b"\r")

    def text_line(self) -> str:
        """A line of text."""
        return utf8(self.line())

    def quoted_line(self) -> str:
        """A line that is the literal of a Python 2 str."""
        text = self.line().strip()
        if len(text) < 2 or text[:1] != text[-1:] or text[:1] not in (b"'", b'"'):
            raise PickleError(f"a string without quotes before byte {self.position}")
        return _ESCAPE.sub(_unescaped, text[1:-1]).decode("latin-1")

    def integer_line(self) -> Any:
        """A line with an integer, or a bool in the old spelling."""
        text = self.line()
        if text in (b"00", b"01"):
            return text == b"01"
        return self._number(text.removesuffix(b"L"), int)

    def float_line(self) -> Any:
        """A line with a float."""
        return self._number(self.line(), float)

    def _number(self, text: bytes, kind: type) -> Any:
        try:
            return kind(text)
        except ValueError as error:
            raise PickleError(f"no number before byte {self.position}: {text!r:.40}") from error


def utf8(data: bytes) -> str:
    """Text of the protocols since 1, where half a surrogate pair may stand alone."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError as error:
        raise PickleError(f"text that is not UTF-8: {error}") from error


def raw_unicode(data: bytes) -> str:
    """Text of protocol 0."""
    try:
        return codecs.raw_unicode_escape_decode(data)[0]
    except UnicodeDecodeError as error:
        raise PickleError(f"text that cannot be decoded: {error}") from error


def _unescaped(found: re.Match[bytes]) -> bytes:
    code = found[1]
    if code[:1] == b"x" and len(code) == 3:
        return bytes([int(code[1:], 16)])
    if code.isdigit() and code[:1] < b"8":
        return bytes([int(code, 8) & 0xFF])
    return _ESCAPED.get(code, found[0])
