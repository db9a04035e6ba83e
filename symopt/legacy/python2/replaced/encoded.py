"""Modules that take or give bytes: a byte string will do for them, and comes out of them."""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Iterator
from typing import Any

from symopt.legacy.python2.files import binary_stream
from symopt.legacy.python2.replaced.facade import Facade, over
from symopt.legacy.python2.text import ByteString, as_bytes, as_raw_text, as_text


def _with_bytes(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function; each ``str`` that it is given becomes bytes, and its bytes byte strings."""

    @functools.wraps(function)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        result = function(*map(as_bytes, args), **{k: as_bytes(v) for k, v in kwargs.items()})
        return ByteString(result) if isinstance(result, bytes) else result

    return wrapped


def _all_with_bytes(name: str, functions: str, extra: dict[str, Any] | None = None) -> Facade:
    import importlib

    real = importlib.import_module(name)
    names = {f: _with_bytes(getattr(real, f)) for f in functions.split() if hasattr(real, f)}
    return over(name, names | (extra or {}))


def zlib_module() -> types.ModuleType:
    """``zlib`` of byte strings."""
    return _all_with_bytes("zlib", "compress decompress crc32 adler32")


def binascii_module() -> types.ModuleType:
    """``binascii`` of byte strings."""
    functions = "hexlify unhexlify b2a_hex a2b_hex b2a_base64 a2b_base64 crc32 b2a_uu a2b_uu"
    return _all_with_bytes("binascii", functions)


def base64_module() -> types.ModuleType:
    """``base64``, with ``encodestring`` and ``decodestring``."""
    import base64

    functions = (
        "b64encode b64decode standard_b64encode standard_b64decode urlsafe_b64encode "
        "urlsafe_b64decode b32encode b32decode b16encode b16decode"
    )
    return _all_with_bytes(
        "base64",
        functions,
        {
            "encodestring": _with_bytes(base64.encodebytes),
            "decodestring": _with_bytes(base64.decodebytes),
        },
    )


def struct_module() -> types.ModuleType:
    """``struct``: packed bytes are a ``str``."""
    import struct

    def given(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(as_bytes(v) for v in values)

    def taken(values: tuple[Any, ...]) -> tuple[Any, ...]:
        return tuple(ByteString(v) if isinstance(v, bytes) else v for v in values)

    class Struct(struct.Struct):
        def pack(self, *values: Any) -> Any:
            return ByteString(super().pack(*given(values)))

        def unpack(self, data: Any) -> Any:
            return taken(super().unpack(as_bytes(data)))

    return over(
        "struct",
        {
            "Struct": Struct,
            "pack": lambda form, *values: ByteString(struct.pack(form, *given(values))),
            "unpack": lambda form, data: taken(struct.unpack(form, as_bytes(data))),
            "unpack_from": lambda form, data, offset=0: taken(
                struct.unpack_from(form, as_bytes(data), offset)
            ),
        },
    )


class _Hash:
    """A hash that takes ``str``."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def update(self, data: Any) -> None:
        self._real.update(as_bytes(data))

    def digest(self) -> Any:
        return ByteString(self._real.digest())

    def copy(self) -> _Hash:
        return _Hash(self._real.copy())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def _hash(name: str) -> Callable[..., _Hash]:
    def make(data: Any = b"") -> _Hash:
        import hashlib

        return _Hash(hashlib.new(name, as_bytes(data)))

    return make


def hashlib_module() -> types.ModuleType:
    """``hashlib`` of byte strings."""
    names: dict[str, Any] = {
        n: _hash(n) for n in ["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]
    }
    return over("hashlib", {**names, "new": lambda name, data=b"": _hash(name)(data)})


def md5_module() -> types.ModuleType:
    """``md5.md5`` and ``md5.new``."""
    return Facade("md5", None, {"md5": _hash("md5"), "new": _hash("md5")})


def sha_module() -> types.ModuleType:
    """``sha.sha`` and ``sha.new``."""
    return Facade("sha", None, {"sha": _hash("sha1"), "new": _hash("sha1")})


def json_module() -> types.ModuleType:
    """``json``: byte strings of utf-8 are text to it; ``encoding=`` is accepted."""
    import json

    def loads(text: Any, encoding: Any = None, **kwargs: Any) -> Any:
        return json.loads(as_text(text) if isinstance(text, str) else text, **kwargs)

    def load(file: Any, encoding: Any = None, **kwargs: Any) -> Any:
        return loads(file.read(), **kwargs)

    def dumps(value: Any, encoding: Any = None, **kwargs: Any) -> str:
        return json.dumps(_readable(value), **kwargs)

    def dump(value: Any, file: Any, encoding: Any = None, **kwargs: Any) -> None:
        json.dump(_readable(value), file, **kwargs)

    return over("json", {"loads": loads, "load": load, "dumps": dumps, "dump": dump})


def _readable(value: Any) -> Any:
    """The value with its byte strings decoded, as Python 2's ``json`` did."""
    if type(value) is str:
        return as_text(value)
    if isinstance(value, bytes):
        return as_text(as_raw_text(value))
    if type(value) is dict:
        return {_readable(k): _readable(v) for k, v in value.items()}
    if type(value) in (list, tuple):
        return [_readable(v) for v in value]
    return value


def csv_module() -> types.ModuleType:
    """``csv`` reads and writes binary files too."""
    import csv

    def lines(source: Any) -> Iterator[Any]:
        return (as_raw_text(line) for line in source)

    class DictReader(csv.DictReader):
        def __init__(self, source: Any, *args: Any, **kwargs: Any) -> None:
            super().__init__(lines(source), *args, **kwargs)

    return over(
        "csv",
        {
            "reader": lambda source, *args, **kwargs: csv.reader(lines(source), *args, **kwargs),
            "DictReader": DictReader,
        },
    )


def codecs_module() -> types.ModuleType:
    """``codecs``: streams below ``getwriter`` and ``getreader`` are binary ones."""
    import codecs

    def getwriter(encoding: str) -> Callable[..., Any]:
        return lambda stream, errors="strict": codecs.getwriter(encoding)(
            binary_stream(stream), errors
        )

    def getreader(encoding: str) -> Callable[..., Any]:
        return lambda stream, errors="strict": codecs.getreader(encoding)(
            binary_stream(stream), errors
        )

    from symopt.legacy.python2.files import open_file
    from symopt.legacy.python2.text import decode, encode

    def open_(name: Any, mode: str = "r", encoding: Any = None, *args: Any, **kwargs: Any) -> Any:
        if encoding is None:
            return open_file(name, mode if "b" in mode else mode + "b")
        return codecs.open(name, mode.replace("U", ""), encoding, *args, **kwargs)

    return over(
        "codecs",
        {
            "getwriter": getwriter,
            "getreader": getreader,
            "open": open_,
            "encode": encode,
            "decode": decode,
        },
    )


class _Pattern:
    """A compiled pattern that takes byte strings."""

    def __init__(self, real: Any) -> None:
        self._real = real

    def __getattr__(self, name: str) -> Any:
        return getattr(object.__getattribute__(self, "_real"), name)

    def __reduce__(self) -> Any:
        return _Pattern, (self._real,)

    def __eq__(self, other: object) -> bool:
        return self._real == getattr(other, "_real", other)

    def __hash__(self) -> int:
        return hash(self._real)


def _pattern_method(name: str) -> Callable[..., Any]:
    def method(self: _Pattern, *args: Any, **kwargs: Any) -> Any:
        return getattr(self._real, name)(*map(as_raw_text, args), **kwargs)

    method.__name__ = name
    return method


_SEARCHES = ("match", "search", "split", "findall", "finditer", "sub", "subn", "fullmatch")
for _name in _SEARCHES:
    setattr(_Pattern, _name, _pattern_method(_name))


def re_module() -> types.ModuleType:
    """``re``: patterns find themselves in byte strings."""
    import re

    def function(name: str) -> Callable[..., Any]:
        def call(pattern: Any, *args: Any, **kwargs: Any) -> Any:
            pattern = getattr(pattern, "_real", pattern)
            return getattr(re, name)(as_raw_text(pattern), *map(as_raw_text, args), **kwargs)

        return call

    def compile_(pattern: Any, flags: Any = 0) -> Any:
        if isinstance(pattern, _Pattern):
            return pattern
        return _Pattern(re.compile(as_raw_text(pattern), flags))

    names: dict[str, Any] = {name: function(name) for name in _SEARCHES}
    return over(
        "re",
        {
            **names,
            "compile": compile_,
            "escape": lambda text: re.escape(as_raw_text(text)),
            "_pattern_type": _Pattern,
        },
    )
