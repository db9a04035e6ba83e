"""Checks of what ``fit`` is given, other than ranges."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symopt.errors import TrainingError
from symopt.training.callback import Callback
from symopt.training.prefetch import Prefetched
from symopt.training.stopping import StoppingRule


def checkpoint_folder(checkpoint: Any, out: Path | None) -> Path | None:
    """Where checkpoints are written; None for none."""
    if checkpoint is False:
        return None
    if checkpoint is None:
        return None if out is None else out / "checkpoints"
    if isinstance(checkpoint, str | os.PathLike):
        return Path(checkpoint)
    raise TrainingError(
        f"checkpoint={checkpoint!r}; expected a folder, None (checkpoints in out), or False."
    )


def check_rules(
    stop: StoppingRule | Sequence[StoppingRule], validate: object, rate: object
) -> list[StoppingRule]:
    """The stopping rules as a list, if the run has what they look at and change."""
    rules = [stop] if isinstance(stop, StoppingRule) else list(stop)
    for rule in rules:
        if not isinstance(rule, StoppingRule):
            raise TrainingError(
                f"stop holds a {type(rule).__name__}; expected rules such as "
                "symopt.stopping.patience(5)."
            )
        if rule.validates and validate is None:
            raise TrainingError(f"stop has {rule!r}, which looks at validations: give validate.")
        if rule.changes_rate and rate is None:
            raise TrainingError(
                f"stop has {rule!r}, which changes the rate, but rate=None: it is the optimizer's "
                "own. Give fit the rate."
            )
    return rules


def check_callbacks(callbacks: Sequence[Callback], merged: bool) -> list[Callback]:
    """The callbacks as a list, if there is what they look at."""
    for callback in callbacks:
        if not isinstance(callback, Callback):
            raise TrainingError(
                f"callbacks holds a {type(callback).__name__}; expected objects of a subclass of "
                "symopt.training.Callback."
            )
        if merged and type(callback).on_gradients is not Callback.on_gradients:
            raise TrainingError(
                f"{type(callback).__name__} looks at gradients, but merged=True makes both phases "
                "in one call, without gradients to look at. Leave merged out."
            )
    return list(callbacks)


def check_one_shot(
    max_epochs: int | None, max_updates: int | None, folder: Path | None, resume: Any
) -> None:
    """Raise TrainingError if one epoch is not all that an iterator is asked for."""
    if max_epochs != 1 and max_updates is None:
        raise TrainingError(
            "batches is an iterator, which gives one epoch; expected a function that makes a new "
            "one each epoch, or max_epochs=1, or max_updates."
        )
    if (folder is not None and resume not in (False, "never")) or not isinstance(
        resume, bool | str
    ):
        raise TrainingError(
            "batches is an iterator, which cannot be begun again to resume a run; expected a "
            "function that makes one, or resume=False."
        )


def length_of(batches: Any) -> int | None:
    """Minibatches of an epoch, where the batches know."""
    if isinstance(batches, Prefetched):
        batches = batches.batches
    try:
        return len(batches)
    except TypeError:
        return None
