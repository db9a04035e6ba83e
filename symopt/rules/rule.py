"""The protocol of update rules: what a rule declares, and what it is asked.

A rule is pure symbolic maths. It declares its state as :class:`~symopt.state.Slot` objects and
writes formulas; the update graph allocates the state, places the formulas in a phase and
compiles nothing until it is called. A rule of one's own takes fifteen lines::

    class SignMomentum(PerParameterRule):
        name = "sign_momentum"
        slots = (Slot("velocity"),)

        def __init__(self, momentum=0.9):
            self.momentum = momentum

        def step(self, param, grad, state, rate):
            velocity = self.momentum * state["velocity"] + (1 - self.momentum) * grad
            return -rate * pt.sign(velocity), {"velocity": velocity}

    opt = symopt.compile_optimizer(SignMomentum(), lr, tparams, grads, inputs, cost)

dtypes take care of themselves: formulas are written while floatX is the parameter's dtype, so
that the Python number ``0.9`` beside a float32 gradient is a float32.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from pytensor.tensor.variable import TensorVariable

from symopt.state import Slot, State, Variables

VELOCITY_DECAY = "velocity_decay"
"""The entry of ``state`` with a weight decay to be added inside the velocity, if there is one."""


@dataclass(frozen=True)
class Observed:
    """What a rule computes beside the gradients, parked in phase 1 until phase 2 reads it.

    Attributes
    ----------
    parameters
        Name of the quantity -> parameter name -> expression of the parameter's shape.
    shared
        Name of the quantity -> expression of any shape.
    """

    parameters: Mapping[str, Variables] = field(default_factory=dict)
    shared: Variables = field(default_factory=dict)


class UpdateRule(ABC):
    """What rules over single parameters and rules over all of them have in common.

    Attributes
    ----------
    name
        How the rule is called in the names of its state.
    slots
        State kept for each parameter.
    global_slots
        State kept once for the whole rule (a step count, say).
    takes_velocity_decay
        Whether ``step`` adds ``state[VELOCITY_DECAY]``, where there is one, to what drives its
        velocity.
    """

    name: ClassVar[str]
    slots: tuple[Slot, ...] = ()
    global_slots: tuple[Slot, ...] = ()
    takes_velocity_decay: ClassVar[bool] = False

    def observe(self, cost: TensorVariable, params: Variables, grads: Variables) -> Observed:
        """Quantities to be computed with the gradients, such as curvature. Default: none.

        They reach ``step`` as further entries of its ``state``.
        """
        return Observed()

    def observe_with(
        self, state: State, cost: TensorVariable, params: Variables, grads: Variables
    ) -> Observed:
        """``observe`` for rules that look at their own state to do so (random probes).

        ``state`` holds the slots as phase 2 left them; only phase 2 moves them. Default:
        ``observe``, which needs no state.
        """
        return self.observe(cost, params, grads)

    def advance(self, state: Variables) -> Variables:
        """New values of the global slots, once per update, before the steps. Default: none.

        ``state`` holds the global slots as they were. Python numbers are float64 here.
        """
        return {}

    def __repr__(self) -> str:
        settings = ", ".join(f"{key}={value!r}" for key, value in vars(self).items())
        return f"{type(self).__name__}({settings})"


class Rule(UpdateRule):
    """An update rule over all parameters at once (Newton's, or one with a global statistic)."""

    @abstractmethod
    def step(
        self, params: Variables, grads: Variables, state: State, rate: TensorVariable
    ) -> tuple[Variables, State]:
        """The steps, to be added to the parameters, and the slots that move.

        Parameters
        ----------
        params, grads
            Parameter name -> variable, of equal shapes and dtypes.
        state
            The slots before the update, but the global ones as ``advance`` left them; what
            ``observe`` gave, under its names.
        rate
            The learning rate, a float64 scalar. Multiply other scalars into it first and cast
            the product once: ``pytensor.tensor.cast(factor, param.dtype)``.

        Returns
        -------
        steps, moved
            ``steps`` maps every parameter's name to its step; ``moved`` holds the new values of
            the slots that change.
        """


class PerParameterRule(UpdateRule):
    """An update rule that treats each parameter alone.

    Attributes
    ----------
    statistics
        "phase2" (default): the slots that ``accumulate`` moves do so in phase 2, with all other
        state. "phase1": they move with the gradients, as in the historical optimizers.
    """

    statistics: str = "phase2"

    def factors(self, state: Variables, rate: TensorVariable) -> Variables:
        """Scalars that ``step`` needs, computed once per update in float64. Default: none.

        Bias corrections and products with the rate belong here; each is cast once to the
        parameter's dtype and reaches ``step`` in ``state``. ``state`` holds the global slots as
        ``advance`` left them; ``rate`` is a float64 scalar.
        """
        return {}

    def accumulate(
        self, param: TensorVariable, grad: TensorVariable, state: Variables
    ) -> Variables:
        """New values of the slots that are statistics of the gradient. Default: none.

        They are moved before ``step``, which sees the new values.
        """
        return {}

    @abstractmethod
    def step(
        self, param: TensorVariable, grad: TensorVariable, state: Variables, rate: TensorVariable
    ) -> tuple[TensorVariable, Variables]:
        """The step, to be added to the parameter, and the slots that move.

        Parameters
        ----------
        param, grad
            The parameter and its gradient, of one shape and dtype.
        state
            By name: the parameter's slots before the update (those of ``accumulate`` after it),
            the global slots as ``advance`` left them, the factors, what ``observe`` gave.
        rate
            The learning rate, a scalar of the parameter's dtype.

        Returns
        -------
        step, moved
            ``moved`` maps slot names to new values; a slot it leaves out keeps its value.
        """
