"""``symopt.fit``: a training loop that ends well, whatever happens."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

from symopt.errors import NonFiniteError, TrainingError
from symopt.hyperparameters import check_choice, check_integer
from symopt.optimizer import Optimizer
from symopt.params import save_params
from symopt.training.arguments import (
    check_callbacks,
    check_one_shot,
    check_rules,
    checkpoint_folder,
    length_of,
)
from symopt.training.callback import Callback
from symopt.training.data_source import DataSource
from symopt.training.generators import stateful_by_name
from symopt.training.intervals import Interval
from symopt.training.loop import INTERRUPTED, NOT_FINITE, Loop
from symopt.training.rates import Rates
from symopt.training.result import FitResult
from symopt.training.resuming import Checkpoints
from symopt.training.run import Run
from symopt.training.signals import StopRequest, stop_on_signals
from symopt.training.snapshot import Snapshot
from symopt.training.standard_callbacks import standard_callbacks
from symopt.training.stopping import StoppingRule
from symopt.training.variables import EXTRA, PARAMS, RunVariables


def fit(
    opt: Optimizer,
    batches: Any,
    *,
    rate: Any,
    max_epochs: int | None = None,
    max_updates: int | None = None,
    validate: Callable[[], Any] | None = None,
    validate_every: Literal["epoch"] | int = "epoch",
    mode: Literal["min", "max"] = "min",
    stop: StoppingRule | Sequence[StoppingRule] = (),
    restore_best: bool = False,
    checkpoint: str | os.PathLike[str] | Literal[False] | None = None,
    checkpoint_every: Literal["epoch"] | int | timedelta = "epoch",
    keep: int = 3,
    resume: bool | str | os.PathLike[str] = "auto",
    how_to_resume: str | None = None,
    state: Mapping[str, object] | None = None,
    seed: int = 0,
    non_finite: Literal["raise", "skip"] = "raise",
    max_consecutive: int = 10,
    merged: bool = False,
    callbacks: Sequence[Callback] = (),
    progress: bool | Callback = True,
    quiet: bool = False,
    out: str | os.PathLike[str] | None = None,
    tensorboard: bool | None = None,
    settings: Mapping[str, Any] | None = None,
) -> FitResult:
    """Train until something ends it; resume exactly where it was interrupted.

    For each minibatch: ``cost = f_grad_shared(*minibatch)``, a look at whether cost and gradients
    are finite, then every ``f_update(rate)``. The optimizer that trains is ``opt.guarded()``: where
    something is not finite nothing is written but the parked gradients.

    Parameters
    ----------
    opt
        The optimizer.
    batches
        What an epoch is made of: something that can be iterated over again and again, or a function
        that gives it, called with nothing, or with a ``numpy.random.Generator`` if it takes an
        argument. A minibatch is a tuple of the optimizer's inputs, a dict of them by name, or one
        array. None, or a tuple that begins with None, is passed over. An iterator (a generator) is
        taken for one epoch.
    rate
        The learning rate: a number, a schedule, a callable of the number of the update (from 0 on),
        or None for the optimizer's own.
    max_epochs, max_updates
        Where to end at the latest. One of these or ``stop`` has to be given. Of a run that is
        resumed, the epochs and updates before count.
    validate
        Called with nothing; returns a number, or a dict of names to numbers, of which the first one
        decides what is best. A schedule that observes is told it.
    validate_every
        "epoch", or a number of updates. There is one more validation at the end, unless there were
        no updates since the one before, or the run was interrupted.
    mode
        Whether the metric that decides should fall ("min") or rise ("max").
    stop
        A rule of :mod:`symopt.stopping`, or several.
    restore_best
        Whether the best parameters (and targets of ``extra_updates``) are put back at the end.
    checkpoint
        The folder of the checkpoints. None: ``checkpoints`` in ``out``, none without ``out``.
        False: none.
    checkpoint_every
        "epoch", a number of updates, or a ``datetime.timedelta``. There is one more at the end.
    keep
        How many of the newest checkpoints are kept, at least 1, beside the one at the best metric.
    resume
        "auto": go on from the newest whole checkpoint, if there is one. True or "must": there has
        to be one. False or "never": there may be none. Or the path of a checkpoint.
    how_to_resume
        What a person is told to do to go on, when the run is interrupted.
    state
        Name -> what else is part of the run's state: generators of NumPy or Python from which
        minibatches draw noise, say, and objects with ``state_dict()`` and ``load_state_dict()``.
    seed
        Of the generator that ``batches`` is called with.
    non_finite
        "raise": an update whose cost or gradient is not finite is an error. "skip": it is passed
        over and counted.
    max_consecutive
        How many updates in a row may be skipped, at least 1; one more is an error.
    merged
        Make both phases in one call, ``f_step``: the same numbers, a little faster. No callback can
        look at gradients then, and an error about what is not finite cannot name the parameter.
    callbacks
        :class:`symopt.training.Callback` objects, called in this order after fit's own.
    progress
        Whether a display shows how it goes; or the display, a callback.
    quiet
        The display shows nothing but messages.
    out
        A folder for run.json, metrics.jsonl, curves.png, params.npz (the best parameters, else the
        last), statistics.npz (the same of ``extra_updates`` targets, if there are any) and
        checkpoints.
    tensorboard
        Whether TensorBoard's event files are written to ``out`` too. None: if tensorboardX is
        installed.
    settings
        Name -> what people may want to know of the run later; they go to run.json with fit's own.

    Returns
    -------
    FitResult
        Costs, validations, the best parameters, and why it ended. Unless ``restore_best``, the
        optimizer's parameters are those after the last update.

    Raises
    ------
    TrainingError
        The arguments do not go together, a minibatch is not what the optimizer takes, or the data
        are not those of the run that is resumed.
    NonFiniteError
        The cost or a gradient is not finite (see ``non_finite``). Nothing was written for it; the
        state of before is saved as a checkpoint.
    CheckpointError
        A checkpoint cannot be written, another process trains in that folder, or the checkpoint to
        resume from is damaged or of another model, optimizer or seed.

    Notes
    -----
    The first SIGINT or SIGTERM has it finish the update, write a checkpoint and return, with
    ``ended="interrupted"``; the second one acts at once.

    What a checkpoint holds: parameters, the optimizer's state, targets of ``extra_updates``, the
    random streams that the graph draws from, the best parameters, the schedule, the stopping rules,
    callbacks with state, all costs and validations, ``state``, and the place in the data. Resumed
    with the same arguments on the same backend, a run ends with the same bits as one that was never
    interrupted. A validation at the end of ``max_updates`` stays part of a run that goes on.
    """
    rules = check_rules(stop, validate, rate)
    if max_epochs is None and max_updates is None and not rules:
        raise TrainingError(
            "Nothing would end this run; expected max_epochs, max_updates or a stopping rule."
        )
    if max_epochs is not None:
        max_epochs = check_integer("fit", "max_epochs", max_epochs)
    if max_updates is not None:
        max_updates = check_integer("fit", "max_updates", max_updates)
    check_choice("fit", "non_finite", non_finite, ("raise", "skip"))
    check_integer("fit", "max_consecutive", max_consecutive, low=1)
    check_integer("fit", "seed", seed)
    opt = opt.guarded()
    run = Run(
        opt,
        out=None if out is None else Path(out),
        max_epochs=max_epochs,
        max_updates=max_updates,
        updates_per_epoch=length_of(batches),
        mode=check_choice("fit", "mode", mode, ("min", "max")),
    )
    rates = Rates(rate, opt.graph)
    run.settings = {
        "optimizer": opt.graph.name,
        "rate": repr(rates),
        "stop": [repr(rule) for rule in rules],
        "validate_every": validate_every,
        "seed": seed,
        "non_finite": non_finite,
        **(settings or {}),
    }
    folder = checkpoint_folder(checkpoint, run.out)
    source = DataSource(batches, seed, stateful_by_name(state or {}), keeps=folder is not None)
    if source.one_shot:
        check_one_shot(max_epochs, max_updates, folder, resume)
    messages = _Messages(run)
    own = standard_callbacks(run, progress, quiet, tensorboard, messages)
    every = [*own, *check_callbacks(callbacks, merged)]
    variables = RunVariables(opt.graph)
    snapshot = Snapshot(run, variables, source, rates, rules, every, seed)

    def on_saved(path: Path) -> None:
        for callback in every:
            callback.on_checkpoint(run, path)

    saves = Checkpoints(folder, snapshot, keep, messages, on_saved)
    with stop_on_signals() as request:
        loop = Loop(
            run,
            variables,
            source,
            rates,
            rules,
            snapshot,
            saves,
            validate=validate,
            validate_every=Interval("validate_every", validate_every),
            checkpoint_every=Interval("checkpoint_every", checkpoint_every, by_time=True),
            callbacks=every,
            skips=max_consecutive if non_finite == "skip" else 0,
            merged=merged,
            request=request,
        )
        if run.out is not None:
            run.out.mkdir(parents=True, exist_ok=True)
        saves.open()
        try:
            saves.resume(resume)
            for callback in every:
                callback.on_start(run)
            messages.begin(every)
            _train(loop, saves, request, how_to_resume)
            if restore_best and run.best_params is not None:
                variables.set(PARAMS, run.best_params)
                variables.set(EXTRA, run.best_statistics)
            _write_params(run, variables)
        except BaseException as error:
            run.ended = _ended_by(error)
            _end(every, run)  # what ended the run is what counts
            raise
        else:
            failed = _end(every, run)
            if failed is not None:
                raise failed
        finally:
            source.close()
            saves.close()
        return FitResult.of(
            run,
            within_epoch=snapshot.within_epoch,
            by_signal=request.signal if run.ended == INTERRUPTED else None,
            checkpoint=saves.last,
        )


def _train(loop: Loop, saves: Checkpoints, request: StopRequest, how_to_resume: str | None) -> None:
    try:
        loop.train()
    except NonFiniteError:
        loop.run.ended = NOT_FINITE
        saves.save(wait=True)
        raise
    loop.validate_at_end()
    loop.save_at_end()
    run = loop.run
    if run.ended == INTERRUPTED:
        assert request.signal is not None  # what interrupted it
        saved = "nothing was saved, for it has no checkpoints"
        if saves.active:
            go_on = how_to_resume or "run the same again, with resume='auto' or True"
            saved = f"saved as {saves.last}. To go on, {go_on}"
        loop.say(f"{request.signal.name} after update {run.update:,}: {saved}.")


class _Messages:
    """Passes messages on to callbacks; those from before the start are kept until then."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._callbacks: Sequence[Callback] | None = None
        self._kept: list[str] = []

    def __call__(self, text: str) -> None:
        if self._callbacks is None:
            self._kept.append(text)
            return
        for callback in self._callbacks:
            callback.on_message(self._run, text)

    def begin(self, callbacks: Sequence[Callback]) -> None:
        self._callbacks = callbacks
        kept, self._kept = self._kept, []
        for text in kept:
            self(text)


def _end(callbacks: Sequence[Callback], run: Run) -> Exception | None:
    """Tell all of them, even if one fails; the first error."""
    first: Exception | None = None
    for callback in callbacks:
        try:
            callback.on_end(run)
        except Exception as error:
            first = first or error
    return first


def _ended_by(error: BaseException) -> str:
    if isinstance(error, NonFiniteError):
        return NOT_FINITE
    if isinstance(error, KeyboardInterrupt):
        return INTERRUPTED
    first_line = str(error).partition("\n")[0]
    return f"error: {type(error).__name__}: {first_line}"


def _write_params(run: Run, variables: RunVariables) -> None:
    if run.out is None:
        return
    best = run.best_params is not None
    save_params(run.out / "params.npz", run.best_params or variables.copy(PARAMS))
    statistics = run.best_statistics if best else variables.copy(EXTRA)
    if statistics:
        save_params(run.out / "statistics.npz", statistics)
