r"""Python 2's ``str``, which was bytes, in a Python whose ``str`` is text.

Translated code keeps a byte string as a ``str`` of the characters U+0000 to U+00FF, one a byte:
what ``data.decode("latin-1")`` gives. So ``"\xff"`` is one byte, lengths and slices count bytes, a
pickle of Python 2 that is loaded as latin1 holds equal strings, and what is read from a file is
written back byte for byte. ``encode`` and ``decode`` go between that form and real text. Bytes
that come out of binary files and libraries are a :class:`ByteString`, which every library takes
for ``bytes`` and which behaves to translated code as a ``str``.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterator
from typing import Any

_RAW = "latin-1"
_MIDDLE_OF_UTF8 = frozenset(map(chr, range(0x80, 0xC0)))


class ByteString(bytes):
    r"""``bytes`` that compare, combine and print as the ``str`` of Python 2 did.

    Methods for text (``split``, ``strip``, ``replace``, ...) take and give ``str``; indexing and
    slicing give bytes again, and looping gives bytes of length 1 rather than numbers.
    """

    __slots__ = ()

    def __str__(self) -> str:
        return self.decode_raw()

    def __repr__(self) -> str:
        return repr(self.decode_raw())

    def __format__(self, spec: str) -> str:
        return format(self.decode_raw(), spec)

    def decode_raw(self) -> str:
        """The same bytes as a ``str``, one character a byte."""
        return bytes.decode(self, _RAW)

    def __eq__(self, other: object) -> bool:
        if type(other) is str:
            return self.decode_raw() == other
        return bytes.__eq__(self, other)  # type: ignore[arg-type]

    def __ne__(self, other: object) -> bool:
        return not self == other

    def __hash__(self) -> int:
        return hash(self.decode_raw())

    def __lt__(self, other: Any) -> bool:
        return self.decode_raw() < as_raw_text(other)

    def __le__(self, other: Any) -> bool:
        return self.decode_raw() <= as_raw_text(other)

    def __gt__(self, other: Any) -> bool:
        return self.decode_raw() > as_raw_text(other)

    def __ge__(self, other: Any) -> bool:
        return self.decode_raw() >= as_raw_text(other)

    def __add__(self, other: Any) -> Any:
        if type(other) is str:
            return self.decode_raw() + other
        if isinstance(other, bytes):
            return ByteString(bytes.__add__(self, other))
        return NotImplemented

    def __radd__(self, other: Any) -> Any:
        if type(other) is str:
            return other + self.decode_raw()
        if isinstance(other, bytes):
            return ByteString(bytes.__add__(other, self))
        return NotImplemented

    def __mul__(self, count: Any) -> Any:
        return ByteString(bytes.__mul__(self, count))

    __rmul__ = __mul__

    def __mod__(self, values: Any) -> str:  # type: ignore[override]
        return self.decode_raw() % values

    def __contains__(self, item: Any) -> bool:
        return as_raw_text(item) in self.decode_raw()

    def __getitem__(self, index: Any) -> ByteString:  # type: ignore[override]
        if isinstance(index, slice):
            return ByteString(bytes.__getitem__(self, index))
        place = index.__index__()
        found = bytes.__getitem__(self, slice(place, place + 1 or None))
        if not found:
            raise IndexError("string index out of range")
        return ByteString(found)

    def __iter__(self) -> Iterator[ByteString]:  # type: ignore[override]
        return (ByteString(bytes((value,))) for value in bytes.__iter__(self))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return str, (self.decode_raw(),)

    def __bytes__(self) -> bytes:
        return (
            bytes.__getitem__(self, slice(None)) if type(self) is bytes else bytes(bytearray(self))
        )


def _as_str(name: str) -> Callable[..., Any]:
    of_bytes = getattr(bytes, name, None)

    def method(self: ByteString, *args: Any, **kwargs: Any) -> Any:
        if args and _is_plain_bytes(args[0]) and of_bytes is not None:  # Python 3 code asks
            return of_bytes(self, *args, **kwargs)
        args = tuple(as_raw_text(a) if isinstance(a, bytes) else a for a in args)
        return getattr(self.decode_raw(), name)(*args, **kwargs)

    method.__name__ = name
    return method


def _is_plain_bytes(argument: Any) -> bool:
    if type(argument) is tuple:
        return bool(argument) and all(map(_is_plain_bytes, argument))
    return type(argument) is bytes


for _name in [
    "capitalize",
    "center",
    "count",
    "endswith",
    "expandtabs",
    "find",
    "format",
    "index",
    "isalnum",
    "isalpha",
    "isdigit",
    "islower",
    "isspace",
    "istitle",
    "isupper",
    "join",
    "ljust",
    "lower",
    "lstrip",
    "partition",
    "replace",
    "rfind",
    "rindex",
    "rjust",
    "rpartition",
    "rsplit",
    "rstrip",
    "split",
    "splitlines",
    "startswith",
    "strip",
    "swapcase",
    "title",
    "upper",
    "zfill",
]:
    setattr(ByteString, _name, _as_str(_name))


def as_raw_text(value: Any) -> Any:
    """Bytes as a ``str`` of one character a byte; anything else as it is."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes.decode(bytes(value) if type(value) is not ByteString else value, _RAW)
    return value


