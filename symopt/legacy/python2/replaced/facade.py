"""A module as translated code sees it: the real one, with some names added or replaced."""

from __future__ import annotations

import importlib
import types
from collections.abc import Iterable, Mapping
from typing import Any

_OWN = ("_real", "_names")


class Facade(types.ModuleType):
    """Answers with its own names first, then with the real module's.

    What is set on it is set on the real module, so ``sys.stdout = ...`` means what it says.

    Parameters
    ----------
    name
        What ``__name__`` says.
    real
        The module behind; None: there is none.
    names
        Name -> what to give for it.
    frozen
        Whether the real module's names may be copied, which makes looking them up quicker.
    """

    def __init__(
        self,
        name: str,
        real: types.ModuleType | None,
        names: Mapping[str, Any],
        frozen: bool = False,
    ) -> None:
        super().__init__(name, getattr(real, "__doc__", None))
        own = vars(self)
        if real is not None:
            if frozen:
                own.update({k: v for k, v in vars(real).items() if not k.startswith("__")})
            for special in ("__file__", "__path__", "__version__", "__spec__", "__package__"):
                if special in vars(real):
                    own[special] = vars(real)[special]
        if not frozen:
            for special in ("__doc__",):
                own.pop(special, None)
        own.update(names)
        own["_names"] = frozenset(names)
        own["_real"] = real

    def __getattr__(self, name: str) -> Any:
        real = vars(self)["_real"]
        if name == "__all__":
            return self._public()
        if real is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return getattr(real, name)

    def _public(self) -> list[str]:
        real = vars(self)["_real"]
        names = getattr(real, "__all__", None)
        if names is None:
            names = [name for name in dir(real) if not name.startswith("_")] if real else []
        own = {name for name in vars(self)["_names"] if not name.startswith("_")}
        return sorted({*names, *own})

    def __setattr__(self, name: str, value: Any) -> None:
        real = vars(self)["_real"]
        if real is not None:
            setattr(real, name, value)
        if real is None or name in vars(self):
            vars(self)[name] = value

    def __delattr__(self, name: str) -> None:
        real = vars(self)["_real"]
        if name in vars(self):
            del vars(self)[name]
        if real is not None and hasattr(real, name):
            delattr(real, name)

    def __dir__(self) -> Iterable[str]:
        return sorted({*vars(self), *(dir(vars(self)["_real"]) if vars(self)["_real"] else ())})

    def __reduce__(self) -> Any:
        return importlib.import_module, (self.__name__,)


def over(
    real: str, names: Mapping[str, Any], name: str | None = None, frozen: bool = False
) -> Facade:
    """The facade of a module that Python 3 has, perhaps by another name."""
    return Facade(name or real, importlib.import_module(real), names, frozen)
