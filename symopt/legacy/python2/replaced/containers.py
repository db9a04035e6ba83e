"""``collections``, ``itertools``, ``UserDict`` and ``sets``."""

from __future__ import annotations

import collections
import collections.abc
import itertools
import types
from collections.abc import Iterable, Iterator
from typing import Any

from symopt.legacy.python2.replaced.facade import Facade, over


def collections_module() -> types.ModuleType:
    """The abstract classes, which moved to ``collections.abc``."""
    names = {
        name: getattr(collections.abc, name)
        for name in collections.abc.__all__
        if name not in ("Buffer",)
    }
    return over("collections", names)


def itertools_module() -> types.ModuleType:
    """``izip`` and the others that became builtins."""
    return over(
        "itertools",
        {
            "izip": zip,
            "imap": _imap,
            "ifilter": filter,
            "ifilterfalse": itertools.filterfalse,
            "izip_longest": itertools.zip_longest,
        },
    )


def _imap(function: Any, *iterables: Iterable[Any]) -> Iterator[Any]:
    return zip(*iterables, strict=False) if function is None else map(function, *iterables)


class UserDict(collections.UserDict):
    """Python 2's ``UserDict``, with the methods that went."""

    def has_key(self, key: Any) -> bool:
        """Whether the key is there."""
        return key in self.data


class DictMixin(collections.abc.MutableMapping):
    """Python 2's ``DictMixin``: a mapping from four methods, ``keys`` among them."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(list(self.keys()))

    def keys(self) -> Any:
        raise NotImplementedError("a DictMixin defines keys()")

    def values(self) -> Any:
        return [self[key] for key in self.keys()]

    def items(self) -> Any:
        return [(key, self[key]) for key in self.keys()]

    def __contains__(self, key: Any) -> bool:
        try:
            self[key]
        except KeyError:
            return False
        return True

    def has_key(self, key: Any) -> bool:
        """Whether the key is there."""
        return key in self

    def iteritems(self) -> Iterator[tuple[Any, Any]]:
        """Each pair."""
        return iter([(key, self[key]) for key in self.keys()])

    def iterkeys(self) -> Iterator[Any]:
        """Each key."""
        return iter(self.keys())

    def itervalues(self) -> Iterator[Any]:
        """Each value."""
        return iter([self[key] for key in self.keys()])


def userdict_module() -> types.ModuleType:
    """``UserDict``, ``IterableUserDict`` and ``DictMixin``."""
    return Facade(
        "UserDict",
        None,
        {"UserDict": UserDict, "IterableUserDict": UserDict, "DictMixin": DictMixin},
    )


def sets_module() -> types.ModuleType:
    """``sets.Set`` before there was ``set``."""
    return Facade(
        "sets", None, {"Set": set, "ImmutableSet": frozenset, "BaseSet": (set, frozenset)}
    )
