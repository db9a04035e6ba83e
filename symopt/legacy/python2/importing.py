"""``import`` as translated modules have it.

Python 2's modules find Python 2's standard library, and their own package's modules without a dot.
Both kinds of translated module find NumPy's and SciPy's names of Theano's time.
"""

from __future__ import annotations

import builtins
import importlib
import importlib.util
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from symopt.legacy.python2 import replaced
from symopt.legacy.running import shadowed


def importer(python2: bool) -> Callable[..., Any]:
    """The ``__import__`` of translated modules."""
    substitutes = replaced.PYTHON2 if python2 else replaced.ANY

    def import_(
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002
        locals: Mapping[str, Any] | None = None,  # noqa: A002
        fromlist: Sequence[str] | None = (),
        level: int = 0,
    ) -> Any:
        if level < 0:
            level = 0
        if level:
            return builtins.__import__(name, globals, locals, fromlist or (), level)
        if python2 and globals is not None:
            sibling = _sibling(name, globals)
            if sibling is not None:
                return _import_sibling(name, globals, fromlist)
        own = shadowed.own_module(name)
        if own is not None:
            return own
        top = name.partition(".")[0]
        if top in substitutes:
            found = replaced.find(name, substitutes)
            if found is not None:
                if fromlist:
                    replaced.import_members(found, name, fromlist)
                    return found
                return found if "." not in name else replaced.find(top, substitutes)
        return builtins.__import__(name, globals, locals, fromlist or (), 0)

    import_.__name__ = "__import__"
    return import_


def _sibling(name: str, globals: Mapping[str, Any]) -> str | None:  # noqa: A002
    """The full name of the module of the same package that Python 2 would have taken."""
    if "absolute_import" in globals:
        return None
    package = globals.get("__package__")
    if not package:
        if globals.get("__path__") is None or not globals.get("__name__"):
            return None
        package = globals["__name__"]
    if package not in sys.modules:
        return None
    full = f"{package}.{name.partition('.')[0]}"
    if full in sys.modules:
        return full if sys.modules[full] is not None else None
    try:
        return full if importlib.util.find_spec(full) is not None else None
    except (ImportError, ValueError, AttributeError):
        return None


def _import_sibling(name: str, globals: Mapping[str, Any], fromlist: Any) -> Any:  # noqa: A002
    if fromlist:
        return builtins.__import__(name, globals, None, fromlist, 1)
    package = globals.get("__package__") or globals["__name__"]
    importlib.import_module(f"{package}.{name}")
    return sys.modules[f"{package}.{name.partition('.')[0]}"]


def reload(module: types.ModuleType) -> types.ModuleType:
    """Python 2's ``reload``; ``reload(sys)``, for ``setdefaultencoding``, does nothing."""
    if module.__name__ in ("sys", "builtins", "__builtin__"):
        return module
    return importlib.reload(module)
