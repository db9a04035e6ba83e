"""Optimizers side by side: one model, one start, one order of minibatches, two stopping rules.

This is the comparison at the end of the cutedl document on optimizers, with its rates. As there, a
minibatch has 64 images, and the model is validated every 938 updates: an epoch of MNIST's 60,000
images. Both rules thus take at least 20 * 938 = 18,760 updates to end a run.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray

from symopt.backends import Backend
from symopt.demos.lstm_digits import CLASSES
from symopt.demos.mlp_digits import Digits, Split, init_params, log_probabilities, mean_cost
from symopt.demos.training import Validation, shuffled_minibatches
from symopt.factories import adadelta, adagrad, adam, momentum, rmsprop, sgd
from symopt.function import function
from symopt.optimizer import Optimizer
from symopt.params import init_tparams, zipp

HIDDEN = 32
BATCH_SIZE = 64
INTERVAL = 938  # updates between validations

MAX_UPDATES, DIVERGED, INTERRUPTED = "max updates", "diverged", "interrupted"


@dataclass(frozen=True)
class Contender:
    """An optimizer with its settings.

    Attributes
    ----------
    name
        Names its files; what stands before a hyphen names the optimizer.
    label
        The same for readers: the rate, then the other settings.
    factory
        Called like every factory of symopt. Contenders with the same one are compiled once.
    rate
        Learning rate.
    """

    name: str
    label: str
    factory: Callable[..., Optimizer]
    rate: float


CONTENDERS = (
    Contender("sgd-0.0001", "sgd 0.0001", sgd, 0.0001),
    Contender("sgd-0.2", "sgd 0.2", sgd, 0.2),
    Contender("sgd-0.01", "sgd 0.01", sgd, 0.01),
    Contender("momentum", "momentum 0.002 / 0.9", partial(momentum, momentum=0.9), 0.002),
    Contender("adagrad", "adagrad 0.001", adagrad, 0.001),
    Contender("rmsprop", "rmsprop 0.0001 / 0.99", partial(rmsprop, rho=0.99), 0.0001),
    Contender(
        "adadelta", "adadelta 0.99", partial(adadelta, rho=0.99, epsilon_placement="outside"), 1.0
    ),
    Contender("adam", "adam 0.0001 / 0.9 / 0.99", partial(adam, beta1=0.9, beta2=0.99), 0.0001),
)


def contenders_named(names: Sequence[str]) -> list[Contender]:
    """The contenders with these names, in the order of :data:`CONTENDERS`; all for no names.

    "sgd" stands for all rates of sgd.
    """
    return [c for c in CONTENDERS if not names or {c.name, c.name.split("-")[0]} & set(names)]


@dataclass(frozen=True)
class Point:
    """A validation.

    Attributes
    ----------
    updates
        Made before it.
    training_cost
        Mean cost of the minibatches since the validation before, in nats.
    validation
        Measured after the last of them.
    """

    updates: int
    training_cost: float
    validation: Validation

    @property
    def accuracy(self) -> float:
        """Fraction of the validation digits read right."""
        return 1 - self.validation.error


@dataclass
class Run:
    """What became of a contender.

    Attributes
    ----------
    points
        Every validation; the last one is at the last update, unless the run diverged.
    updates
        Made so far.
    reason
        Why the run ended: the reason of a stopping rule, "max updates", "diverged" (a cost was NaN
        or infinite) or "interrupted"; "" while it goes on.
    seconds
        Training time, validations included.
    test_accuracy
        Fraction of the held-out digits that the last parameters read right; NaN after divergence.
    """

    contender: Contender
    points: list[Point] = field(default_factory=list)
    updates: int = 0
    reason: str = ""
    seconds: float = 0.0
    test_accuracy: float = math.nan

    @property
    def best_accuracy(self) -> float:
        """The highest validation accuracy; NaN if there was no validation."""
        return max((point.accuracy for point in self.points), default=math.nan)

    @property
    def last_accuracy(self) -> float:
        """The validation accuracy at the end; NaN if there was no validation."""
        return self.points[-1].accuracy if self.points else math.nan


class StoppingRule(Protocol):
    """Looks at a run after each validation."""

    @property
    def reason(self) -> str:
        """Why a run ended by this rule ended."""

    def met(self, validations: Sequence[Validation]) -> bool:
        """Whether to end the run, given all its validations."""


@dataclass(frozen=True)
class NoBetterError:
    """Met after ``patience`` validations in a row without a new lowest error.

    The error is the validation cost, as in cutedl, and not the fraction read wrong: that one moves
    in steps as coarse as the validation set is small, and would end a slow run too soon.
    """

    patience: int
    reason = "no better error"

    def met(self, validations: Sequence[Validation]) -> bool:
        costs = [validation.cost for validation in validations]
        return len(costs) - 1 - costs.index(min(costs)) >= self.patience


@dataclass(frozen=True)
class AccuracyHeld:
    """Met after ``patience`` validations in a row with at least ``accuracy``, a fraction."""

    accuracy: float
    patience: int
    reason = "accuracy held"

    def met(self, validations: Sequence[Validation]) -> bool:
        latest = validations[-self.patience :]
        highest = 1 - self.accuracy + 1e-9  # 90 wrong of 1000 are 91% right, whatever the rounding
        return len(latest) == self.patience and all(v.error <= highest for v in latest)


def train_until(
    run: Run,
    step: Callable[[NDArray[np.int64]], Any],
    minibatches: Iterator[NDArray[np.int64]],
    validate: Callable[[], Validation],
    rules: Sequence[StoppingRule],
    *,
    max_updates: int,
    interval: int = INTERVAL,
    on_validation: Callable[[Run], None] = lambda run: None,
    stop: Callable[[], bool] = lambda: False,
) -> Run:
    """Train until a rule is met; what happens is noted in ``run``, which is also returned.

    Parameters
    ----------
    step
        Makes an update on a minibatch, given as example numbers, and returns its cost.
    minibatches
        As many as it takes.
    validate
        Measures the model as it is.
    rules
        Asked in this order after each validation.
    max_updates
        Updates at most, 1 or more.
    interval
        Updates between validations. There is one more after the last update.
    on_validation
        Called after each validation, and at the end.
    stop
        Asked after each update whether to end the run.
    """
    began = time.perf_counter()
    while not run.reason:
        first, total = run.updates, 0.0
        due = min(first + interval, max_updates)
        while run.updates < due and not run.reason:
            cost = float(step(next(minibatches)))
            run.updates += 1
            total += cost
            if not math.isfinite(cost):
                run.reason = DIVERGED
            elif stop():
                run.reason = INTERRUPTED
        if run.reason != DIVERGED:
            run.points.append(Point(run.updates, total / (run.updates - first), validate()))
            run.reason = run.reason or _why_end(run, rules, max_updates)
        run.seconds = time.perf_counter() - began
        on_validation(run)
    return run


def _why_end(run: Run, rules: Sequence[StoppingRule], max_updates: int) -> str:
    validations = [point.validation for point in run.points]
    if not math.isfinite(validations[-1].cost):  # the last update's cost was still finite
        return DIVERGED
    reasons = (rule.reason for rule in rules if rule.met(validations))
    return next(reasons, MAX_UPDATES if run.updates >= max_updates else "")


class Comparison:
    """One model in which contenders are run, each from the same parameters.

    Parameters
    ----------
    split
        The digits.
    seed
        Of the initial parameters, and of the order of the minibatches.
    backend
        What compiles.
    hidden, batch_size
        Units of the hidden layer; images in a minibatch (the last one of an epoch may be smaller).
    """

    def __init__(
        self,
        split: Split,
        seed: int,
        backend: Backend,
        *,
        hidden: int = HIDDEN,
        batch_size: int = BATCH_SIZE,
    ) -> None:
        self.split = split
        self.seed = seed
        self.backend = backend
        self.batch_size = batch_size
        pixels = split.train.x.shape[1]
        self.sizes = f"{pixels}-{hidden}-{CLASSES}"  # of the layers
        self.params = init_params(np.random.default_rng(seed), pixels, hidden)
        self.tparams = init_tparams(self.params)
        self.rate = pt.scalar("rate", dtype="float64")
        # The digits live beside the parameters, and an update is given their numbers: that takes
        # less time than to cut the minibatch out in NumPy and to pass it.
        self.batch = pt.vector("batch", dtype="int64")
        x, y = (pytensor.shared(array, borrow=True)[self.batch] for array in split.train)
        self.cost = mean_cost(log_probabilities(self.tparams, x), y)
        images = pt.matrix("x", dtype="float32")
        self.f_log_probabilities = function(
            [images],
            log_probabilities(self.tparams, images),
            name="f_log_probabilities",
            backend=backend,
        )
        self._optimizers: dict[Callable[..., Optimizer], Optimizer] = {}

    def judge(self, digits: Digits) -> Validation:
        """Cost and error of the parameters as they are."""
        return Validation.of(np.exp(self.f_log_probabilities(digits.x)), digits.y)

    def compile(self, contender: Contender) -> Optimizer:
        """The contender's optimizer, ready to start over; compiled when first asked for."""
        opt = self._optimizers.get(contender.factory)
        if opt is None:
            opt = contender.factory(
                self.rate, self.tparams, None, [self.batch], self.cost, backend=self.backend
            )
            self._optimizers[contender.factory] = opt
            start = opt.state_dict()
            opt.f_step(np.arange(1), 0.0)  # compiles, and lets the backend set itself up
            opt.load_state_dict(start)
            self.judge(self.split.validation)
        return opt

    def run(self, contender: Contender, rules: Sequence[StoppingRule], **options: Any) -> Run:
        """Train the model with a contender; the options are those of :func:`train_until`."""
        opt = self.compile(contender)
        start = opt.state_dict()
        zipp(self.params, self.tparams)
        # The function underneath: checking the arguments would add a quarter to an update.
        f_step, rate = opt.f_step.compiled, np.asarray(contender.rate)
        run = train_until(
            Run(contender),
            lambda batch: f_step(batch, rate),
            self._minibatches(),
            lambda: self.judge(self.split.validation),
            rules,
            **options,
        )
        if run.reason != DIVERGED:
            run.test_accuracy = 1 - self.judge(self.split.test).error
        opt.load_state_dict(start)
        return run

    def _minibatches(self) -> Iterator[NDArray[np.int64]]:
        rng = np.random.default_rng(self.seed)
        while True:
            yield from shuffled_minibatches(rng, len(self.split.train.y), self.batch_size)
