"""Optimizers side by side: one model, one start, one order of minibatches, two stopping rules.

This is the comparison at the end of the cutedl document on optimizers, with its rates. As there, a
minibatch has 64 images, and the model is validated every 938 updates: an epoch of MNIST's 60,000
images. Both rules thus take at least 20 * 938 = 18,760 updates to end a run.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from signal import Signals

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.typing import NDArray

from symopt.backends import Backend
from symopt.demos.classification import Score
from symopt.demos.lstm_digits import CLASSES
from symopt.demos.mlp_digits import Digits, Split, init_params, log_probabilities, mean_cost
from symopt.errors import NonFiniteError
from symopt.factories import adadelta, adagrad, adam, momentum, rmsprop, sgd
from symopt.function import function
from symopt.optimizer import Optimizer
from symopt.params import init_tparams, zipp
from symopt.training import Callback, Validation, fit, stopping
from symopt.training import Run as TrainingRun

HIDDEN = 32
BATCH_SIZE = 64
INTERVAL = 938  # updates between validations

NO_BETTER, ACCURACY_HELD, DIVERGED = "no better error", "accuracy held", "diverged"


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
    validation: Score

    @classmethod
    def of(cls, validation: Validation) -> Point:
        """What a training run notes of it."""
        return cls(validation.update, validation.cost, Score(**validation.metrics))

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
        Why the run ended: "no better error", "accuracy held", "max updates", "diverged" (a cost or
        gradient was NaN or infinite) or "interrupted"; "" while it goes on.
    seconds
        Training time, validations included.
    test_accuracy
        Fraction of the held-out digits that the last parameters read right; NaN after divergence.
    signal
        What interrupted it.
    """

    contender: Contender
    points: list[Point] = field(default_factory=list)
    updates: int = 0
    reason: str = ""
    seconds: float = 0.0
    test_accuracy: float = math.nan
    signal: Signals | None = None

    @property
    def best_accuracy(self) -> float:
        """The highest validation accuracy; NaN if there was no validation."""
        return max((point.accuracy for point in self.points), default=math.nan)

    @property
    def last_accuracy(self) -> float:
        """The validation accuracy at the end; NaN if there was no validation."""
        return self.points[-1].accuracy if self.points else math.nan


@dataclass(frozen=True)
class Ends:
    """When runs end.

    Attributes
    ----------
    patience
        Validations in a row that both rules ask for.
    accuracy
        Fraction of the validation digits that the second rule asks for.
    """

    patience: int
    accuracy: float

    def rules(self) -> list[stopping.StoppingRule]:
        """New ones, for a run. The first looks at the cost, as in cutedl."""
        return [
            _Diverged(),
            stopping.no_better(self.patience),
            stopping.held(1 - self.accuracy, self.patience, "error"),
        ]


REASONS = {"no better metric": NO_BETTER, "metric held": ACCURACY_HELD}


class _Diverged(stopping.StoppingRule):
    """Over when a validation cost is not finite: the last update's cost was, its step was not."""

    name = "diverged"
    reason = DIVERGED

    def is_over(self, run: TrainingRun) -> bool:
        return not math.isfinite(run.validations[-1].metric)


class _Follow(Callback):
    """Keeps a contender's run up to date with the training run."""

    def __init__(self, run: Run, on_validation: Callable[[Run], None]) -> None:
        self.run = run
        self._tell = on_validation

    def on_validation(self, run: TrainingRun) -> None:
        self.run.points.append(Point.of(run.validations[-1]))
        self._note(run)
        self._tell(self.run)

    def on_end(self, run: TrainingRun) -> None:
        self._note(run)
        self.run.reason = REASONS.get(run.ended, run.ended)

    def _note(self, run: TrainingRun) -> None:
        self.run.updates = run.update
        self.run.seconds = run.seconds


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

    def judge(self, digits: Digits) -> Score:
        """Cost and error of the parameters as they are."""
        return Score.of(np.exp(self.f_log_probabilities(digits.x)), digits.y)

    def compile(self, contender: Contender) -> Optimizer:
        """The contender's optimizer, ready to start over; compiled when first asked for."""
        opt = self._optimizers.get(contender.factory)
        if opt is None:
            opt = contender.factory(
                self.rate, self.tparams, None, [self.batch], self.cost, backend=self.backend
            ).guarded()
            self._optimizers[contender.factory] = opt
            start = opt.state_dict()
            opt.f_step(np.arange(1), 0.0)  # compiles, and lets the backend set itself up
            opt.load_state_dict(start)
            self.judge(self.split.validation)
        return opt

    def run(
        self,
        contender: Contender,
        ends: Ends | None,
        *,
        max_updates: int,
        interval: int = INTERVAL,
        on_validation: Callable[[Run], None] = lambda run: None,
    ) -> Run:
        """Train the model with a contender.

        Parameters
        ----------
        ends
            When it ends; None: at ``max_updates`` alone.
        max_updates
            Updates at most, 1 or more.
        interval
            Updates between validations. There is one more after the last update.
        on_validation
            Called after each validation.
        """
        opt = self.compile(contender)
        start = opt.state_dict()
        zipp(self.params, self.tparams)
        run = Run(contender)
        follow = _Follow(run, on_validation)
        try:
            result = fit(
                opt,
                self._epoch,
                rate=contender.rate,
                max_updates=max_updates,
                validate=lambda: self.judge(self.split.validation).metrics,
                validate_every=interval,
                stop=ends.rules() if ends else (),
                seed=self.seed,
                merged=True,  # an update is so short that one call saves a third of it
                callbacks=[follow],
                progress=False,
            )
            run.signal = result.signal
        except NonFiniteError:
            run.reason = DIVERGED
        if run.reason != DIVERGED:
            run.test_accuracy = 1 - self.judge(self.split.test).error
        opt.load_state_dict(start)
        return run

    def _epoch(self, rng: np.random.Generator) -> list[tuple[NDArray[np.int64]]]:
        order = rng.permutation(len(self.split.train.y))
        starts = range(0, len(order), self.batch_size)
        return [(order[start : start + self.batch_size],) for start in starts]
