"""The machine and the versions that a table was made with."""

from __future__ import annotations

import os
import platform
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from benchmarks.threads import available_cores

_PACKAGES = ("pytensor", "numpy", "numba", "scipy-openblas32", "torch", "jax", "optax")

BUSY = 0.5
"""Load average (of one minute, before the run) above which a run is said to be disturbed."""


def describe_machine() -> dict[str, Any]:
    """Date, processor, cores, load and versions, for the table's heading and the JSON file."""
    return {
        "date": date.today().isoformat(),
        "processor": _processor(),
        "cores": available_cores(),
        "load": os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
        "python": platform.python_version(),
        "versions": {name: found for name in _PACKAGES if (found := _version(name))},
    }


def heading(machine: dict[str, Any], threads: int, rounds: int) -> str:
    """The description in two lines, and a warning if others are using the machine."""
    load = "" if machine["load"] is None else f", load {machine['load']:.1f} at the start"
    versions = ", ".join(f"{name} {found}" for name, found in machine["versions"].items())
    busy = ""
    if (machine["load"] or 0.0) > BUSY:
        busy = (
            "\nThe machine is busy. Ratios hold between single-threaded systems; threads that wait "
            "for each other at every operation (torch with OpenMP) lose far more than the rest."
        )
    return (
        f"{machine['date']}, {machine['processor']}, "
        f"{_count(machine['cores'], 'core')}, "
        f"{_count(threads, 'thread')}, {_count(rounds, 'round')}{load}\n"
        f"Python {machine['python']}, {versions}{busy}"
    )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