def as_bytes(value: Any) -> Any:
    """A ``str`` as the bytes it stands for (utf-8 where it is text beyond U+00FF)."""
    if isinstance(value, str) and type(value) is not ByteString:
        try:
            return value.encode(_RAW)
        except UnicodeEncodeError:
            return value.encode("utf-8")
    return value


def is_encoded(text: str) -> bool:
    """Whether a ``str`` holds the bytes of utf-8 beyond ASCII, rather than text."""
    if text.isascii() or _MIDDLE_OF_UTF8.isdisjoint(text):
        return False
    try:
        text.encode(_RAW).decode("utf-8")
    except UnicodeError:
        return False
    return True


def as_text(text: str) -> str:
    """Real text for the screen or another library: the bytes of utf-8 decoded, else ``text``."""
    return text.encode(_RAW).decode("utf-8") if is_encoded(text) else text


def encode(value: Any, *args: Any, **kwargs: Any) -> Any:
    """``value.encode(...)`` as in Python 2: text becomes a byte string.

    A byte string that is encoded again stays what it is, as it did for programs that had called
    ``sys.setdefaultencoding``.
    """
    if type(value) is ByteString:
        value = value.decode_raw()
    if type(value) is not str:
        return value.encode(*args, **kwargs)
    encoding = args[0] if args else kwargs.get("encoding", "ascii")
    errors = args[1] if len(args) > 1 else kwargs.get("errors", "strict")
    name = _codec(encoding)
    if name in _BYTE_CODECS:
        return _BYTE_CODECS[name][0](as_bytes(value)).decode(_RAW)
    if name in ("unicode_escape", "raw_unicode_escape", "rot13"):
        return as_raw_text(codecs.encode(value, name))
    if name in ("utf-8", "ascii") and is_encoded(value):
        return value
    return value.encode(encoding, errors).decode(_RAW)


def decode(value: Any, *args: Any, **kwargs: Any) -> Any:
    """``value.decode(...)`` as in Python 2: a byte string becomes text. Text stays as it is."""
    if type(value) is not str and not isinstance(value, bytes):
        return value.decode(*args, **kwargs)
    encoding = args[0] if args else kwargs.get("encoding", "ascii")
    errors = args[1] if len(args) > 1 else kwargs.get("errors", "strict")
    name = _codec(encoding)
    if name in _BYTE_CODECS:
        return _BYTE_CODECS[name][1](as_bytes(value)).decode(_RAW)
    if name == "rot13":
        return codecs.decode(as_raw_text(value), name)
    if type(value) is str:
        try:
            data: Any = value.encode(_RAW)
        except UnicodeEncodeError:  # characters beyond a byte: it was decoded before
            return value
    else:
        data = value
    if name == "unicode_escape" or name == "raw_unicode_escape":
        return codecs.decode(data, name)
    return bytes.decode(data, encoding, errors)


def _codec(name: str) -> str:
    plain = name.lower().replace("_", "-")
    return _NAMES.get(plain, plain)


_NAMES = {
    "utf8": "utf-8",
    "u8": "utf-8",
    "us-ascii": "ascii",
    "hex-codec": "hex",
    "base64-codec": "base64",
    "zlib-codec": "zlib",
    "zip": "zlib",
    "bz2-codec": "bz2",
    "string-escape": "string_escape",
    "unicode-escape": "unicode_escape",
    "raw-unicode-escape": "raw_unicode_escape",
    "rot-13": "rot13",
    "quopri-codec": "quopri",
    "quoted-printable": "quopri",
    "uu-codec": "uu",
}


def _by_codec(name: str) -> tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]:
    return (
        lambda data: codecs.encode(data, name),  # type: ignore[call-overload, no-any-return]
        lambda data: codecs.decode(data, name),  # type: ignore[return-value]
    )


_BYTE_CODECS: dict[str, tuple[Callable[[bytes], bytes], Callable[[bytes], bytes]]] = {
    name: _by_codec(name) for name in ("hex", "base64", "zlib", "bz2", "quopri", "uu")
}
_BYTE_CODECS["string_escape"] = (
    lambda data: repr(data)[2:-1].encode("ascii"),
    lambda data: codecs.escape_decode(data)[0],  # type: ignore[attr-defined]
)


def join(separator: Any, *args: Any) -> Any:
    """``separator.join(parts)``, of byte strings too."""
    if not isinstance(separator, str | bytes):
        return separator.join(*args)
    (parts,) = args
    if type(separator) is str:
        parts = list(parts)
        try:
            return separator.join(parts)
        except TypeError:
            return separator.join([as_raw_text(part) for part in parts])
    return as_raw_text(separator).join([as_raw_text(part) for part in parts])


def translate(value: Any, *args: Any) -> Any:
    """``value.translate(table, deletechars)``."""
    if not isinstance(value, str | bytes):
        return value.translate(*args)
    text = as_raw_text(value)
    table, deleted = args[0], as_raw_text(args[1]) if len(args) > 1 else ""
    if deleted:
        text = "".join(character for character in text if character not in deleted)
    if table is None:
        return text
    return text.translate(as_raw_text(table))
