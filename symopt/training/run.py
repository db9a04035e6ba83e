"""A training run as it goes: what callbacks, displays and stopping rules look at."""

from __future__ import annotations

from array import array
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

if TYPE_CHECKING:
    from symopt.optimizer import Optimizer


@dataclass(frozen=True)
class Validation:
    """The metrics of a model at one moment of a run.

    Attributes
    ----------
    update
        Updates made before it.
    epoch
        The epoch it belongs to, from 1 on.
    cost
        Mean training cost of the minibatches since the validation before; NaN if there were none.
    metrics
        What ``validate`` returned, by name; a plain number is called "validation". The first one
        decides which parameters are best.
    rate
        The learning rate of the last update.
    seconds
        Of training when it was done.
    """

    update: int
    epoch: int
    cost: float
    metrics: Mapping[str, float]
    rate: float
    seconds: float

    @property
    def metric(self) -> float:
        """The metric that decides: the first one."""
        return next(iter(self.metrics.values()))


@dataclass
class Run:
    """A training run as it goes. Everything counts from the run's first start, resumed or not.

    Attributes
    ----------
    opt
        The optimizer that trains.
    out
        Folder of what the run writes; None if it writes nothing.
    max_epochs, max_updates
        Where it ends at the latest; None for no limit.
    updates_per_epoch
        Minibatches of an epoch; None while that is not known.
    update
        Updates made (skipped ones count).
    epoch
        The epoch that goes on, from 1 on; 0 before the first.
    batch
        Minibatches of this epoch that are done.
    samples
        Examples seen.
    costs
        The cost of every update, as the forward pass gave it.
    rate
        The learning rate of the last update.
    skipped
        Updates skipped because the cost or a gradient was not finite.
    validations
        Every validation.
    mode
        Which metric is better: "min" the lower one, "max" the higher one.
    best
        The validation with the best metric; None before the first. A metric that is not finite is
        never best.
    best_params
        The parameters at that validation; None before the first.
    best_statistics
        The targets of ``extra_updates`` (batch-norm statistics) at that validation, by name.
    ended
        Why the run ended; "" while it goes on.
    seconds
        Of training so far.
    resumed_at
        The update at which this process took the run over; 0 if it began it.
    settings
        What the run was started with, for people to read: name -> value.
    """

    opt: Optimizer
    out: Path | None = None
    max_epochs: int | None = None
    max_updates: int | None = None
    updates_per_epoch: int | None = None
    update: int = 0
    epoch: int = 0
    batch: int = 0
    samples: int = 0
    costs: array[float] = field(default_factory=lambda: array("d"))
    rate: float = float("nan")
    skipped: int = 0
    validations: list[Validation] = field(default_factory=list)
    mode: str = "min"
    best: Validation | None = None
    best_params: dict[str, NDArray[Any]] | None = None
    best_statistics: dict[str, NDArray[Any]] = field(default_factory=dict)
    ended: str = ""
    seconds: float = 0.0
    resumed_at: int = 0
    settings: dict[str, Any] = field(default_factory=dict)
