"""What every stopping rule is."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from symopt.errors import HyperparameterError, StateDictError, TrainingError
from symopt.hyperparameters import check_choice, check_real
from symopt.training.run import Run, Validation


@dataclass(frozen=True)
class Change:
    """What a rule asks for after a validation, other than to end the run.

    Attributes
    ----------
    factor
        The learning rate of all later updates is multiplied by it.
    restore_best
        Parameters and ``extra_updates`` targets go back to those of the best validation; the
        optimizer's state stays.
    text
        What to tell a person.
    """

    factor: float = 1.0
    restore_best: bool = False
    text: str = ""


class StoppingRule(ABC):
    """Looks at a run and says when it is over.

    A subclass keeps each argument of its constructor as an attribute of that name, and what it
    counts as attributes named in :attr:`slots`.

    Attributes
    ----------
    metric
        The metric it looks at, by name; None for the one that decides, the first.
    mode
        "min" if it should fall, "max" if it should rise; None: what ``fit`` was told of the metric
        that decides, "min" for others.
    """

    name: ClassVar[str]
    """The function that makes it; errors begin with it."""

    reason: str
    """What ``run.ended`` says where it ended the run."""

    slots: ClassVar[Mapping[str, Callable[[str, str, object], Any]]] = {}
    """The attributes that are state, each with the check that a loaded value has to pass."""

    validates: ClassVar[bool] = True
    """Whether it looks at validations; else it is asked after each update."""

    changes_rate: ClassVar[bool] = False

    def __init__(self, metric: str | None = None, mode: str | None = None) -> None:
        self.metric = metric
        self.mode = None if mode is None else check_choice(self.name, "mode", mode, ("min", "max"))

    def after_validation(self, run: Run) -> Change | None:
        """Count what ``run.validations[-1]`` says; perhaps ask for a change. Default: nothing."""
        return None

    @abstractmethod
    def is_over(self, run: Run) -> bool:
        """Whether the run is over, by what was counted. Changes nothing."""

    def loss(self, run: Run, validation: Validation) -> float:
        """The metric so that lower is better; infinite where it is not finite.

        Raises
        ------
        TrainingError
            The validation has no metric of this name.
        """
        name = self.metric if self.metric is not None else next(iter(validation.metrics))
        if name not in validation.metrics:
            raise TrainingError(
                f"{self.name}: there is no metric {name!r}; validate() gave "
                f"{', '.join(map(repr, validation.metrics))}."
            )
        value = validation.metrics[name]
        if not math.isfinite(value):
            return math.inf
        return value if self.direction(run) == "min" else -value

    def direction(self, run: Run) -> str:
        """Whether the metric should fall ("min") or rise ("max")."""
        return self.mode or (run.mode if self.metric is None else "min")

    def state_dict(self) -> dict[str, Any]:
        """What was counted, by name."""
        return {name: getattr(self, name) for name in self.slots}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set what was counted to what :meth:`state_dict` gave.

        Raises
        ------
        StateDictError
            A name is missing or unexpected, or a value of another kind. Nothing is written then.
        """
        try:
            if state.keys() != self.slots.keys():
                raise HyperparameterError(f"it has {list(state)}, expected {list(self.slots)}.")
            checked = {n: check(self.name, n, state[n]) for n, check in self.slots.items()}
        except HyperparameterError as error:
            raise StateDictError(f"The state does not fit {self!r}: {error}") from error
        for name, value in checked.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        settings = {k: v for k, v in vars(self).items() if k not in self.slots and v is not None}
        shown = ", ".join(f"{k}={v!r}" for k, v in settings.items() if k != "reason")
        return f"{self.name}({shown})"


def check_loss(owner: str, name: str, value: object) -> float:
    """A loss that was loaded: any real number, or the infinity of one that was not finite."""
    if value == math.inf:
        return math.inf
    return check_real(owner, name, value, low=-math.inf)
