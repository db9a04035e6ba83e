"""What legacy code uses of the package six, for Python 3."""

from __future__ import annotations

import builtins
import functools
import io
import operator
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any

from symopt.legacy.theano._fallback import fallback

__version__ = "1.16.0"
__getattr__ = fallback(__name__)

PY2 = False
PY3 = True
PY34 = True
MAXSIZE = sys.maxsize
string_types = (str,)
integer_types = (int,)
class_types = (type,)
text_type = str
binary_type = bytes
StringIO = io.StringIO
BytesIO = io.BytesIO
callable = builtins.callable  # six's name
next = builtins.next  # six's name
advance_iterator = builtins.next
print_ = builtins.print
exec_ = builtins.exec
unichr = chr
int2byte = operator.methodcaller("to_bytes", 1, "big")
byte2int = operator.itemgetter(0)
indexbytes = operator.getitem
iterbytes = iter
wraps = functools.wraps
get_method_function = operator.attrgetter("__func__")
get_method_self = operator.attrgetter("__self__")
get_function_closure = operator.attrgetter("__closure__")
get_function_code = operator.attrgetter("__code__")
get_function_defaults = operator.attrgetter("__defaults__")
get_function_globals = operator.attrgetter("__globals__")


class Iterator:  # six's base class of iterators, not the abstract one
    """A base of classes with ``__next__``, which ``next`` calls."""

    def next(self) -> Any:
        """As ``__next__``."""
        return type(self).__next__(self)  # type: ignore[attr-defined]


def iterkeys(d: Mapping[Any, Any], **kw: Any) -> Any:
    """An iterator of the keys."""
    return iter(d.keys(**kw))


def itervalues(d: Mapping[Any, Any], **kw: Any) -> Any:
    """An iterator of the values."""
    return iter(d.values(**kw))


def iteritems(d: Mapping[Any, Any], **kw: Any) -> Any:
    """An iterator of the items."""
    return iter(d.items(**kw))


def iterlists(d: Any, **kw: Any) -> Any:
    """An iterator of the lists of a dict of lists."""
    return iter(d.lists(**kw))


viewkeys = operator.methodcaller("keys")
viewvalues = operator.methodcaller("values")
viewitems = operator.methodcaller("items")


def b(s: str) -> bytes:
    """The bytes of a string of Latin 1."""
    return s.encode("latin-1")


def u(s: str) -> str:
    """The string itself."""
    return s


def ensure_str(s: str | bytes, encoding: str = "utf-8", errors: str = "strict") -> str:
    """A string, decoded where it is bytes."""
    return s.decode(encoding, errors) if isinstance(s, bytes) else s


ensure_text = ensure_str


def ensure_binary(s: str | bytes, encoding: str = "utf-8", errors: str = "strict") -> bytes:
    """Bytes, encoded where it is a string."""
    return s.encode(encoding, errors) if isinstance(s, str) else s


def create_bound_method(func: Callable[..., Any], obj: Any) -> Any:
    """A function as the method of an object."""
    return types.MethodType(func, obj)


def get_unbound_function(unbound: Any) -> Any:
    """The function itself."""
    return unbound


def reraise(tp: Any, value: BaseException | None, tb: Any = None) -> None:
    """Raise an exception with a traceback."""
    if value is None:
        value = tp()
    if value.__traceback__ is not tb:
        raise value.with_traceback(tb)
    raise value


def raise_from(value: BaseException, from_value: BaseException | None) -> None:
    """Raise an exception because of another."""
    raise value from from_value


def with_metaclass(meta: type, *bases: type) -> Any:
    """A base of classes that have a metaclass."""

    class Metaclass(type):
        def __new__(cls, name: str, this_bases: Any, d: dict[str, Any]) -> Any:
            return meta(name, bases, d)

        @classmethod
        def __prepare__(cls, name: str, this_bases: Any) -> Any:  # type: ignore[override]
            return meta.__prepare__(name, bases)

    return type.__new__(Metaclass, "temporary_class", (), {})


def add_metaclass(metaclass: type) -> Callable[[type], Any]:
    """A decorator that makes a class again, with a metaclass."""

    def wrapper(cls: type) -> Any:
        namespace = dict(cls.__dict__)
        for slot in namespace.get("__slots__", ()):
            namespace.pop(slot, None)
        namespace.pop("__dict__", None)
        namespace.pop("__weakref__", None)
        return metaclass(cls.__name__, cls.__bases__, namespace)

    return wrapper


def python_2_unicode_compatible(cls: type) -> type:
    """The class itself."""
    return cls
