"""One Python for Python 2 and 3, as Theano had it. The names are those of Python 3."""

from __future__ import annotations

import builtins
import configparser as configparser
import os
from collections import OrderedDict as OrderedDict
from collections.abc import Callable as Callable
from collections.abc import Iterable as Iterable
from collections.abc import Iterator, MutableMapping
from collections.abc import Mapping as Mapping
from collections.abc import ValuesView as ValuesView
from importlib import reload as reload
from io import BytesIO as BytesIO
from operator import truediv
from typing import Any

from symopt.legacy.theano._fallback import fallback

__getattr__ = fallback(__name__)

PY3 = True
DictMixin = MutableMapping
operator_div = truediv
next = builtins.next  # Theano's name
izip = zip
imap = map
ifilter = filter


def b(s: str) -> bytes:
    """The bytes of a string of Latin 1."""
    return s.encode("latin-1")


def cmp(x: Any, y: Any) -> int:
    """-1, 0 or 1, as ``x`` is less than, equal to or more than ``y``."""
    return (x > y) - (x < y)


def exc_message(e: BaseException) -> Any:
    """What an exception says; of an exception in an exception, what the inner one says."""
    message = e.args[0]
    return exc_message(message) if isinstance(message, Exception) else message


def get_unbound_function(unbound: Any) -> Any:
    """The function of a method."""
    return getattr(unbound, "__func__", unbound)


def decode(x: bytes) -> str:
    """The text of some bytes."""
    return x.decode()


def decode_iter(itr: Iterable[bytes]) -> Iterator[str]:
    """The text of each of some bytes."""
    return (x.decode() for x in itr)


def decode_with(x: bytes, encoding: str) -> str:
    """The text of some bytes in an encoding."""
    return x.decode(encoding)


class DefaultOrderedDict(OrderedDict):  # type: ignore[type-arg]
    """An ordered dict with a default for missing keys."""

    def __init__(self, default_factory: Any = None, *a: Any, **kw: Any) -> None:
        if default_factory is not None and not callable(default_factory):
            raise TypeError("first argument must be callable")
        super().__init__(*a, **kw)
        self.default_factory = default_factory

    def __missing__(self, key: Any) -> Any:
        if self.default_factory is None:
            raise KeyError(key)
        self[key] = value = self.default_factory()
        return value

    def __reduce__(self) -> Any:
        arguments = () if self.default_factory is None else (self.default_factory,)
        return type(self), arguments, None, None, iter(self.items())

    def copy(self) -> DefaultOrderedDict:
        """Another one with the same items."""
        return type(self)(self.default_factory, self)

    __copy__ = copy


def maybe_add_to_os_environ_pathlist(var: str, newpath: str) -> None:
    """Put an absolute path first in an environment variable such as PATH."""
    paths = os.environ.get(var, "").split(os.pathsep)
    if os.path.isabs(newpath) and newpath not in paths:
        os.environ[var] = os.pathsep.join([newpath, *filter(None, paths)])
