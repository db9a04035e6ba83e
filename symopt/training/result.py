"""What became of a run."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from signal import Signals
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from symopt.training.run import Run, Validation

if TYPE_CHECKING:
    from symopt.optimizer import Optimizer


@dataclass(frozen=True, repr=False)
class FitResult:
    """What became of a run. Everything counts from the run's first start, resumed or not.

    Attributes
    ----------
    costs : float64 (updates,)
        The cost of every update, as the forward pass gave it; not finite where it was skipped.
    validations
        Every validation, in order.
    best
        The validation with the best metric; None if there was none.
    best_params
        Parameter name -> array at that validation; None if there was none.
    best_statistics
        The targets of ``extra_updates`` at that validation, by name.
    ended
        Why the run ended: "max epochs", "max updates", "interrupted", "out of data" (an iterator
        gave no more), or what the stopping rule that was met says.
    signal
        What interrupted it: ``signal.SIGINT`` or ``SIGTERM``; else None.
    updates
        Updates made, skipped ones included.
    epochs
        Whole epochs.
    seconds
        Of training, validations included.
    skipped
        Updates skipped because the cost or a gradient was not finite.
    resumed_at
        The update at which this process took the run over; 0 if it began it.
    out
        The folder of what was written; None if there is none.
    checkpoint
        The newest checkpoint; None if there is none.
    opt
        The optimizer that trained: the one that ``fit`` was given, guarded (see
        :meth:`symopt.Optimizer.guarded`).
    """

    costs: NDArray[np.float64]
    validations: list[Validation]
    best: Validation | None
    best_params: dict[str, NDArray[Any]] | None
    best_statistics: dict[str, NDArray[Any]]
    ended: str
    signal: Signals | None
    updates: int
    epochs: int
    seconds: float
    skipped: int
    resumed_at: int
    out: Path | None
    checkpoint: Path | None
    opt: Optimizer

    @classmethod
    def of(
        cls,
        run: Run,
        *,
        within_epoch: bool,
        by_signal: Signals | None,
        checkpoint: Path | None,
    ) -> FitResult:
        """The result of a run as it stands."""
        return cls(
            costs=np.array(run.costs, dtype=np.float64),
            validations=list(run.validations),
            best=run.best,
            best_params=run.best_params,
            best_statistics=run.best_statistics,
            ended=run.ended,
            signal=by_signal,
            updates=run.update,
            epochs=run.epoch - within_epoch,
            seconds=run.seconds,
            skipped=run.skipped,
            resumed_at=run.resumed_at,
            out=run.out,
            checkpoint=checkpoint,
            opt=run.opt,
        )

    def __repr__(self) -> str:
        best = "" if self.best is None else f", best {self.best.metric:.6g}"
        return f"<FitResult: {self.ended} after {self.updates:,} updates{best}>"
