"""The plain training loop around an optimizer's two functions.

One update is ``cost = f_grad_shared(*minibatch)``, a look at the cost, ``f_update(rate)``. After
each epoch the model is validated; the parameters with the lowest validation cost are kept, and
training ends early once that cost has not fallen for some epochs. The cost decides and not the
error, because the error of a few hundred examples moves in coarse steps.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pytensor.compile.sharedvalue import SharedVariable

from symopt.errors import NonFiniteError
from symopt.params import unzip


@dataclass(frozen=True)
class Validation:
    """How a classifier does on some examples.

    Attributes
    ----------
    cost
        Mean negative log-likelihood of the labels, in nats.
    error
        Fraction it gets wrong.
    """

    cost: float
    error: float

    @classmethod
    def of(cls, probabilities: NDArray[Any], labels: NDArray[np.int64]) -> Validation:
        """Judge the class probabilities (examples, classes) by the labels (examples,)."""
        likelihood = probabilities[np.arange(len(labels)), labels].astype(np.float64)
        wrong = probabilities.argmax(axis=1) != labels
        smallest = np.finfo(probabilities.dtype).tiny
        return cls(float(-np.log(likelihood.clip(smallest)).mean()), float(wrong.mean()))


@dataclass(frozen=True)
class Epoch:
    """One pass over the training examples.

    Attributes
    ----------
    number
        1 for the first.
    updates
        Updates made since training began.
    cost
        Mean of its minibatches' costs.
    validation
        Measured after it.
    seconds
        Since training began.
    """

    number: int
    updates: int
    cost: float
    validation: Validation
    seconds: float


@dataclass
class History:
    """What happened in training.

    Attributes
    ----------
    costs
        Cost of every minibatch, before its update.
    epochs
        Every epoch; the last one may have been cut short.
    best
        The epoch with the lowest validation cost; None before the first one has ended.
    best_params
        Parameters after that epoch (the initial ones before).
    ended
        Why training ended: "epochs", "patience" or "stopped"; "" while it runs.
    seconds
        Training time, validation included.
    """

    best_params: dict[str, NDArray[Any]]
    costs: list[float] = field(default_factory=list)
    epochs: list[Epoch] = field(default_factory=list)
    best: Epoch | None = None
    ended: Literal["", "epochs", "patience", "stopped"] = ""
    seconds: float = 0.0


def train(
    f_grad_shared: Callable[..., Any],
    f_update: Callable[[float], Any],
    tparams: Mapping[str, SharedVariable],
    examples: int,
    take: Callable[[NDArray[np.int64]], Sequence[Any]],
    validate: Callable[[], Validation],
    rng: np.random.Generator,
    *,
    batch_size: int = 16,
    max_epochs: int = 40,
    patience: int = 8,
    rate: float = 1.0,
    on_update: Callable[[History], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> History:
    """Train until the validation cost stops falling.

    Parameters
    ----------
    f_grad_shared, f_update
        The two functions of an optimizer.
    tparams
        Parameter name -> shared variable. After training they hold the last update's values, not
        the best ones: ``zipp(history.best_params, tparams)`` puts those back.
    examples
        Number of training examples.
    take
        Gives the arguments of ``f_grad_shared`` for an array of example numbers.
    validate
        Measures the model as it is.
    rng
        Shuffles the examples before each epoch.
    batch_size
        Examples in a minibatch; the last one of an epoch may be smaller.
    max_epochs, patience
        Training ends after ``max_epochs``, or after ``patience`` epochs in a row that have not
        lowered the validation cost.
    rate
        Learning rate.
    on_update
        Called with the history after every update, and after every validation.
    stop
        Asked before every update whether to end training now. An epoch cut short is validated
        like a whole one.

    Raises
    ------
    NonFiniteError
        A cost is NaN or infinite. The update for it has not been made.
    """
    began = time.perf_counter()
    history = History(unzip(tparams))
    while not history.ended:
        first = len(history.costs)
        for digits in shuffled_minibatches(rng, examples, batch_size):
            if stop is not None and stop():
                history.ended = "stopped"
                break
            history.costs.append(_finite(f_grad_shared(*take(digits)), len(history.costs) + 1))
            f_update(rate)
            history.seconds = time.perf_counter() - began
            if on_update is not None:
                on_update(history)
        if len(history.costs) == first:
            break
        _end_epoch(history, validate(), np.mean(history.costs[first:]), tparams, began)
        if not history.ended:
            history.ended = _why_end(history, max_epochs, patience)
        if on_update is not None:
            on_update(history)
    history.seconds = time.perf_counter() - began
    return history


def shuffled_minibatches(
    rng: np.random.Generator, examples: int, batch_size: int
) -> list[NDArray[np.int64]]:
    """The numbers 0 to ``examples - 1`` in random order, cut into minibatches."""
    order = rng.permutation(examples)
    return [order[start : start + batch_size] for start in range(0, examples, batch_size)]


def _end_epoch(
    history: History,
    validation: Validation,
    cost: Any,
    tparams: Mapping[str, SharedVariable],
    began: float,
) -> None:
    seconds = time.perf_counter() - began
    number = len(history.epochs) + 1
    epoch = Epoch(number, len(history.costs), float(cost), validation, seconds)
    history.epochs.append(epoch)
    history.seconds = seconds
    if history.best is None or validation.cost < history.best.validation.cost:
        history.best = epoch
        history.best_params = unzip(tparams)


def _why_end(history: History, max_epochs: int, patience: int) -> Literal["", "epochs", "patience"]:
    if len(history.epochs) >= max_epochs:
        return "epochs"
    assert history.best is not None  # an epoch has just ended
    return "patience" if len(history.epochs) - history.best.number >= patience else ""


def _finite(cost: Any, update: int) -> float:
    value = float(cost)
    if not math.isfinite(value):
        raise NonFiniteError(
            f"The cost of minibatch {update} is {value}; its update was not made. Look at that "
            "minibatch, lower the rate, or clip the gradients."
        )
    return value
