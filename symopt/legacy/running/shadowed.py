"""Modules of a program that are named like one of the standard library that is loaded already.

Python takes the module beside the script, unless the library's is in ``sys.modules``; and more of
the library is there when symopt runs a program than when Python does. Such a module is loaded for
the program alone: ``sys.modules`` keeps the library's.
"""

from __future__ import annotations

import importlib.util
import sys
import types

from symopt.legacy.running import scope

_LOADED_BY_PYTHON_ITSELF = frozenset(
    (
        *(
            "abc",
            "codecs",
            "copyreg",
            "encodings",
            "genericpath",
            "io",
            "linecache",
            "ntpath",
            "os",
        ),
        *("posixpath", "re", "site", "stat", "sys", "sysconfig", "traceback", "types", "warnings"),
    )
)
"""Python 2 had these before any script ran: the library's was always taken."""
_loaded: dict[str, types.ModuleType] = {}


def own_module(name: str) -> types.ModuleType | None:
    """The program's module ``name``, where importing it would give the library's; else None."""
    loaded = sys.modules.get(name)
    if loaded is None or name in _LOADED_BY_PYTHON_ITSELF or name in sys.builtin_module_names:
        return None
    if name not in sys.stdlib_module_names:
        return None
    path = scope.current().owned_file(name)
    if path is None or getattr(loaded, "__file__", None) == path:
        return None
    if path not in _loaded:
        from symopt.legacy.running.loading import Loader

        spec = importlib.util.spec_from_file_location(name, path, loader=Loader(name, path))
        assert spec is not None
        assert spec.loader is not None
        module = _loaded[path] = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del _loaded[path]
            raise
    return _loaded[path]
