"""Opening an epoch of whatever a user gives as minibatches, and passing over some of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from inspect import Parameter, signature
from typing import Any, TypeAlias

import numpy as np

from symopt.errors import TrainingError

Opened: TypeAlias = Iterator[Any]


def is_one_shot(batches: Any) -> bool:
    """Whether it can be iterated over only once: an iterator, such as a generator."""
    return not callable(batches) and isinstance(batches, Iterator)


def check_batches(batches: Any) -> None:
    """Raise TrainingError if no epoch can be made of it."""
    if callable(batches) or isinstance(batches, Iterable):
        return
    raise TrainingError(
        f"batches is a {type(batches).__name__}; expected something to iterate over, such as "
        "symopt.minibatches(x, y, batch_size=16), or a function that gives it."
    )


def open_epoch(batches: Any, rng: np.random.Generator) -> Opened:
    """Iterate over an epoch: over what a factory gives, or over the thing itself.

    Parameters
    ----------
    batches
        An iterable; or a factory of one, called with ``rng`` if it takes an argument.
    """
    if not callable(batches):
        return iter(batches)
    made = batches(rng) if _takes_an_argument(batches) else batches()
    if not isinstance(made, Iterable):
        raise TrainingError(
            f"batches() gave a {type(made).__name__}; expected something to iterate over."
        )
    return iter(made)


def skip_batches(opened: Opened, count: int) -> None:
    """Pass over ``count`` minibatches, quickly if the iterator has ``skip(count)``.

    Raises
    ------
    TrainingError
        There are fewer.
    """
    if not count:
        return
    skip: Callable[[int], None] | None = getattr(opened, "skip", None)
    if skip is not None:
        skip(count)
        return
    for done in range(count):
        try:
            next(opened)
        except StopIteration:
            raise TrainingError(
                f"The epoch ended after {done} minibatches; the run that is resumed had made "
                f"{count} of it. The data are not those it was started with."
            ) from None


def _takes_an_argument(factory: Callable[..., Any]) -> bool:
    try:
        parameters = signature(factory).parameters.values()
    except ValueError:  # written in C, without a signature
        return False
    positional = (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD)
    return any(p.kind in positional and p.default is Parameter.empty for p in parameters)
