"""Whether all systems compute the same thing: the costs and parameters of their first steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.system import TOLERANCE, Built, Timed


class DisagreementError(Exception):
    """Two systems computed different numbers from the same start."""


@dataclass(frozen=True)
class Evidence:
    """What a system computed in its first steps: a cost each, and where its parameters went."""

    costs: tuple[float, ...]
    moved: Mapping[str, NDArray[np.floating]]


def run_steps(built: Built, count: int) -> list[float]:
    """Run some steps and return their costs (nothing, for a system whose calls return None)."""
    results = [call() for _ in range(count) for call in built.calls.values()]
    results = [result.cost if isinstance(result, Timed) else result for result in results]
    return [float(result) for result in results if result is not None]


def movement(
    built: Built, start: Mapping[str, NDArray[np.floating]]
) -> dict[str, NDArray[np.floating]]:
    """How far each parameter has moved from ``start``, if the system shows its parameters."""
    params = built.params() if built.params else {}
    return {name: value - start[name] for name, value in params.items()}


def check_agreement(evidence: Mapping[str, Evidence], tolerance: float = TOLERANCE) -> None:
    """Compare everybody with the first one.

    Raises
    ------
    DisagreementError
        Names the systems that differ and their numbers.
    """
    if not evidence:
        return
    (first, reference), *others = evidence.items()
    faults = []
    for name, found in others:
        if len(found.costs) != len(reference.costs) or found.moved.keys() != reference.moved.keys():
            faults.append(f"{name} and {first} did not show the same quantities.")
            continue
        # "not <=" and not ">": a NaN differs from everything.
        if not np.all(np.abs(np.subtract(found.costs, reference.costs)) <= tolerance):
            faults.append(
                f"Costs of the first steps: {name} {_rounded(found.costs)}, "
                f"{first} {_rounded(reference.costs)}."
            )
        for param, expected in reference.moved.items():
            apart = np.max(np.abs(found.moved[param] - expected)) / np.max(np.abs(expected))
            if not apart <= tolerance:
                faults.append(
                    f"Parameter {param} of {name} moved otherwise than that of {first}: "
                    f"apart by {apart:.1e} of the largest movement."
                )
    if faults:
        raise DisagreementError(f"(tolerance {tolerance:g}) " + " ".join(faults))


def _rounded(costs: tuple[float, ...]) -> str:
    return ", ".join(f"{cost:.6f}" for cost in costs)
