"""Libraries in the making: compiled side by side, loaded when they are needed.

Each compile has a thread that waits for its compiler and ends with it, so that nothing is left
running between compiles. A process that is forked meanwhile has none of these threads: it compiles
again what it needs.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.machinery
import importlib.util
import os
import sys
import sysconfig
import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TypeVar

import numpy as np

from symopt.backends.c import blas, vector_math
from symopt.backends.c.program import cache as kept
from symopt.backends.c.program import compiler
from symopt.config import config
from symopt.errors import CompileError

T = TypeVar("T")

_HERE = Path(__file__).parent
_PAUSE_HARD = 2  # of OpenMP: end the threads


class Library:
    """A shared library, which is compiled when it is started and not in the cache.

    Parameters
    ----------
    kind
        What it is, for its name.
    source
        C++.
    flags
        Of the compiler.
    extra
        What else makes the library what it is: the text of files that the source includes.
    """

    def __init__(self, kind: str, source: str, flags: list[str], extra: str) -> None:
        self.source = source
        self.command = compiler.command(flags)
        key = "\0".join([source, extra, *self.command, compiler.identity()])
        self.name = f"{kind}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"
        self._made: Future[Path] | None = None
        self._process = 0

    def start(self) -> Future[Path]:
        """Have it compiled beside other work.

        Raises
        ------
        CompileError
            There is no room for it. (What the compiler says comes out of the result.)
        """
        if self._made is None or self._process != os.getpid():
            self._made, self._process = _start(self), os.getpid()
        return self._made

    def load(self, load: Callable[[Path], T]) -> T:
        """Wait for the library and load it.

        One that cannot be loaded (damaged, or removed since) is compiled once more.

        Raises
        ------
        CompileError
            The compiler failed, or what it made cannot be loaded. The next call tries again.
        """
        path = self._path()
        try:
            return load(path)
        except (OSError, ImportError):
            kept.discard(path)
        path = self._path()
        try:
            return load(path)
        except (OSError, ImportError) as error:
            raise CompileError(
                f"{path} was compiled but cannot be loaded: {error}. If programs may not be run "
                "from that folder (a file system mounted noexec), have compiled code kept "
                "elsewhere: PYTENSOR_FLAGS=base_compiledir=/another/folder."
            ) from error

    def address(self) -> int:
        """The address of a program's function; waits for the compiler if need be.

        The library stays loaded.
        """
        if self.name not in _addresses:
            _addresses[self.name] = self.load(_address)
        return _addresses[self.name]

    def _path(self) -> Path:
        """Where it is now: compiled, and not damaged since."""
        made, self._made = self.start(), None
        made.result()
        return kept.find(self.name) or _start(self).result()


_lock = threading.Lock()
_running: dict[str, Future[Path]] = {}
_addresses: dict[str, int] = {}


def compile_program(source: str) -> Library:
    """Start to compile a program.

    Raises
    ------
    CompileError
        There is no compiler, or no room. A failure of the compiler comes with the address.
    """
    library = Library(
        "program",
        source,
        [*compiler.flags(), *vector_math.COMPILE_ARGS, f"-I{_HERE}"],
        extra=header_texts(),
    )
    library.start()
    return library


def start_runtime() -> None:
    """Start to compile the runtime beside other work, where it is not there yet."""
    if _runtime is None:
        _runtime_library().start()


def runtime() -> ModuleType:
    """The module that runs programs, which find its functions once it is loaded."""
    global _runtime
    with _runtime_lock:
        if _runtime is None:
            blas.load()
            _runtime = _runtime_library().load(_module)
            _runtime.set_threads(config.threads)
    return _runtime


def set_threads(count: int) -> None:
    """Let programs use ``count`` threads, from their next call on."""
    if _runtime is not None:  # else it asks for the setting when it is loaded
        _runtime.set_threads(count)


_runtime: ModuleType | None = None
_runtime_lock = threading.Lock()


@cache
def _runtime_library() -> Library:
    files = sorted(path.name for path in _HERE.glob("*.cpp"))
    folder, name = blas.library_folder(), blas.library_name()
    flags = [
        *compiler.flags(),
        *compiler.openmp_flags(),
        f"-I{_HERE}",
        f"-I{sysconfig.get_path('include')}",
        f"-I{np.get_include()}",
        *(f"-L{folder}", f"-l{name}", f"-Wl,-rpath,{folder}"),
    ]
    versions = f"{sys.implementation.cache_tag} {np.__version__} {blas.version()}"
    return Library(
        "runtime",
        "\n".join(f'#include "{file}"' for file in files),
        flags,
        extra=_texts("*.h") + _texts("*.cpp") + versions,
    )


def header_texts() -> str:
    """Of the headers that generated C++ may include."""
    return _texts("*.h")


def _texts(pattern: str) -> str:
    return "\0".join(path.read_text(encoding="utf-8") for path in sorted(_HERE.glob(pattern)))


def _address(path: Path) -> int:
    pointer = ctypes.cast(ctypes.CDLL(str(path)).symopt_run, ctypes.c_void_p).value
    assert pointer is not None  # a symbol that was found
    return pointer


def _module(path: Path) -> ModuleType:
    flags = sys.getdlopenflags()
    sys.setdlopenflags(os.RTLD_NOW | os.RTLD_GLOBAL)
    try:
        loader = importlib.machinery.ExtensionFileLoader("symopt_native", str(path))
        spec = importlib.util.spec_from_loader("symopt_native", loader)
        assert spec is not None  # a loader was given
        module = importlib.util.module_from_spec(spec)
        loader.exec_module(module)
    finally:
        sys.setdlopenflags(flags)
    return module


# ---- compiling


def _start(library: Library) -> Future[Path]:
    """What will be the library's path: the one compile of it that runs in this process."""
    with _lock:
        running = _running.get(library.name)
        if running is not None:
            return running
        made: Future[Path] = Future()
        path = kept.find(library.name)
        if path is not None:
            made.set_result(path)
            return made
        workplace = kept.new_workplace()
        _running[library.name] = made
    work = (library, workplace, made)
    try:
        threading.Thread(target=_compile, args=work, name=f"compiling {library.name}").start()
    except RuntimeError:  # no more threads: it has to be waited for
        _compile(*work)
    return made


