"""Which modules are translated, and as which Python's.

Translated are the modules of the program itself, those below its folder, the current folder and
the folders in PYTHONPATH, and installed packages that import Theano. The standard library and
every other installed package are left as they are.

A module is Python 2's or Python 3's by what it says itself (see
:mod:`symopt.legacy.python2.detect`). Where it reads as both, the modules of its package decide by
majority, for a module outside any package those of its folder; where none of them says anything,
the main script; then Python 3.
"""

from __future__ import annotations

import os
import re
import site
import sys
import sysconfig
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from symopt.legacy.python2.detect import is_python2
from symopt.legacy.python2.source import decode
from symopt.legacy.running.cache import Cache, key

_INSTALLED = ("site-packages", "dist-packages")
_IMPORTS_THEANO = re.compile(rb"^[ \t]*(?:import|from)[ \t]+theano\b", re.MULTILINE)
_NEVER = frozenset(
    [
        "_pytest",
        "jax",
        "jaxlib",
        "llvmlite",
        "matplotlib",
        "mpi4py",
        "numba",
        "numpy",
        "pandas",
        "pip",
        "pkg_resources",
        "pytensor",
        "pytest",
        "scipy",
        "setuptools",
        "sklearn",
        "symopt",
        "theano",
        "torch",
    ]
)
"""Packages that need no look: they are of today."""
_MOST_FILES = 400
_ENOUGH = 5
"""A lead of so many modules settles which Python a group of them is for."""


@cache
def _standard_folders() -> tuple[str, ...]:
    """The folders of the standard library, and of symopt itself."""
    paths = sysconfig.get_paths()
    here = Path(__file__).parents[2]
    standard = [paths["stdlib"], paths["platstdlib"], str(here)]
    return tuple(os.path.realpath(path) + os.sep for path in standard)


