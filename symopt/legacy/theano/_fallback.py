"""What a module of the namespace does with a name it does not define."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import warnings
from collections.abc import Callable
from types import ModuleType
from typing import Any

_ROOT = __name__.rpartition(".")[0]
_IMPORTED_EVERYWHERE = {
    "np": "numpy",
    "numpy": "numpy",
    "logging": "logging",
    "theano": _ROOT,
    "config": f"{_ROOT}.configdefaults:config",
    "compile": f"{_ROOT}.compile",
    "gof": f"{_ROOT}.gof",
    "tensor": f"{_ROOT}.tensor",
    "scalar": f"{_ROOT}.scalar",
}
"""What most modules of Theano import, so that legacy code also finds it in any of them."""


def fallback(name: str, *homes: str) -> Callable[[str], Any]:
    """A ``__getattr__`` for one module of the namespace.

    Parameters
    ----------
    name
        ``__name__`` of the module that it is for.
    *homes
        PyTensor's modules of that kind, in the order in which they are searched.

    Returns
    -------
    callable
        It gives, for a name that the module does not define: its sub-module of that name, else
        what one of ``homes`` has under that name (never one of their modules), else what nearly
        every module of Theano imports under it (``theano``, ``config``, ``np``...). It raises
        ``AttributeError`` where there is nothing, so that ``hasattr`` and ``from ... import``
        behave as legacy code expects.
    """
    theano_name = name.removeprefix("symopt.legacy.")

    def __getattr__(attribute: str) -> Any:
        if not attribute.startswith("__"):
            submodule = _submodule(name, attribute)
            if submodule is not None:
                return submodule
            for home in homes:
                found = _public(importlib.import_module(home), attribute)
                if found is not None:
                    setattr(sys.modules[name], attribute, found)
                    return found
            if attribute in _IMPORTED_EVERYWHERE:
                return _imported(_IMPORTED_EVERYWHERE[attribute])
        raise AttributeError(
            f"{theano_name} has no {attribute!r} in symopt's form of Theano 1.0.5"
            + (f", nor has {' or '.join(homes)}." if homes else "."),
            name=attribute,
            obj=sys.modules[name],
        )

    return __getattr__


def _imported(place: str) -> Any:
    module, _, name = place.partition(":")
    found = importlib.import_module(module)
    return getattr(found, name) if name else found


def _submodule(package: str, name: str) -> ModuleType | None:
    if not hasattr(sys.modules[package], "__path__"):
        return None
    full = f"{package}.{name}"
    if full not in sys.modules and importlib.util.find_spec(full) is None:
        return None
    return importlib.import_module(full)


def _public(home: ModuleType, name: str) -> Any:
    """What PyTensor has under a name; its deprecation notices are not the legacy user's concern."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = getattr(home, name, None)
    return None if isinstance(found, ModuleType) else found
