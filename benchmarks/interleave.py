"""Timing by turns: in each round every system runs for a moment, so that all share the weather.

Absolute times drift with what else the machine does; medians over interleaved rounds drift
together, and their ratios stay.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from statistics import median, quantiles

from benchmarks.system import Call, Timed


@dataclass
class Timing:
    """The seconds that one system took.

    Attributes
    ----------
    samples
        Phase -> seconds of each timed call. All phases of a step have the same position.
    """

    samples: dict[str, list[float]] = field(default_factory=dict)

    @property
    def totals(self) -> list[float]:
        """Seconds of each timed step, all of its phases together."""
        return [sum(step) for step in zip(*self.samples.values(), strict=True)]

    def median(self, phase: str) -> float:
        """Median seconds of a phase; ``"total"`` is the whole step."""
        return median(self._of(phase))

    def quartiles(self, phase: str) -> tuple[float, float]:
        """First and third quartile in seconds: half of the calls lie between."""
        values = self._of(phase)
        if len(values) == 1:
            return values[0], values[0]
        first, _, third = quantiles(values, n=4, method="inclusive")
        return first, third

    def _of(self, phase: str) -> list[float]:
        return self.totals if phase == "total" else self.samples[phase]


def interleave(
    systems: Mapping[str, Mapping[str, Call]],
    rounds: int,
    *,
    calls: int = 5,
    warmup: int = 1,
    settle: float = 0.05,
    clock: Callable[[], float] = time.perf_counter,
) -> dict[str, Timing]:
    """Time the steps of all systems, round robin.

    Parameters
    ----------
    systems
        Name -> the phases of a step, by name, in order.
    rounds
        Turns of each system that count. Every other round goes backwards, so that no system
        always follows the same one.
    calls
        Timed steps in a turn.
    warmup
        Rounds before those that count.
    settle
        Seconds (and at least one step) that a system runs untimed at the start of each turn: its
        data has to come back into the caches, and the idle threads of the system before it (those
        of OpenBLAS and OpenMP) spin for some 30 ms and steal a core meanwhile.
    clock
        Seconds, rising.

    Returns
    -------
    dict
        Name -> Timing of ``rounds * calls`` steps.
    """
    timings = {name: Timing({phase: [] for phase in steps}) for name, steps in systems.items()}
    collecting = gc.isenabled()
    gc.disable()
    gc.collect()
    gc.freeze()  # the collections between the turns have only the turns' own objects to look at
    try:
        for number in range(-warmup, rounds):
            order = list(systems) if number % 2 == 0 else list(systems)[::-1]
            for name in order:
                gc.collect()
                _run_untimed(systems[name], settle, clock)
                for _ in range(calls if number >= 0 else 0):
                    for phase, call in systems[name].items():
                        begin = clock()
                        result = call()
                        seconds = clock() - begin
                        if isinstance(result, Timed):
                            seconds = result.seconds
                        timings[name].samples[phase].append(seconds)
    finally:
        gc.unfreeze()
        if collecting:
            gc.enable()
    return timings


def _run_untimed(steps: Mapping[str, Call], seconds: float, clock: Callable[[], float]) -> None:
    begin = clock()
    while True:
        for call in steps.values():
            call()
        if clock() - begin >= seconds:
            return


def ratios(
    timings: Mapping[str, Timing], baseline: str, phase: str = "total"
) -> dict[str, float | None]:
    """Each system's median / the baseline's median: above 1, the baseline is that much faster.

    None for all if the baseline was not timed, and for a system that lacks the phase.
    """
    if baseline not in timings or not _has(timings[baseline], phase):
        return dict.fromkeys(timings)
    reference = timings[baseline].median(phase)
    return {
        name: timing.median(phase) / reference if _has(timing, phase) else None
        for name, timing in timings.items()
    }


def _has(timing: Timing, phase: str) -> bool:
    return phase == "total" or phase in timing.samples
