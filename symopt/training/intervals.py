"""How often something is done in a run: each epoch, every so many updates, or by the clock."""

from __future__ import annotations

import math
from datetime import timedelta
from numbers import Integral
from typing import Any

from symopt.errors import HyperparameterError


class Interval:
    """When something is due.

    Attributes
    ----------
    each_epoch
        At the end of each epoch.
    updates
        After every so many updates; infinite if not.
    seconds
        When so many seconds have passed since the last time; infinite if not.
    """

    def __init__(self, name: str, every: Any, by_time: bool = False) -> None:
        self.each_epoch = isinstance(every, str) and every == "epoch"
        self.updates = self.seconds = math.inf
        if self.each_epoch:
            return
        if by_time and isinstance(every, timedelta) and every > timedelta(0):
            self.seconds = every.total_seconds()
        elif isinstance(every, Integral) and not isinstance(every, bool) and int(every) >= 1:
            self.updates = int(every)
        else:
            expected = '"epoch", or a number of updates of at least 1'
            if by_time:
                expected += ", or a datetime.timedelta"
            raise HyperparameterError(f"fit: {name}={every!r}; expected {expected}.")

    def next_update(self, update: int) -> float:
        """The first update after ``update`` when it is due."""
        if self.updates == math.inf:
            return math.inf
        return (update // self.updates + 1) * self.updates
