"""The machine that a run is trained on: what it is, and how much of its memory the process has."""

from __future__ import annotations

import os
import platform
import socket
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

_PACKAGES = ("pytensor", "numpy", "numba", "jax", "scipy-openblas32")


def describe_machine() -> dict[str, Any]:
    """What the machine is, for people to read.

    Returns
    -------
    dict
        ``host``, ``system``, ``processor`` (names), ``cores`` (that this process may use) and
        ``memory`` (of the machine, in bytes; None if that is not known).
    """
    return {
        "host": socket.gethostname(),
        "system": f"{platform.system()} {platform.release()}",
        "processor": _processor(),
        "cores": _cores(),
        "memory": _memory(),
    }


def describe_versions() -> dict[str, str]:
    """Versions of symopt, Python and the packages below it that are installed, by name."""
    from symopt import __version__

    versions = {"symopt": __version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            versions[package] = version(package)
        except PackageNotFoundError:
            continue
    return versions


def resident_memory() -> int:
    """Bytes of memory that this process holds (the most it held, where only that is known)."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        import resource

        largest = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return largest if sys.platform == "darwin" else 1024 * largest
    return pages * os.sysconf("SC_PAGE_SIZE")


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return None
