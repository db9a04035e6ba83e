"""The learning rate of every update: what the user gave, times what stopping rules made of it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from symopt.errors import StateDictError, TrainingError
from symopt.graph.rate import check_rate
from symopt.graph.update_graph import UpdateGraph
from symopt.hyperparameters import check_real
from symopt.schedules.schedule import Schedule
from symopt.training.generators import Stateful


class Rates:
    """Gives the rate of an update by its number, from 0 on.

    Parameters
    ----------
    rate
        A number, a schedule, a callable of the number, or None: the optimizer's own rate.
    graph
        Whose rate it is.

    Attributes
    ----------
    factor
        What the rate is multiplied with.
    """

    def __init__(self, rate: Any, graph: UpdateGraph) -> None:
        self.given = rate
        self.factor = 1.0
        self._own = rate is None
        self._schedule: Callable[[int], Any] | None = rate if callable(rate) else None
        if self._own and graph.rate.required:
            raise TrainingError(
                f"rate=None, but the learning rate of {graph.name} is a symbolic input; expected a "
                "number, a schedule such as symopt.schedules.cosine(...), or a callable of the "
                "number of the update."
            )
        if not self._own and self._schedule is None:
            self.given = check_rate("rate", rate)

    def __call__(self, update: int) -> float | None:
        if self._schedule is not None:
            return float(self._schedule(update)) * self.factor
        return None if self._own else self.given * self.factor

    def shown(self, update: int) -> float:
        """The rate as a number; NaN where it is the optimizer's own."""
        rate = self(update)
        return math.nan if rate is None else rate

    def multiply(self, factor: float) -> None:
        """Change the rate of all updates to come."""
        if self._own:
            raise TrainingError(
                "A stopping rule changes the rate, but rate=None: it is the optimizer's own. Give "
                "fit the rate."
            )
        self.factor *= factor

    def observe(self, metric: float) -> None:
        """Tell a schedule of a metric."""
        if isinstance(self._schedule, Schedule):
            self._schedule.observe(metric)

    def state_dict(self) -> dict[str, Any]:
        """The factor, and the schedule's state."""
        has_state = isinstance(self._schedule, Stateful)
        return {
            "factor": self.factor,
            "schedule": self._schedule.state_dict() if has_state else {},  # type: ignore[union-attr]
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set both to what :meth:`state_dict` gave.

        Raises
        ------
        StateDictError
            The schedule is of another kind than the one that was saved.
        """
        schedule = state["schedule"]
        if isinstance(self._schedule, Stateful):
            self._schedule.load_state_dict(schedule)
        elif schedule:
            raise StateDictError(
                f"rate={self.given!r} has no state, but that of the run before had: "
                f"{', '.join(schedule)}."
            )
        self.factor = check_real("fit", "factor", state["factor"])

    def __repr__(self) -> str:
        return repr(self.given)
