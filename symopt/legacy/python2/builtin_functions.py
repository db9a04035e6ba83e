"""The other builtins of Python 2: numbers, strings, types, input."""

from __future__ import annotations

import builtins
import decimal
import math
import sys
from typing import Any

from symopt.legacy.python2.files import File
from symopt.legacy.python2.text import ByteString, as_bytes, as_text, decode, encode, is_encoded


def round_away(number: Any, digits: Any = 0) -> Any:
    """Python 2's ``round``: halves away from zero, and a float.

    An object with a ``__round__`` of its own, an array for one, is asked.
    """
    if not isinstance(number, builtins.float | builtins.int):
        return builtins.round(number, digits) if digits else builtins.round(number)
    value = builtins.float(number)
    if value != value or value in (float("inf"), float("-inf")):
        return value
    if not digits:
        nearest = builtins.float(builtins.round(value))
        if abs(value - nearest) == 0.5:  # a tie, which Python 3 gives to the even number
            return math.trunc(value) + math.copysign(1.0, value)
        return nearest
    exact = decimal.Decimal(value)  # the decimal digits that a float prints are not what it is
    with decimal.localcontext() as context:
        context.prec = 1200  # every float has fewer digits
        step = decimal.Decimal(1).scaleb(-int(digits))
        return builtins.float(exact.quantize(step, rounding=decimal.ROUND_HALF_UP))


def octal(number: Any) -> str:
    """Python 2's ``oct``: ``0755``."""
    if not hasattr(number, "__index__") and hasattr(number, "__oct__"):
        return number.__oct__()
    text = builtins.oct(number).replace("0o", "0", 1)
    return "0" if text in ("00", "0") else text


def hexadecimal(number: Any) -> str:
    """Python 2's ``hex``, which asked ``__hex__``."""
    if not hasattr(number, "__index__") and hasattr(number, "__hex__"):
        return number.__hex__()
    return builtins.hex(number)


def is_instance(value: Any, kinds: Any) -> bool:
    """Python 2's ``isinstance``: NumPy's default integer was an ``int``, and bytes a ``str``."""
    if builtins.isinstance(value, kinds):
        return True
    if type(value) is ByteString:
        return kinds is str or (type(kinds) is tuple and any(is_instance(value, k) for k in kinds))
    if type(value).__name__ == "int64" and type(value).__module__ == "numpy":
        return kinds is int or (type(kinds) is tuple and int in kinds)
    return False


class _UnicodeType(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return (
            type(instance) is not ByteString
            and builtins.isinstance(instance, str)
            and not (is_encoded(instance))
        )

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, str)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other is str

    def __hash__(cls) -> int:
        return hash(str)


class unicode(str, metaclass=_UnicodeType):  # noqa: N801 (Python 2's name)
    """Python 2's ``unicode``: text. Its instances are plain ``str``.

    A ``str`` that holds the bytes of utf-8 beyond ASCII is no instance of it.
    """

    def __new__(cls, value: Any = "", *encoding: Any, **kwargs: Any) -> Any:
        if encoding or kwargs:
            if builtins.isinstance(value, str | bytes):
                return decode(value, *encoding, **kwargs)
            return str(value, *encoding, **kwargs)
        if hasattr(type(value), "__unicode__"):
            return value.__unicode__()
        return str(value)


class _BaseStringType(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return builtins.isinstance(instance, str | bytes)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, str | bytes)


class basestring(metaclass=_BaseStringType):  # noqa: N801 (Python 2's name)
    """Python 2's ``basestring``: what ``str`` and ``unicode`` have in common."""


class _BytesType(type):
    def __instancecheck__(cls, instance: Any) -> bool:
        return builtins.isinstance(instance, str | bytes)

    def __subclasscheck__(cls, subclass: type) -> bool:
        return issubclass(subclass, str | bytes)

    def __eq__(cls, other: object) -> bool:
        return other is cls or other in (str, builtins.bytes)

    def __hash__(cls) -> int:
        return hash(str)


class bytes_(metaclass=_BytesType):  # noqa: N801 (Python 2's name, but for the underscore)
    """Python 2's ``bytes``, which is ``str``."""

    def __new__(cls, value: Any = "", *encoding: Any) -> Any:
        if builtins.isinstance(value, builtins.bytes | bytearray | memoryview):
            return ByteString(value)
        return encode(value, *encoding) if encoding else str(value)


def raw_input(prompt: Any = "") -> str:
    """Python 2's ``raw_input``."""
    return builtins.input(prompt)


_ENDS = ("\n", "\t", "\r")


def write_printed(
    *values: Any, sep: Any = " ", end: Any = "\n", file: Any = None, flush: Any = False
) -> None:
    """``print``: byte strings of utf-8 come out as the text they are.

    The space that ``print x,`` asks for is written by the next ``print``, unless something else was
    written in between; after a value that ends a line there is none.
    """
    stream: Any = sys.stdout if file is None else file
    if stream is None:
        return
    if type(stream) is File:
        texts = [str(value) for value in values]  # bytes are what it wants
    else:
        texts = [as_text(str(value)) for value in values]
    if sep == " " and texts:
        spaces = ["" if text[-1:] in _ENDS else " " for text in texts[:-1]]
        texts = ["".join(text + space for text, space in zip(texts, [*spaces, ""], strict=True))]
    knows = hasattr(stream, "softspace")
    if knows and stream.softspace:
        stream.softspace = 0
        if values:
            builtins.print(end=" ", file=stream)
    follows = end == " "  # only the statement print x, gives that
    if follows and (knows or (values and texts[-1][-1:] in _ENDS)):
        end = ""
    builtins.print(*texts, sep=sep, end=end, file=stream, flush=bool(flush))
    if knows and follows and values and texts[-1][-1:] not in _ENDS:
        stream.softspace = 1


class buffer:  # noqa: N801 (Python 2's name)
    """Python 2's ``buffer(object, offset, size)``: bytes of an object, read-only."""

    def __new__(cls, value: Any, offset: int = 0, size: int = -1) -> Any:
        data = memoryview(as_bytes(value)).cast("B")
        data = data[offset:] if size < 0 else data[offset : offset + size]
        return ByteString(data) if builtins.isinstance(value, str | bytes) else data


def intern(text: str) -> str:
    """Python 2's ``intern``."""
    return sys.intern(text)


def coerce(a: Any, b: Any) -> tuple[Any, Any]:
    """Python 2's ``coerce``: both numbers as the wider type."""
    for kind in (complex, float, int):
        if isinstance(a, kind) or isinstance(b, kind):
            return kind(a), kind(b)
    raise TypeError("number coercion failed")
