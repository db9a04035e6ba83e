"""Modules that translated code gets in place of the real ones.

``ANY`` is for every translated module, ``PYTHON2`` for those of Python 2. Each maps a module's full
name to a function that makes its substitute, which is made once, when it is first imported.
"""

from __future__ import annotations

import importlib
import sys
import threading
import types
from collections.abc import Callable, Mapping, Sequence

from symopt.legacy.python2.renamed import RENAMED
from symopt.legacy.python2.replaced.facade import over

Makers = Mapping[str, Callable[[], types.ModuleType]]
_HERE = "symopt.legacy.python2.replaced"
_lock = threading.RLock()
_made: dict[tuple[int, str], types.ModuleType] = {}


def _lazily(place: str, function: str) -> Callable[[], types.ModuleType]:
    def make() -> types.ModuleType:
        module: types.ModuleType = getattr(importlib.import_module(f"{_HERE}.{place}"), function)()
        return module

    return make


def _renamed(old: str, new: str) -> Callable[[], types.ModuleType]:
    return lambda: over(new, {}, old)


ANY: Makers = {
    "collections": _lazily("containers", "collections_module"),
    "fractions": _lazily("mathematics", "fractions_module"),
    "imp": _lazily("loading", "imp_module"),
    "inspect": _lazily("system", "inspect_module"),
    "numpy": _lazily("numpy_names", "numpy_module"),
    "numpy.core": _lazily("numpy_names", "core_module"),
    "numpy.random": _lazily("numpy_names", "random_module"),
    "pkg_resources": _lazily("loading", "pkg_resources_module"),
    "scipy": _lazily("scipy_names", "scipy_module"),
    "scipy.misc": _lazily("scipy_names", "misc_module"),
    "scipy.weave": _lazily("scipy_names", "weave_module"),
    "time": _lazily("system", "time_module"),
    "unittest": _lazily("testing", "unittest_module"),
}

PYTHON2: Makers = {
    **{old: _renamed(old, new) for old, new in RENAMED.items() if new is not None},
    **ANY,
    "__builtin__": _lazily("system", "builtin_module"),
    "base64": _lazily("encoded", "base64_module"),
    "binascii": _lazily("encoded", "binascii_module"),
    "bz2": _lazily("streams", "bz2_module"),
    "codecs": _lazily("encoded", "codecs_module"),
    "commands": _lazily("streams", "commands_module"),
    "ConfigParser": _lazily("network", "configparser_module"),
    "cPickle": _lazily("pickling", "pickle_module"),
    "cStringIO": _lazily("streams", "stringio_module"),
    "csv": _lazily("encoded", "csv_module"),
    "exceptions": _renamed("exceptions", "builtins"),
    "gzip": _lazily("streams", "gzip_module"),
    "hashlib": _lazily("encoded", "hashlib_module"),
    "HTMLParser": _lazily("network", "html_parser_module"),
    "itertools": _lazily("containers", "itertools_module"),
    "json": _lazily("encoded", "json_module"),
    "math": _lazily("mathematics", "math_module"),
    "md5": _lazily("encoded", "md5_module"),
    "operator": _lazily("mathematics", "operator_module"),
    "os": _lazily("system", "os_module"),
    "pickle": _lazily("pickling", "pickle_module"),
    "random": _lazily("mathematics", "random_module"),
    "re": _lazily("encoded", "re_module"),
    "sets": _lazily("containers", "sets_module"),
    "sha": _lazily("encoded", "sha_module"),
    "string": _lazily("strings", "string_module"),
    "StringIO": _lazily("streams", "stringio_module"),
    "struct": _lazily("encoded", "struct_module"),
    "subprocess": _lazily("streams", "subprocess_module"),
    "sys": _lazily("system", "sys_module"),
    "thread": _lazily("system", "thread_module"),
    "types": _lazily("system", "types_module"),
    "urllib": _lazily("network", "urllib_module"),
    "urllib2": _lazily("network", "urllib2_module"),
    "urlparse": _lazily("network", "urlparse_module"),
    "UserDict": _lazily("containers", "userdict_module"),
    "zlib": _lazily("encoded", "zlib_module"),
}

_NEVER_A_PROGRAMS_OWN = frozenset(sys.builtin_module_names) | {"numpy", "scipy"}


def find(name: str, makers: Makers) -> types.ModuleType | None:
    """The substitute of a module, or a real module below one; None: import as ever.

    A program's own module of that name comes first, as it does in Python.

    Raises
    ------
    ImportError
        The real module below a substitute is not there.
    """
    top = name.partition(".")[0]
    if _is_a_programs_own(top):
        return None
    if name in makers:
        key = id(makers), name
        found = _made.get(key)
        if found is None:
            with _lock:
                found = _made.get(key)
                if found is None:
                    found = _made[key] = makers[name]()
        return found
    return importlib.import_module(name)


def import_members(module: types.ModuleType, name: str, members: Sequence[str]) -> None:
    """Import the sub-modules that ``from name import members`` asks for."""
    for member in members:
        if member != "*" and not hasattr(module, member):
            try:
                importlib.import_module(f"{name}.{member}")
            except ImportError:
                continue  # the import statement says what is missing


def _is_a_programs_own(name: str) -> bool:
    """Whether ``name`` is a module beside the script rather than the library's."""
    if name in _NEVER_A_PROGRAMS_OWN:
        return False
    from symopt.legacy.running import scope

    return scope.current().owns(name)
