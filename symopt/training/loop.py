"""The loop around an optimizer's functions."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from symopt.errors import NonFiniteError, TrainingError
from symopt.training.callback import Callback
from symopt.training.data_source import DataSource
from symopt.training.intervals import Interval
from symopt.training.nonfinite import (
    describe,
    finite_flag,
    skipped_in_a_row,
    spoilt_parameters,
)
from symopt.training.rates import Rates
from symopt.training.resuming import Checkpoints
from symopt.training.run import Run, Validation
from symopt.training.samples import Samples
from symopt.training.signals import StopRequest
from symopt.training.snapshot import Snapshot
from symopt.training.stopping import StoppingRule
from symopt.training.variables import EXTRA, PARAMS, RunVariables

INTERRUPTED, MAX_EPOCHS, MAX_UPDATES = "interrupted", "max epochs", "max updates"
OUT_OF_DATA, NOT_FINITE = "out of data", "not finite"

clock = time.perf_counter


class Loop:
    """Trains a run until something ends it.

    Parameters
    ----------
    run, variables, source, rates, rules
        The run, and what it trains, reads, steps by and is stopped by.
    snapshot, checkpoints
        What is saved, and where.
    validate, validate_every, checkpoint_every
        As for ``symopt.fit``.
    callbacks
        In the order in which they are called.
    skips
        How many updates in a row may be skipped because something is not finite; 0: none.
    merged
        Whether both phases are one call.
    request
        Becomes true when the process is asked to stop.
    """

    def __init__(
        self,
        run: Run,
        variables: RunVariables,
        source: DataSource,
        rates: Rates,
        rules: Sequence[StoppingRule],
        snapshot: Snapshot,
        checkpoints: Checkpoints,
        *,
        validate: Callable[[], Any] | None,
        validate_every: Interval,
        checkpoint_every: Interval,
        callbacks: Sequence[Callback],
        skips: int,
        merged: bool,
        request: StopRequest,
    ) -> None:
        self.run = run
        self.variables = variables
        self.source = source
        self.rates = rates
        self.rules = rules
        self.snapshot = snapshot
        self.checkpoints = checkpoints
        self.validate = validate
        self.validate_every = validate_every
        self.checkpoint_every = checkpoint_every
        self.callbacks = callbacks
        self.skips = skips
        self.merged = merged
        self.request = request
        self._watches = [rule for rule in rules if not rule.validates]
        self._on_gradients = _overriding(callbacks, "on_gradients")
        self._on_update = _overriding(callbacks, "on_update")
        self._samples = Samples()
        self._skipped_in_a_row = 0
        self._epoch_began = -1  # the update; unknown of an epoch that is resumed
        self._began = 0.0
        self._checkpoint_due = math.inf
        self._next_moment = 0.0

    def train(self) -> None:
        """Train; ``run.ended`` says why it ended."""
        run = self.run
        self._began = clock() - run.seconds
        self._checkpoint_due = run.seconds + self.checkpoint_every.seconds
        if run.resumed_at:
            self._skipped_in_a_row = skipped_in_a_row(run.opt)
        run.ended = self._reason_to_end(at_epoch_end=not self.snapshot.within_epoch)
        while not run.ended:
            if not self.snapshot.within_epoch:
                run.epoch += 1
                run.batch = 0
                self._epoch_began = run.update
                self.snapshot.within_epoch = True
                self.source.start_epoch()
            run.ended = self._epoch()
        run.seconds = clock() - self._began

    def _epoch(self) -> str:
        """Make the updates of the epoch that is open, or what is left of it."""
        run, rates, request, samples = self.run, self.rates, self.request, self._samples
        opt = run.opt
        f_grad_shared, f_updates, f_step = opt.f_grad_shared, opt.f_updates, opt.f_step
        flag, names = finite_flag(opt), f_grad_shared.input_names
        on_gradients, on_update, merged = self._on_gradients, self._on_update, self.merged
        costs, began = run.costs, self._began
        self._plan()
        for batch in self.source.opened:
            arguments = batch if type(batch) is tuple else arguments_of(batch, names)
            if arguments is None or (arguments and arguments[0] is None):
                run.batch += 1
                continue
            rate = rates(run.update)
            if merged:
                cost = float(f_step(*arguments, rate))
                finite = flag[0]
            else:
                cost = float(f_grad_shared(*arguments))
                finite = flag[0]
                if on_gradients and finite:
                    for look in on_gradients:
                        look(run)
                    finite = not spoilt_parameters(opt.grads)
                if finite:
                    for f_update in f_updates:
                        f_update(rate)
            if finite:
                self._skipped_in_a_row = 0
            else:
                self._not_finite(cost)
            costs.append(cost)
            run.batch += 1
            run.update += 1
            run.rate = math.nan if rate is None else rate
            run.samples += samples.count(arguments)
            run.seconds = now = clock() - began
            for tell in on_update:
                tell(run)
            if run.update >= self._next_moment or request or now >= self._checkpoint_due:
                ended = self._moment()
                if ended:
                    return ended
        return self._end_epoch()

    def _plan(self) -> None:
        """Find the next update after which there is more to do than an update."""
        run = self.run
        self._next_moment = min(
            self.validate_every.next_update(run.update),
            self.checkpoint_every.next_update(run.update),
            math.inf if run.max_updates is None else run.max_updates,
            run.update + 1 if self._watches else math.inf,
        )

    def _moment(self) -> str:
        """Validate, save, or end the run, whatever is due; the reason of the end."""
        run = self.run
        if self.validate is not None and run.update % self.validate_every.updates == 0:
            self._validate()
        ended = self._reason_to_end(at_epoch_end=False)
        by_time = clock() - self._began >= self._checkpoint_due
        if not ended and self.request:
            ended = INTERRUPTED  # it is saved as it ended
        if not ended and (by_time or run.update % self.checkpoint_every.updates == 0):
            self._save()
        self._plan()
        return ended

    def _end_epoch(self) -> str:
        run = self.run
        self.snapshot.within_epoch = False
        run.updates_per_epoch = run.batch
        if run.update == self._epoch_began:
            raise TrainingError(
                f"Epoch {run.epoch} had no minibatch to train on. A generator can be iterated over "
                "only once: give fit a function that makes a new one each epoch."
            )
        if self.validate is not None and self.validate_every.each_epoch:
            self._validate()
        ended = self._reason_to_end(at_epoch_end=True)
        if not ended and self.request:
            ended = INTERRUPTED
        if not ended and self.checkpoint_every.each_epoch:
            self._save()
        return ended

    def _reason_to_end(self, at_epoch_end: bool) -> str:
        run = self.run
        for rule in self.rules:
            if (run.validations if rule.validates else run.update) and rule.is_over(run):
                return rule.reason
        if run.max_updates is not None and run.update >= run.max_updates:
            return MAX_UPDATES
        if at_epoch_end:
            if run.max_epochs is not None and run.epoch >= run.max_epochs:
                return MAX_EPOCHS
            if self.source.one_shot and run.epoch:
                return OUT_OF_DATA
        return ""

    def validate_at_end(self) -> None:
        """Validate once more if there were updates since; an interrupted run will go on."""
        run = self.run
        validated = run.validations[-1].update if run.validations else -1
        if self.validate is not None and run.ended != INTERRUPTED and validated != run.update:
            self._validate()
            # A rule that is met only now tells more than the limit that was reached.
            at_epoch_end = not self.snapshot.within_epoch
            run.ended = self._reason_to_end(at_epoch_end) or run.ended

    def save_at_end(self) -> None:
        """Save the run as it ended, unless it was over already when it was resumed."""
        run = self.run
        if self.checkpoints.last is None or run.update > run.resumed_at:
            self._save(wait=True)

    def _validate(self) -> None:
        run = self.run
        assert self.validate is not None  # whoever calls has looked
        metrics = metrics_of(self.validate())
        since = run.validations[-1].update if run.validations else 0
        seen = np.asarray(run.costs[since:])
        seen = seen[np.isfinite(seen)]
        run.seconds = clock() - self._began
        validation = Validation(
            update=run.update,
            epoch=run.epoch,
            cost=float(seen.mean()) if seen.size else math.nan,
            metrics=metrics,
            rate=run.rate,
            seconds=run.seconds,
        )
        run.validations.append(validation)
        if _is_better(validation, run.best, run.mode):
            run.best = validation
            run.best_params = self.variables.copy(PARAMS)
            run.best_statistics = self.variables.copy(EXTRA)
        self.rates.observe(validation.metric)
        for callback in self.callbacks:
            callback.on_validation(run)
        for rule in self.rules:
            change = rule.after_validation(run)
            if change is not None:
                self._apply(change.factor, change.restore_best, change.text)

    def _apply(self, factor: float, restore_best: bool, text: str) -> None:
        if factor != 1.0:
            self.rates.multiply(factor)
        if restore_best and self.run.best_params is not None:
            self.variables.set(PARAMS, self.run.best_params)
            self.variables.set(EXTRA, self.run.best_statistics)
        if text:
            self.say(text)

    def say(self, text: str) -> None:
        """Tell every callback."""
        for callback in self.callbacks:
            callback.on_message(self.run, text)

    def _save(self, wait: bool = False) -> None:
        self.checkpoints.save(wait=wait)
        self._checkpoint_due = clock() - self._began + self.checkpoint_every.seconds

    def _not_finite(self, cost: float) -> None:
        """Note that an update was skipped; raise if none may be, or too many in a row were."""
        run = self.run
        self._skipped_in_a_row += 1
        if self._skipped_in_a_row <= self.skips:
            run.skipped += 1
            return
        what = describe(run.update + 1, cost, {} if self.merged else run.opt.grads)
        what = what[:1].upper() + what[1:]
        before = f" {self.skips} updates before it were skipped too." if self.skips else ""
        raise NonFiniteError(
            f"{what}.{before} Nothing was written: parameters and statistics are those of before. "
            "Look at this minibatch, lower the rate, clip the gradients, or pass over such updates "
            "with non_finite='skip'."
        )


def arguments_of(batch: Any, names: Sequence[str]) -> Sequence[Any] | None:
    """A minibatch as the arguments of a function with inputs of these names.

    None where there is nothing to compute: None, or what holds None first.
    """
    if batch is None:
        return None
    if isinstance(batch, Mapping):
        if batch.keys() != set(names):
            raise TrainingError(
                f"A minibatch has {', '.join(map(repr, batch))}; expected the optimizer's inputs, "
                f"{', '.join(map(repr, names))}."
            )
        return [batch[name] for name in names]
    if isinstance(batch, tuple | list):
        return batch
    return (batch,)


def metrics_of(result: Any) -> dict[str, float]:
    """What ``validate`` returned, by name."""
    metrics = result if isinstance(result, Mapping) else {"validation": result}
    try:
        found = {str(name): float(value) for name, value in metrics.items()}
    except (TypeError, ValueError):
        found = {}
    if not found:
        raise TrainingError(
            f"validate() gave {result!r}; expected a number, or a dict of names to numbers."
        )
    return found


def _is_better(validation: Validation, best: Validation | None, mode: str) -> bool:
    if not math.isfinite(validation.metric):
        return False
    if best is None:
        return True
    if mode == "min":
        return validation.metric < best.metric
    return validation.metric > best.metric


def _overriding(callbacks: Sequence[Callback], method: str) -> list[Callable[[Run], None]]:
    """The bound methods of those that do something there: the others cost nothing."""
    base = getattr(Callback, method)
    return [
        getattr(callback, method)
        for callback in callbacks
        if getattr(type(callback), method) is not base or method in vars(callback)
    ]