def _compile(library: Library, workplace: Path, made: Future[Path]) -> None:
    path, failure = None, None
    try:
        with _turns():
            path = _compiled(library, workplace)
    except BaseException as error:  # whoever waits must get it
        failure = error
    with _lock:
        _running.pop(library.name, None)
    if path is not None:
        made.set_result(path)
    else:
        made.set_exception(failure)


@cache
def _turns() -> threading.Semaphore:
    """As many compilers at a time as there are processors."""
    return threading.BoundedSemaphore(max(2, config.threads))


def _compiled(library: Library, workplace: Path) -> Path:
    try:
        return _compiled_in(workplace, library)
    except (CompileError, OSError) as error:
        if workplace.exists():
            if isinstance(error, OSError) and error.errno in kept.NO_SPACE:
                raise kept.full(workplace.parent) from error
            raise
    finally:
        kept.remove_workplace(workplace)
    # Somebody has cleared the cache meanwhile.
    workplace = kept.new_workplace()
    try:
        return _compiled_in(workplace, library)
    finally:
        kept.remove_workplace(workplace)


def _compiled_in(workplace: Path, library: Library) -> Path:
    (workplace / f"{library.name}.cpp").write_text(library.source, encoding="utf-8")
    source = kept.keep(workplace, library.name, ".cpp")  # for whoever reads the error
    compiler.run(library.command, source, workplace / f"{library.name}.so")
    return kept.keep(workplace, library.name, ".so")


# ---- forks


def _end_openmp_threads() -> None:
    """End this thread's team: a child of a fork has no such threads, but would wait for them."""
    if _runtime is not None:
        pause = getattr(ctypes.PyDLL(str(_runtime.__file__)), "omp_pause_resource_all", None)
        if pause is not None:  # OpenMP 5
            pause(_PAUSE_HARD)


def _begin_anew() -> None:
    """In the child: locks may be held by threads that it has not, and its compiles never end."""
    global _lock, _runtime_lock
    _lock, _runtime_lock = threading.Lock(), threading.Lock()
    _running.clear()
    _turns.cache_clear()
    kept.forget_in_child()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_end_openmp_threads, after_in_child=_begin_anew)
