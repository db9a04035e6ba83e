"""Access to the values of a function's inputs: ``f[x]``, ``f.value[x]``, ``f.container[x]``."""

from __future__ import annotations

from typing import Any

DUPLICATE = object()


class Values:
    """Values of inputs and shared variables, by position, name or variable."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def _find(self, item: Any) -> Any:
        found = self._function.finder.get(item)
        if found is None:
            raise TypeError(f"Unknown input or state: {item}")
        if found is DUPLICATE:
            raise TypeError(
                f"Ambiguous name: {item} - please check the names of the inputs of your function "
                "for duplicates."
            )
        return found

    def __getitem__(self, item: Any) -> Any:
        return self._find(item).value

    def __setitem__(self, item: Any, value: Any) -> None:
        self._find(item).value = value

    def __contains__(self, item: Any) -> bool:
        return item in self._function.finder


class Containers:
    """Containers of inputs and shared variables, by position, name or variable."""

    def __init__(self, function: Any) -> None:
        self._function = function

    def __getitem__(self, item: Any) -> Any:
        return self._function.finder[item]

    def __contains__(self, item: Any) -> bool:
        return item in self._function.finder
