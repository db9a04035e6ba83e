"""``import theano``, answered by symopt for as long as it is installed."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType, TracebackType

_HOME = "symopt.legacy.theano"


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds ``theano.x`` where ``symopt.legacy.theano.x`` is, and gives that very module."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname.partition(".")[0] != "theano":
            return None
        home = importlib.util.find_spec(_home_of(fullname))
        if home is None:
            return None
        is_package = home.submodule_search_locations is not None
        return importlib.machinery.ModuleSpec(fullname, self, is_package=is_package)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = importlib.import_module(_home_of(spec.name))
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        # the import system has just written the spec of the alias over the module's own
        assert module.__spec__ is not None
        alias = module.__spec__.name
        module.__spec__ = module.__spec__.loader_state
        # A package may have a function under the name of one of its modules, as Theano has
        # (theano.compile.function). Importing the module later would write it over the function.
        for name, loaded in list(sys.modules.items()):
            if name.startswith(f"{module.__name__}."):
                sys.modules.setdefault(alias + name.removeprefix(module.__name__), loaded)


class Installation:
    """The namespace ``theano`` is symopt's until :meth:`uninstall`, or the end of a ``with``."""

    def __init__(self) -> None:
        self._finder = _Finder()
        self._before: dict[str, ModuleType] = {}
        self._put_flags_back: Callable[[], None] = lambda: None
        self.installed = False

    def _install(self, read_flags: bool) -> None:
        self._before = _take_out_theano()
        sys.meta_path.insert(0, self._finder)
        self.installed = True
        if read_flags:
            from symopt.legacy.theano import configdefaults

            self._put_flags_back = configdefaults.read_flags()

    def uninstall(self) -> None:
        """Give the name ``theano`` back; does nothing the second time.

        What was in ``sys.modules`` under it before is there again, and settings that the flags
        have changed have the values they had. Modules that imported it in between keep what they
        have.
        """
        if not self.installed:
            return
        sys.meta_path.remove(self._finder)
        _take_out_theano()
        still = any(isinstance(finder, _Finder) for finder in sys.meta_path)
        for name, module in self._before.items():
            if still or not module.__name__.startswith(_HOME):
                sys.modules[name] = module
        self._before = {}
        self.installed = False
        self._put_flags_back()

    def __enter__(self) -> Installation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.uninstall()


def install(read_flags: bool = True) -> Installation:
    """Have ``import theano`` and ``import theano.x`` give symopt's form of Theano 1.0.5.

    ``theano`` and its sub-modules in ``sys.modules`` are the modules of
    ``symopt.legacy.theano``, the same objects. A real Theano that was imported before stays with
    those who have it, and is back after :meth:`Installation.uninstall`.

    Parameters
    ----------
    read_flags
        Whether the settings in THEANO_FLAGS and in ``.theanorc`` (or the files that THEANORC
        names) are to be taken over.

    Returns
    -------
    Installation
        Its ``uninstall()`` is the undo; it is also a context manager.
    """
    installation = Installation()
    installation._install(read_flags)
    return installation


def _home_of(name: str) -> str:
    return _HOME + name.removeprefix("theano")


def _take_out_theano() -> dict[str, ModuleType]:
    names = [name for name in sys.modules if name.partition(".")[0] == "theano"]
    return {name: sys.modules.pop(name) for name in names}
