"""The protocol of transforms: what happens to gradients, steps and parameters around a rule.

There are three types, and a list of transforms holds them in this order: gradient transforms
run before the rule, step transforms between the rule and the parameters, parameter transforms
after the step. Each may keep named state, declared as a rule declares its own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import ClassVar, TypeAlias

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.tensor.variable import TensorVariable

from symopt.state import Slot, State, Variables

SharedVariables: TypeAlias = Mapping[str, SharedVariable]


@dataclass(frozen=True)
class Transformed:
    """What a transform returns.

    Attributes
    ----------
    values
        Parameter name -> the transformed gradient, step or parameter.
    moved
        New values of the transform's own slots that change.
    gate
        A boolean scalar, or None. Where it is False, nothing after this transform is written:
        the rest of the list, the rule's state and the parameters keep their values.
    """

    values: Variables
    moved: State = field(default_factory=State)
    gate: TensorVariable | None = None


class Transform(ABC):
    """What the three types have in common.

    Attributes
    ----------
    name
        How the transform is called in the names of its state; the second of two transforms of
        one name is called ``name#2``.
    slots, global_slots
        State kept for each parameter, and once for the transform.
    """

    name: ClassVar[str]
    slots: tuple[Slot, ...] = ()
    global_slots: tuple[Slot, ...] = ()

    def attach(  # noqa: B027  # most transforms keep nothing
        self, params: SharedVariables, state: Mapping[str, SharedVariables]
    ) -> None:
        """Called when an optimizer is built, with its parameters and this transform's slots.

        ``state`` maps a parameter's name to its slots. Default: nothing is kept.
        """

    def __repr__(self) -> str:
        settings = {k: v for k, v in vars(self).items() if not k.startswith("_")}
        shown = ", ".join(f"{key}={value!r}" for key, value in settings.items())
        return f"{self.name}({shown})"


class GradientTransform(Transform):
    """Changes the gradients before the rule sees them.

    Attributes
    ----------
    runs_first
        The transform has to stand first in the list.
    gathers
        It gathers gradients over several calls, as ``average`` says.
    """

    runs_first: ClassVar[bool] = False
    gathers: ClassVar[bool] = False

    def watch(
        self, cost: TensorVariable, grads: Variables, state: State
    ) -> tuple[TensorVariable, State] | None:
        """Look at the cost and the raw gradients in phase 1. Default: None, nothing to see.

        Returns
        -------
        gate, moved
            ``gate`` is a boolean scalar; where it is False phase 1 writes nothing but the
            parked gradients and ``moved``, new values of the transform's global slots.
        """
        return None

    @abstractmethod
    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        """The gradients for the next transform, or for the rule."""

    def average(
        self, value: TensorVariable, total: TensorVariable, state: State
    ) -> tuple[TensorVariable, TensorVariable]:
        """For a transform that gathers: the mean of a quantity over the calls so far.

        What a rule observes beside the gradients is gathered by it too.

        Parameters
        ----------
        value, total
            A quantity of this call, and the sum of those before it.
        state
            The slots before this call.

        Returns
        -------
        mean, new_total
        """
        return value, total

    def check(self, state: SharedVariables, grads: SharedVariables) -> None:
        """Runs on the host after each call that computes the cost, and after each update.

        ``state`` maps the names of the global slots to their shared variables; ``grads`` maps
        parameter names to the parked gradients (empty after ``f_step``). May raise.
        """


class StepTransform(Transform):
    """Changes the steps that the rule gave, before they are added to the parameters.

    Attributes
    ----------
    inside_velocity
        It has terms to be added inside the velocity of a momentum rule.
    """

    inside_velocity: ClassVar[bool] = False

    @abstractmethod
    def apply(
        self, steps: Variables, params: Variables, state: State, rate: TensorVariable
    ) -> Transformed:
        """The steps for the next transform, or for the parameters.

        ``params`` are the parameters before the update, ``rate`` is a float64 scalar.
        """

    def frozen(self, names: Collection[str]) -> Collection[str]:
        """Those of the parameters ``names`` that are not to be written at all. Default: none."""
        return ()

    def velocity_decay(self, params: Variables) -> Variables:
        """For a transform inside the velocity: the terms, for those parameters that have one."""
        return {}


class ParameterTransform(Transform):
    """Changes the parameters after the step."""

    @abstractmethod
    def apply(self, new_params: Variables, params: Variables, state: State) -> Transformed:
        """The parameters for the next transform, or to be written.

        ``new_params`` are the parameters after the step, ``params`` those before it.
        """
