"""Running an old script or module as ``__main__``, with Theano's namespace from symopt."""

from __future__ import annotations

import builtins
import functools
import importlib.util
import os
import sys
import types
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from symopt.config import config
from symopt.errors import SymoptError
from symopt.legacy.python2.namespace import python2_builtins, python3_builtins
from symopt.legacy.running import children, loading, scope, streams
from symopt.legacy.running.cache import Cache, default_folder

_NOSE = (
    "nose does not run on Python 3.10 and later. Run the tests with pytest: symopt run -m pytest "
    "{arguments} (imports of nose.tools and nose.plugins work under it)."
)


class CannotRunError(SymoptError, ValueError):
    """There is no such script or module, or it cannot be run; nothing of it has run."""


@dataclass
class Program:
    """What is to run, and how.

    Attributes
    ----------
    target : str
        Path of a script, ``"-"`` for standard input, or the name of a module.
    arguments : sequence of str
        What the program finds in ``sys.argv[1:]``.
    is_module : bool
        Whether ``target`` names a module.
    python : str
        ``"2"``, ``"3"`` or ``"auto"``.
    cache_folder : pathlib.Path or None
        Where translations are kept; None: nowhere.
    backend : str or None
        Name of the backend to compile for, whatever THEANO_FLAGS say.
    """

    target: str
    arguments: Sequence[str] = ()
    is_module: bool = False
    python: str = "auto"
    cache_folder: Path | None = field(default_factory=default_folder)
    backend: str | None = None


def run(program: Program) -> types.ModuleType:
    """Run a program in this process, and give the module it was.

    ``sys.argv``, ``sys.path[0]``, ``sys.modules["__main__"]`` and the import hook are left as the
    program had them: threads and exit functions of it may still run.

    Raises
    ------
    CannotRunError
        There is no such script or module.
    symopt.errors.SourceError
        The script cannot be translated.
    BaseException
        Whatever the program raises.
    """
    if program.is_module:
        return _run_module(program)
    return _run_script(program)


def _run_script(program: Program) -> types.ModuleType:
    path = program.target
    if path == "-":
        data, path, folder = sys.stdin.buffer.read(), "<stdin>", ""
    else:
        folder = os.path.dirname(os.path.realpath(path))
        if os.path.isdir(path):
            folder, path = path, os.path.join(path, "__main__.py")
        try:
            data = Path(path).read_bytes()
        except OSError as error:
            raise CannotRunError(f"can't open {path!r}: {error.strerror}") from None
    _put_first(folder)
    _begin(program, [folder], None if path == "<stdin>" else Path(path))
    python2 = scope.current().is_python2("__main__", path, data)
    module = _main_module(python2)
    module.__dict__.update(__file__=path, __loader__=loading.Loader("__main__", path))
    loading.show_original(path, data) if path != "<stdin>" else None
    sys.argv[:] = [program.target, *program.arguments]
    children.translate_in_children(program, path)
    code = loading.translated("__main__", path, data, python2)
    if python2:
        streams.as_in_python2()
    _run_code(code, module)
    streams.end_line()
    return module


def _run_module(program: Program) -> types.ModuleType:
    name = program.target
    if name == "nose" or name.startswith("nose."):
        raise CannotRunError(_NOSE.format(arguments=" ".join(program.arguments) or "tests/"))
    _put_first(os.getcwd())
    _begin(program, [os.getcwd()], None)
    sys.argv[:] = ["-m", *program.arguments]
    spec = _module_spec(name)
    loader: Any = spec.loader
    python2 = isinstance(loader, loading.Loader) and loader.is_python2()
    if isinstance(loader, loading.Loader):
        scope.current().main = Path(str(loader.path))
    arguments = list(program.arguments)
    children.tell_children(program, str(spec.origin))
    if name == "pytest":
        arguments = ["-p", "symopt.legacy.running.pytest_plugin", *arguments]
    module = _main_module(python2)
    if not isinstance(loader, loading.Loader):
        module.__dict__["__builtins__"] = builtins
    module.__dict__.update(
        __file__=spec.origin,
        __loader__=loader,
        __spec__=spec,
        __package__=spec.parent,
        __cached__=spec.cached,
    )
    sys.argv[:] = [spec.origin or name, *arguments]
    code = loader.get_code(spec.name)
    if code is None:
        raise CannotRunError(f"no code for the module {name!r}")
    if python2:
        streams.as_in_python2()
    _run_code(code, module)
    return module


def _module_spec(name: str) -> Any:
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            if name.endswith(".__main__"):
                raise CannotRunError(f"{name!r} is a package")
            main = importlib.util.find_spec(f"{name}.__main__")
            if main is None:
                raise CannotRunError(
                    f"{name!r} is a package without a __main__ module: it cannot be run"
                )
            return main
    except ModuleNotFoundError as error:
        if error.name is None or not name.startswith(error.name):
            raise
        spec = None
    except (ValueError, AttributeError):
        spec = None
    if spec is None:
        raise CannotRunError(f"no module named {name!r}")
    if spec.loader is None or not hasattr(spec.loader, "get_code"):
        raise CannotRunError(f"{name!r} is a module that cannot be run")
    return spec


def _put_first(folder: str) -> None:
    """Make ``folder`` the first on ``sys.path``, in place of the command's own."""
    if sys.flags.safe_path:  # Python has put none there
        sys.path.insert(0, folder)
    else:
        sys.path[0] = folder


def _begin(program: Program, folders: Sequence[str], main: Path | None) -> None:
    """Set up all that the program will find."""
    from symopt.legacy.installing import install

    # a script that changes the current folder still imports from where it began
    sys.path[:] = [entry if entry else os.getcwd() for entry in sys.path]
    on_path = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    scope.enter(
        scope.Scope(
            [folder for folder in (*folders, os.getcwd(), *on_path) if folder],
            program.python,
            Cache(program.cache_folder),
            main,
        )
    )
    install(read_flags=False)
    finder = loading.install()
    # THEANO_FLAGS matter when Theano is imported; until then its namespace need not be loaded
    finder.before_theano = functools.partial(_read_flags, program.backend)
    _print_as_then()


def _read_flags(backend: str | None) -> None:
    from symopt.legacy.theano import configdefaults

    configdefaults.read_flags()
    if backend is not None:
        config.backend = backend


def _print_as_then() -> None:
    """NumPy's scalars print as they did: ``0.5``, not ``np.float64(0.5)``."""
    import numpy as np

    np.set_printoptions(legacy="1.25")


def _main_module(python2: bool) -> types.ModuleType:
    module = types.ModuleType("__main__")
    module.__dict__.update(
        __builtins__=python2_builtins() if python2 else python3_builtins(),
        __cached__=None,
        __package__=None,
    )
    sys.modules["__main__"] = module
    return module


def _run_code(code: types.CodeType, module: types.ModuleType) -> None:
    exec(code, module.__dict__)


def run_in_child(namespace: dict[str, Any]) -> None:
    """Run the parent's main script in the namespace that ``multiprocessing`` made for it."""
    program = children.parents_program()
    path = program.target
    data = Path(path).read_bytes()
    _begin(program, [os.path.dirname(path)], Path(path))
    python2 = scope.current().is_python2("__main__", path, data)
    namespace.update(
        __builtins__=python2_builtins() if python2 else python3_builtins(),
        __file__=path,
        __package__=None,
        __spec__=None,
    )
    exec(loading.translated("__main__", path, data, python2), namespace)


def begin_in_worker() -> None:
    """Set up what the parent's program finds, in a process that another tool started."""
    if children.ENVIRONMENT in os.environ and not scope.current().folders:
        _begin(children.parents_program(), [], None)
