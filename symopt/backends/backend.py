"""What a backend is: a name, a diagnosis, and a way to compile a graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from pytensor.compile.executor import Function
from pytensor.compile.sharedvalue import SharedVariable

from symopt.errors import BackendUnavailableError
from symopt.pytensor_internals import cell


@dataclass(frozen=True)
class Diagnosis:
    """What a backend found on this machine.

    Attributes
    ----------
    works
        Whether it can compile here.
    found
        What it is built on, in a line.
    remedy
        What to do if it does not work; empty if it does.
    """

    works: bool
    found: str
    remedy: str = ""


class Backend(ABC):
    """Lowers a graph to a PyTensor function.

    Attributes
    ----------
    name
        How a user asks for it.
    native
        The type of value that its functions read from a shared variable as it is.
    """

    name: ClassVar[str]
    native: ClassVar[type] = np.ndarray

    @abstractmethod
    def diagnose(self) -> Diagnosis:
        """What there is on this machine for it. Compiles nothing."""

    @abstractmethod
    def compile(self, inputs: Sequence[Any], outputs: Any, **keywords: Any) -> Function:
        """Compile a function; ``keywords`` are those of ``pytensor.function``.

        A ``mode`` among them takes the place of the backend's own.
        """

    def require(self) -> None:
        """Raise BackendUnavailableError, with what to do, if the backend cannot work here."""
        diagnosis = self.diagnose()
        if not diagnosis.works:
            raise BackendUnavailableError(
                f"The {self.name} backend cannot work here: {diagnosis.found}. {diagnosis.remedy}"
            )

    def before_call(self) -> None:  # noqa: B027  # most backends have nothing to prepare
        """Runs before each call of a compiled function. Default: nothing."""

    def first_call(self) -> AbstractContextManager[object]:
        """Surrounds the first call of a compiled function. Default: nothing."""
        return nullcontext()

    def run_many(
        self,
        function: Function,
        batches: Sequence[Sequence[Any]],
        watched: Sequence[SharedVariable],
    ) -> Iterator[tuple[Any, list[Any]]]:
        """Call a compiled function with one batch after the other.

        Parameters
        ----------
        batches
            The arguments of each call, in order.
        watched
            Shared variables that the function updates.

        Yields
        ------
        outputs
            Of a call, as a list.
        seen
            The values of ``watched`` after it.
        """
        for batch in batches:
            outputs = function(*batch)
            yield outputs, [variable.get_value() for variable in watched]

    def after_call(self, key: Any, check: Callable[[], None]) -> None:
        """Run what looks at the state after a call. Default: at once.

        A backend that does not wait for its calls keeps it, one for each key, for :meth:`settle`.
        """
        check()

    def settle(self) -> None:  # noqa: B027  # most backends wait for every call
        """Wait for all calls, and raise what went wrong in them. Default: nothing."""

    def bring_here(self, variable: SharedVariable) -> None:
        """Convert a value that is not native, which another backend left. Default: to NumPy."""
        to_host(variable)


def to_host(variable: SharedVariable) -> None:
    """Turn the array inside a shared variable into a NumPy array, if it is not one already."""
    holder = cell(variable)
    value = holder[0]
    if hasattr(value, "__array__") and not isinstance(value, np.ndarray | np.generic):
        holder[0] = np.array(value)