class Scope:
    """The modules of one program.

    Parameters
    ----------
    folders
        Where the program's own modules are.
    python
        ``"2"`` or ``"3"``: what modules that read as both are; ``"auto"``: to be found out.
    cache
        Keeps what was found out.
    main
        Path of the main script, if there is one.
    """

    def __init__(
        self,
        folders: Sequence[Path | str] = (),
        python: str = "auto",
        cache: Cache | None = None,
        main: Path | None = None,
    ) -> None:
        self.folders = tuple(dict.fromkeys(os.path.realpath(folder) for folder in folders))
        self.python = python
        self.cache = cache if cache is not None else Cache(None)
        self.main = main
        self._groups: dict[tuple[str, bool], bool | None] = {}
        self._packages: dict[str, bool] = {}
        self._owned: dict[str, bool] = {}
        # Now, since sysconfig imports a module for it: a finder that asked then would ask itself.
        self._not_ours = _standard_folders()

    def includes(self, name: str, path: str) -> bool:
        """Whether the module ``name``, in the file at ``path``, is to be translated."""
        top = name.partition(".")[0]
        if top in _NEVER:
            return False
        real = os.path.realpath(path)
        if any(f"{os.sep}{part}{os.sep}" in real for part in _INSTALLED):
            return self._imports_theano(_package_folder(name, real))
        if real.startswith(self._not_ours):
            return False
        return any(real.startswith(os.path.join(folder, "")) for folder in self.folders) or (
            not self._is_beside_python(real) and self._imports_theano(_package_folder(name, real))
        )

    def owns(self, name: str) -> bool:
        """Whether one of the program's folders on ``sys.path`` holds a module of that name."""
        found = self._owned.get(name)
        if found is None:
            found = self._owned[name] = any(
                os.path.isfile(os.path.join(folder, f"{name}.py"))
                or os.path.isfile(os.path.join(folder, name, "__init__.py"))
                for folder in self._folders_on_path()
            )
        return found

    def owned_file(self, name: str) -> str | None:
        """The file of that module, not package, in the program's folders; None without one."""
        if not self.owns(name):
            return None
        paths = (os.path.join(folder, f"{name}.py") for folder in self._folders_on_path())
        return next(filter(os.path.isfile, paths), None)

    def is_python2(self, name: str, path: str, data: bytes) -> bool:
        """Whether a module is to be taken for Python 2's."""
        said = self.says(data)
        if said is not None:
            return said
        if self.python != "auto":
            return self.python == "2"
        real = os.path.realpath(path)
        installed = any(f"{os.sep}{part}{os.sep}" in real for part in _INSTALLED)
        group = self._group(_package_folder(name, real), deep="." in name or _is_package(real))
        if group is None and not installed and self.main is not None:
            group = self.says_file(self.main)
        return bool(group)

    def says(self, data: bytes) -> bool | None:
        """What a module's own text says, from the cache where that is known."""
        name = key("says", data)
        known = self.cache.fact(name)
        if known:
            verdict: bool | None = known[0]
            return verdict
        verdict = is_python2(decode(data)[0])
        self.cache.keep_fact(name, verdict)
        return verdict

    def says_file(self, path: Path | str) -> bool | None:
        """What a file says; None if it cannot be read."""
        try:
            return self.says(Path(path).read_bytes())
        except OSError:
            return None

    def _folders_on_path(self) -> Iterator[str]:
        for entry in sys.path:
            real = os.path.realpath(entry or os.curdir)
            if real in self.folders:
                yield real

    @staticmethod
    def _is_beside_python(path: str) -> bool:
        users = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
        return bool(users) and path.startswith(users)

    def _group(self, folder: str, deep: bool) -> bool | None:
        """What most modules in a folder say."""
        if (folder, deep) not in self._groups:
            files = list(_sources(folder, deep))
            name = key("group", [(path, *_stamp(path)) for path in files])
            known = self.cache.fact(name)
            if known:
                self._groups[folder, deep] = known[0]
            else:
                verdict = self._vote(files)
                self._groups[folder, deep] = verdict
                self.cache.keep_fact(name, verdict)
        return self._groups[folder, deep]

    def _vote(self, files: list[str]) -> bool | None:
        lead = 0
        for path in files:
            said = self.says_file(path)
            lead += 0 if said is None else (1 if said else -1)
            if abs(lead) >= _ENOUGH:
                break
        return None if lead == 0 else lead > 0

    def _imports_theano(self, folder: str) -> bool:
        """Whether some module of an installed package (or the one module) imports Theano."""
        if folder not in self._packages:
            name = key("theano", folder, _stamp(folder))
            known = self.cache.fact(name)
            if known:
                self._packages[folder] = bool(known[0])
            else:
                found = any(map(_has_theano, _sources(folder, deep=True)))
                self._packages[folder] = found
                self.cache.keep_fact(name, found)
        return self._packages[folder]


def _package_folder(name: str, path: str) -> str:
    """The folder of a module's top package; of a module outside a package the folder it is in.

    For an installed module outside a package that is the module itself.
    """
    depth = name.count(".") + (1 if _is_package(path) else 0)
    if depth == 0:
        if any(f"{os.sep}{part}{os.sep}" in path for part in _INSTALLED):
            return path
        return os.path.dirname(path)
    folder = path
    for _ in range(depth):
        folder = os.path.dirname(folder)
    return folder


def _is_package(path: str) -> bool:
    return os.path.basename(path) == "__init__.py"


def _sources(folder: str, deep: bool) -> Iterator[str]:
    """The Python files in a folder, and below it; in order, and not without end."""
    if os.path.isfile(folder):
        yield folder
        return
    count = 0
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f not in _INSTALLED)
        for file in sorted(files):
            if file.endswith(".py"):
                yield os.path.join(place, file)
                count += 1
                if count >= _MOST_FILES:
                    return
        if not deep:
            return


def _stamp(path: str) -> tuple[int, int]:
    try:
        status = os.stat(path)
    except OSError:
        return (0, 0)
    return status.st_mtime_ns, status.st_size


def _has_theano(path: str) -> bool:
    try:
        with open(path, "rb") as file:
            return _IMPORTS_THEANO.search(file.read()) is not None
    except OSError:
        return False


_current = Scope()


def current() -> Scope:
    """The scope of the program that runs; an empty one where none was entered."""
    return _current


def enter(scope: Scope) -> Scope:
    """Make ``scope`` the current one, and give the one it replaces."""
    global _current
    before, _current = _current, scope
    return before
