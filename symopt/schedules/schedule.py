"""What every schedule is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from inspect import signature
from typing import Any, ClassVar

from symopt.errors import HyperparameterError, StateDictError
from symopt.hyperparameters import check_integer


class Schedule(ABC):
    """A learning rate that depends on the number of the update and on metrics observed.

    A subclass defines :attr:`name` and :meth:`rate_at`, and keeps each argument of its constructor
    as an attribute of that name. One with state also defines :attr:`slots` and :meth:`observe`.
    """

    name: ClassVar[str]
    """The function that makes it; errors begin with it."""

    slots: ClassVar[Mapping[str, Callable[[str, str, object], Any]]] = {}
    """The attributes that are state, each with the check of :mod:`symopt.hyperparameters` (of the
    owner, the name, the value) that a loaded value has to pass."""

    @abstractmethod
    def rate_at(self, step: int) -> float:
        """The rate of update ``step``, at least 0, from the state as it is."""

    def __call__(self, step: int) -> float:
        """Return the rate of update ``step``: a finite float of at least 0.

        Parameters
        ----------
        step
            Number of the update, from 0 on; a Python or NumPy integer.

        Raises
        ------
        HyperparameterError
            ``step`` is negative or not an integer.
        """
        return self.rate_at(check_integer(self.name, "step", step))

    def observe(self, metric: Any) -> None:  # noqa: B027 (most schedules have nothing to do)
        """Take notice of a metric. Schedules without state ignore it, whatever it is."""

    def state_dict(self) -> dict[str, Any]:
        """The state as plain numbers by name; empty for schedules without one."""
        return {name: getattr(self, name) for name in self.slots}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set the state to what :meth:`state_dict` gave, here or in another process.

        Raises
        ------
        StateDictError
            Lists every name that is missing or unexpected and every value of another kind.
            Nothing is written then.
        """
        if not isinstance(state, Mapping):
            raise StateDictError(
                f"{self.name}: the state is a {type(state).__name__}; expected the dict that "
                "state_dict() gave. Nothing was loaded."
            )
        faults = [f"{name!r} is missing" for name in self.slots if name not in state]
        faults += [f"{name!r} is unexpected" for name in state if name not in self.slots]
        checked = {}
        for name, check in self.slots.items():
            try:
                if name in state:
                    checked[name] = check(self.name, name, state[name])
            except HyperparameterError as error:
                faults.append(str(error))
        if faults:
            raise StateDictError(
                f"The state does not fit {self!r}:\n  " + "\n  ".join(faults) + "\nNothing was "
                f"loaded. Give it what state_dict() of a schedule made by {self.name} gave."
            )
        for name, value in checked.items():
            setattr(self, name, value)

    def __repr__(self) -> str:
        arguments = []
        for name, parameter in signature(type(self)).parameters.items():
            value = getattr(self, name)
            if parameter.default is parameter.empty:
                arguments.append(repr(value))
            elif value != parameter.default:
                arguments.append(f"{name}={value!r}")
        return f"{self.name}({', '.join(arguments)})"
