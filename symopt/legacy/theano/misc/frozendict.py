"""Dicts that can be hashed."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any


class frozendict(Mapping[Any, Any]):  # Theano's name
    """A dict that cannot be changed."""

    dict_cls: type = dict

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._dict = self.dict_cls(*args, **kwargs)
        self._hash: int | None = None

    def __getitem__(self, key: Any) -> Any:
        return self._dict[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._dict

    def copy(self, **add_or_replace: Any) -> frozendict:
        """A copy with some keys added or replaced."""
        return type(self)(self, **add_or_replace)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._dict)

    def __len__(self) -> int:
        return len(self._dict)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._dict!r}>"

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = 0
            for pair in self._dict.items():
                self._hash ^= hash(pair)
        return self._hash


class FrozenOrderedDict(frozendict):
    """A :class:`frozendict` that keeps its order."""

    dict_cls = OrderedDict
