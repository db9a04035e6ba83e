"""The machine's C++ compiler: how it is called, for which processor, and what its failures mean."""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytensor

from symopt.errors import CompileError, ConfigError

_SHARED_LIBRARY = ("-std=c++17", "-O3", "-fPIC", "-shared", "-w")
_FOR_THE_LINKER = ("-l", "-L", "-Wl,")
_KILLED = ("Killed signal terminated", "Killed: 9", "out of memory", "cannot allocate memory")
_NO_SPACE = "No space left on device"


def flags() -> list[str]:
    """Flags of every library; those of ``SYMOPT_CXXFLAGS`` come last, so that they win.

    Raises
    ------
    ConfigError
        ``SYMOPT_CXXFLAGS`` is not as a shell would have it.
    """
    text = os.environ.get("SYMOPT_CXXFLAGS", "")
    try:
        own = shlex.split(text)
    except ValueError as error:
        raise ConfigError(f"SYMOPT_CXXFLAGS={text!r}: {error}.") from error
    machine = ["-march=native"]
    if platform.machine() in ("x86_64", "AMD64"):
        machine.append("-mprefer-vector-width=512")
    if sys.platform == "darwin":
        machine += ["-undefined", "dynamic_lookup"]  # programs find the runtime when loaded
    return [*_SHARED_LIBRARY, *machine, *own]


def openmp_flags() -> list[str]:
    """OpenMP, where the compiler has it (Apple's has not): without, all runs on one thread."""
    return list(_openmp_flags(tuple(_command())))


def identity() -> str:
    """Compiler, version and processor: what -march=native means here."""
    return _identity(tuple(_command()))


def command(flags: Sequence[str]) -> list[str]:
    """The command that compiles with these flags, but for the files."""
    return [*_command(), *flags]


def run(command: Sequence[str], source: Path, library: Path) -> None:
    """Compile ``source`` to ``library``, in whose folder the compiler's own files stay.

    Raises
    ------
    CompileError
        It was not compiled. The message tells why, with what the compiler said.
    """
    libraries = [flag for flag in command if flag.startswith(_FOR_THE_LINKER)]
    others = [flag for flag in command if flag not in libraries]
    done = _run(
        [*others, str(source), "-o", str(library), *libraries],
        env={**os.environ, "TMPDIR": str(library.parent)},
    )
    if done.returncode != 0:
        raise CompileError(_failure(command[0], source, done))


def _failure(compiler: str, source: Path, done: subprocess.CompletedProcess[str]) -> str:
    said = done.stderr.strip()[-4000:] or "It said nothing."
    if done.returncode < 0 or any(text.lower() in said.lower() for text in _KILLED):
        return (
            f"{compiler} was killed while it compiled {source} (exit status {done.returncode}), "
            "most often for want of memory. With symopt.config.threads = 1 fewer compilers run at "
            f"a time.\n{said}"
        )
    if _NO_SPACE in said:
        return (
            f"{compiler} could not compile {source}: the disk is full. Free some space, or have "
            "compiled code kept elsewhere: PYTENSOR_FLAGS=base_compiledir=/another/folder.\n"
            f"{said}"
        )
    return (
        f"{compiler} could not compile {source} (exit status {done.returncode}). Unless "
        "SYMOPT_CXXFLAGS has something to do with it, this is a fault of symopt: please report it. "
        "symopt.config.native = False goes another way, and backend='numba' needs no compiler.\n"
        f"{said}"
    )


def _command() -> list[str]:
    """What PyTensor's setting ``cxx`` names: a compiler, perhaps with flags behind it."""
    cxx = str(pytensor.config.cxx)
    words = shlex.split(cxx)
    return words if words and not shutil.which(cxx) and shutil.which(words[0]) else [cxx]


@cache
def _identity(command: tuple[str, ...]) -> str:
    done = _run([*command, "-march=native", "-E", "-v", "-x", "c++", os.devnull])
    told = [line for line in done.stderr.splitlines() if "cc1plus" in line or "version" in line]
    return "\n".join(told)


@cache
def _openmp_flags(command: tuple[str, ...]) -> tuple[str, ...]:
    check = [*command, "-fopenmp", "-fsyntax-only", "-x", "c++", "-"]
    done = _run(check, text="#include <omp.h>\n")
    return ("-fopenmp",) if done.returncode == 0 else ()


def _run(
    command: Sequence[str], text: str = "", env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            command,
            input=text,
            env=env,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise CompileError(
            f"The C++ compiler {command[0]!r}, which pytensor.config.cxx names, "
            f"cannot be run: {error.strerror or error}. Install it, name another one "
            "(PYTENSOR_FLAGS=cxx=/path/to/g++), or use backend='numba', which needs none."
        ) from error
