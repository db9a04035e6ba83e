"""The import hook: finds modules as Python does, and translates those in scope."""

from __future__ import annotations

import ast
import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import os
import sys
import types
from collections.abc import Callable, Sequence
from typing import Any

from symopt.legacy.python2.namespace import python2_builtins, python3_builtins
from symopt.legacy.python2.source import declared_encoding, decode
from symopt.legacy.python2.translating import translate
from symopt.legacy.running import scope
from symopt.legacy.running.cache import key

Transform = Callable[[ast.Module], ast.Module]

_NOSE = "symopt.legacy.running.nose"
transforms: list[Callable[[str, str, bytes], Transform | None]] = []
"""Asked for each module's name, path and source; what they give is applied to its finished tree."""


class Loader(importlib.machinery.SourceFileLoader):
    """Loads one module, translated.

    Parameters
    ----------
    fullname
        The module's name.
    path
        Its file.
    """

    _data: bytes | None = None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        # the builtins have to be there before the code runs, and exec adds none then
        module = types.ModuleType(spec.name)
        module.__dict__["__builtins__"] = self.builtins()
        return module

    def builtins(self) -> dict[str, Any]:
        """The builtins of this module."""
        return python2_builtins() if self.is_python2() else python3_builtins()

    def is_python2(self) -> bool:
        """Whether it is taken for Python 2's."""
        return scope.current().is_python2(self.name, str(self.path), self._source())

    def get_code(self, fullname: str) -> types.CodeType:
        path, data = str(self.path), self._source()
        self._data = None
        show_original(path, data)
        return translated(self.name, path, data, scope.current().is_python2(self.name, path, data))

    def get_source(self, fullname: str) -> str:
        return decode(self.get_data(self.get_filename(fullname)))[0]

    def _source(self) -> bytes:
        if self._data is None:
            self._data = bytes(self.get_data(str(self.path)))
        return self._data


def translated(name: str, path: str, data: bytes, python2: bool) -> types.CodeType:
    """The code of a module, from the cache where it is there.

    Raises
    ------
    symopt.errors.SourceError
        It cannot be translated.
    """
    transform = next((t for ask in transforms if (t := ask(name, path, data)) is not None), None)
    if transform is not None:
        return translate(data, path, python2, transform)
    cache = scope.current().cache
    entry = key("code", data, path, python2)
    code = cache.code(entry)
    if code is None:
        code = translate(data, path, python2)
        cache.keep_code(entry, code)
    return code


def show_original(path: str, data: bytes) -> None:
    """Have tracebacks find the lines of a file whose encoding Python 3 does not guess."""
    if declared_encoding(data) is not None:
        return
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        status = os.stat(path)
        lines = decode(data)[0].splitlines(keepends=True)
        linecache.cache[path] = (status.st_size, status.st_mtime, lines, path)


class Finder(importlib.abc.MetaPathFinder):
    """Asks the other finders, and gives their module to :class:`Loader` if it is in scope.

    Attributes
    ----------
    before_theano : callable or None
        Called once, before Theano's namespace is first imported.
    """

    before_theano: Callable[[], None] | None = None

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        top = fullname.partition(".")[0]
        if top == "nose":
            return _stand_in(fullname)
        if top == "theano" and self.before_theano is not None:
            prepare, self.before_theano = self.before_theano, None
            prepare()
        spec = self._found_by_others(fullname, path, target)
        if spec is None or spec.origin is None:
            return spec
        if type(spec.loader) is not importlib.machinery.SourceFileLoader:
            return spec
        if scope.current().includes(fullname, spec.origin):
            spec.loader = Loader(fullname, spec.origin)
            spec.cached = None
        return spec

    def _found_by_others(
        self, name: str, path: Sequence[str] | None, target: types.ModuleType | None
    ) -> importlib.machinery.ModuleSpec | None:
        for finder in list(sys.meta_path):
            # another hook would compile the source itself: pytest's knows no Python 2
            if finder is self or type(finder).__name__ == "AssertionRewritingHook":
                continue
            find = getattr(finder, "find_spec", None)
            spec = find(name, path, target) if find is not None else None
            if spec is not None:
                return spec
        return None

    def invalidate_caches(self) -> None:
        """Nothing is kept here."""


class _StandIn(importlib.abc.Loader):
    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        module = importlib.import_module(_NOSE + spec.name.removeprefix("nose"))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__ = module.__spec__.loader_state


def _stand_in(name: str) -> importlib.machinery.ModuleSpec | None:
    home = importlib.util.find_spec(_NOSE + name.removeprefix("nose"))
    if home is None:
        return None
    is_package = home.submodule_search_locations is not None
    return importlib.machinery.ModuleSpec(name, _StandIn(), is_package=is_package)


def install() -> Finder:
    """Put the hook before every other; it stays until its finder is taken out."""
    finder = next((f for f in sys.meta_path if isinstance(f, Finder)), None) or Finder()
    if finder in sys.meta_path:
        sys.meta_path.remove(finder)
    sys.meta_path.insert(0, finder)
    return finder
