"""Updates of shared variables, in the order in which they were given."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from pytensor.compile.sharedvalue import SharedVariable


class OrderedUpdates(OrderedDict):  # type: ignore[type-arg]
    """A dict from shared variables to their new values; ``+`` joins two.

    Raises
    ------
    TypeError
        A key is no shared variable.
    KeyError
        Two different values for one variable meet in :meth:`update` or ``+``.
    """

    def __init__(self, *key: Any, **kwargs: Any) -> None:
        super().__init__(*key, **kwargs)
        for each in self:
            _check(each)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_check(key), value)

    def update(self, other: Any = None) -> None:  # type: ignore[override]
        """Add the pairs of another dict, or of a list."""
        for key, value in OrderedDict(other or {}).items():
            if key in self and self[key] is not value:
                raise KeyError("Collision", key)
            self[key] = value

    def __add__(self, other: Any) -> OrderedUpdates:
        return _joined(self, other)

    def __radd__(self, other: Any) -> OrderedUpdates:
        return _joined(other, self)


def _joined(first: Any, second: Any) -> OrderedUpdates:
    joined = OrderedUpdates()
    joined.update(first)
    joined.update(second)
    return joined


def _check(key: Any) -> Any:
    if not isinstance(key, SharedVariable):
        raise TypeError("OrderedUpdates keys must inherit from SharedVariable", key)
    return key
