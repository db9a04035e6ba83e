"""How fast a run goes, and when it will end."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from symopt.training.run import Run

WINDOW = 30.0  # seconds over which the speed is measured


class Pace:
    """Speeds over the last half minute; looking is what measures.

    Parameters
    ----------
    clock
        Gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        # Moment, updates and samples; the first one is the oldest that counts.
        self._looks: deque[tuple[float, int, int]] = deque()
        self._updating = False

    def look(self, run: Run) -> None:
        """Note how far the run is."""
        now = (self._clock(), run.update, run.samples)
        if not self._updating and run.update > run.resumed_at:
            # What came before the first update was compiling; it says nothing of the speed.
            self._updating = True
            self._looks.clear()
        self._looks.append(now)
        # As long as none was made in that time (one takes minutes, say), older ones count.
        while len(self._looks) > 2 and now[0] - self._looks[1][0] >= WINDOW:
            if self._looks[1][1] == run.update:
                break
            self._looks.popleft()

    @property
    def updates_per_second(self) -> float | None:
        """None while it is not known."""
        return self._speed(1)

    @property
    def samples_per_second(self) -> float | None:
        """None while it is not known."""
        return self._speed(2)

    def _speed(self, column: int) -> float | None:
        if len(self._looks) < 2:
            return None
        first, last = self._looks[0], self._looks[-1]
        if last[0] <= first[0] or last[1] <= first[1]:
            return None
        return float((last[column] - first[column]) / (last[0] - first[0]))

    def seconds_left(self, run: Run) -> float | None:
        """At most, at this speed; None if that is not known."""
        updates, speed = most_updates(run), self.updates_per_second
        if updates is None or speed is None:
            return None
        return max(0, updates - run.update) / speed


def most_updates(run: Run) -> int | None:
    """Updates that the run will have at most; None if that is not known."""
    limits = []
    if run.max_updates is not None:
        limits.append(run.max_updates)
    if run.max_epochs is not None and run.updates_per_epoch is not None:
        limits.append(run.max_epochs * run.updates_per_epoch)
    return min(limits, default=None)


def done_fraction(run: Run) -> float | None:
    """The part of the run that is done, from 0 to 1; None if that is not known."""
    updates = most_updates(run)
    if updates:
        return min(1.0, run.update / updates)
    if run.max_epochs:
        return min(1.0, max(0, run.epoch - 1) / run.max_epochs)
    return None
