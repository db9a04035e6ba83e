"""What is timed: systems, which peers bring, and the work they are given."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

TOLERANCE = 1e-4
"""Largest difference of two costs; for parameters, relative to how far the farthest moved."""

STEPS_COMPARED = 5
"""One more than there are batches, usually: the first batch comes again after four updates."""

Call = Callable[[], Any]
"""One phase of a step. It returns when the work is done: the cost or None, or a Timed of those."""


@dataclass(frozen=True)
class Timed:
    """The result of a call that another process ran and timed itself.

    Its seconds count, and not those that the question and the answer took on their way.
    """

    cost: float | None
    seconds: float


@dataclass(frozen=True)
class Built:
    """A system that is ready to run.

    Attributes
    ----------
    calls
        The phases of a step by name, in the order in which they run.
    params
        Reads the parameters, or None where the costs say enough.
    peak_memory
        None, or for a system in another process, what ``PeakMemory.take`` returns there.
    """

    calls: Mapping[str, Call]
    params: Callable[[], dict[str, NDArray[np.floating]]] | None = None
    peak_memory: Callable[[], int] | None = None


@dataclass(frozen=True)
class System:
    """A row of the table.

    Attributes
    ----------
    name
        What the row is called.
    build
        Makes the system from the initial numbers; what it compiles may wait for the first call.
    backend
        Name of the backend, if it is symopt.
    cached
        Whether it compiles into PyTensor's cache on disk.
    """

    name: str
    build: Callable[[], Built]
    backend: str | None = None
    cached: bool = False


@dataclass(frozen=True)
class Skipped:
    """A peer or system that cannot run here, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Peer:
    """A module with ``systems(problem)``, which yields ``System`` and ``Skipped``.

    Attributes
    ----------
    name
        Name for ``--peer``.
    module
        Imported only if the packages are there.
    packages
        What the module needs besides symopt's own requirements.
    """

    name: str
    module: str
    packages: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A table of the results.

    Attributes
    ----------
    name
        Under which the report has it.
    title
        Its heading.
    problem
        What everybody gets: an object with ``params``, the initial parameters by name, and
        whatever else the peers of this benchmark need.
    peers
        Who takes part.
    tolerance
        Largest difference of two systems' costs.
    steps_compared
        How many first steps are compared.
    """

    name: str
    title: str
    problem: Any
    peers: Sequence[Peer]
    tolerance: float = TOLERANCE
    steps_compared: int = STEPS_COMPARED


def collect(case: Case) -> tuple[list[System], list[Skipped]]:
    """The systems of a case, and what had to be skipped, with the reason."""
    systems: list[System] = []
    skipped: list[Skipped] = []
    for peer in case.peers:
        missing = [package for package in peer.packages if find_spec(package) is None]
        if missing:
            verb = "is" if len(missing) == 1 else "are"
            skipped.append(Skipped(peer.name, f"{', '.join(missing)} {verb} not installed"))
            continue
        for found in import_module(peer.module).systems(case.problem):
            if isinstance(found, Skipped):
                skipped.append(found)
            else:
                systems.append(found)
    return systems, skipped
