"""The update graph: what symopt knows about a training step before any backend sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.graph.rate import Rate

Kind: TypeAlias = Literal["gradient", "observed", "state", "extra", "parameter"]


@dataclass(frozen=True)
class Update:
    """One write: ``target <- value``.

    Attributes
    ----------
    target
        The shared variable that is written.
    value
        An expression of the target's type. All updates of a phase read the values from before it.
    slot
        What is written, by name: ``W`` (a parameter), ``W/grad`` (a parked gradient),
        ``W/adam/mean_grad`` or ``adam/step`` (state), or the name of an extra update's target.
    kind
        Which of these it is.
    note
        What symopt had to do to the value, for ``explain``: "cast from float64".
    """

    target: SharedVariable
    value: Variable
    slot: str
    kind: Kind
    note: str = ""


@dataclass(frozen=True)
class Phase:
    """A set of simultaneous updates with the inputs and outputs of the function that does them."""

    name: str
    inputs: tuple[Variable, ...]
    outputs: tuple[Variable, ...]
    updates: tuple[Update, ...]


@dataclass(frozen=True)
class UpdateGraph:
    """One gradient phase, one or more update phases, and the named state they share.

    Attributes
    ----------
    name
        Prefix of the phases' function names.
    params
        Parameter name -> shared variable, in the order given.
    grads
        Parameter name -> shared buffer that holds the parked gradient between the phases.
    state
        Name -> shared variable of everything that rule and transforms keep between updates.
    rate
        The learning rate.
    gradient
        The phase that computes the cost.
    updates
        The phases that move the parameters, in the order in which they are called.
    """

    name: str
    params: Mapping[str, SharedVariable]
    grads: Mapping[str, SharedVariable]
    state: Mapping[str, SharedVariable]
    rate: Rate
    gradient: Phase
    updates: tuple[Phase, ...]

    @property
    def cost(self) -> TensorVariable:
        """The cost, a scalar."""
        return self.gradient.outputs[0]  # type: ignore[return-value]

    @property
    def phases(self) -> tuple[Phase, ...]:
        """All phases, in the order in which they are called."""
        return (self.gradient, *self.updates)

    def __str__(self) -> str:
        from symopt.graph.explain import explain  # it reads this class

        return explain(self)
