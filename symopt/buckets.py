"""A few lengths that minibatches are padded to, so that few programs are compiled."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symopt.errors import HyperparameterError, ShapeError
from symopt.hyperparameters import check_integer


class Buckets:
    """Lengths that sequences are padded to, and, if asked for, numbers of examples.

    The jax backend compiles a program for each shape that it meets. Sequences padded to the next of
    a few lengths meet few. Padded time steps are masked, so a model that respects its mask, as the
    LSTM tutorial's does, has the same cost but for rounding.

    Parameters
    ----------
    lengths
        The lengths, in time steps, each at least 1.
    examples
        The numbers of examples of a minibatch, each at least 1. None (default): minibatches keep
        theirs. Padded examples have a mask of zeros. They are exact only where the cost gives each
        example a weight that is 0 for them: a plain mean counts them, and a mean over a mask of
        zeros is 0 / 0.

    Raises
    ------
    HyperparameterError
        A length is not an integer of at least 1, or there is none.

    Examples
    --------
    >>> buckets = Buckets([10, 20, 40])
    >>> x, mask = np.ones((13, 4), "int64"), np.ones((13, 4), "float32")
    >>> x, mask = buckets.pad(x, mask)
    >>> x.shape, mask[13:].sum()
    ((20, 4), np.float32(0.0))
    """

    def __init__(self, lengths: Iterable[int], examples: Iterable[int] | None = None) -> None:
        self.lengths = _sorted("lengths", lengths)
        self.examples = None if examples is None else _sorted("examples", examples)

    @classmethod
    def fitted(
        cls, lengths: ArrayLike, count: int = 6, examples: Iterable[int] | None = None
    ) -> Buckets:
        """The ``count`` lengths that pad sequences of these lengths least.

        Parameters
        ----------
        lengths
            Of all minibatches (the longest sequence of each), or of all sequences if a minibatch
            has sequences of one length.
        count
            How many buckets, at least 1. Fewer are enough if there are fewer different lengths.
        examples
            As for the constructor.
        """
        count = check_integer("Buckets.fitted", "count", count, low=1)
        found = Counter(int(n) for n in np.ravel(np.asarray(lengths)))
        return cls(_least_padding(sorted(found.items()), count), examples)

    def length(self, steps: int) -> int:
        """The length that so many steps are padded to.

        Raises
        ------
        ShapeError
            There are more steps than the longest bucket has.
        """
        return _next("lengths", self.lengths, steps, "time steps")

    def pad(
        self,
        x: NDArray[Any],
        mask: NDArray[Any],
        y: NDArray[Any] | None = None,
        *,
        time_axis: int = 0,
        batch_axis: int = 1,
    ) -> tuple[NDArray[Any], ...]:
        """A minibatch padded with zeros to the next length.

        Parameters
        ----------
        x
            (time, examples, ...), or as the axes say.
        mask
            (time, examples): 1 for steps that count; it is padded with 0.
        y
            (examples, ...), or None. Its first axis is padded if ``examples`` was given.
        time_axis, batch_axis
            Axes of ``x`` and ``mask``.

        Returns
        -------
        tuple
            ``x, mask``, or ``x, mask, y``. What needs no padding is returned as it is.

        Raises
        ------
        ShapeError
            ``x`` and ``mask`` do not fit together, or the minibatch is larger than every bucket.
        """
        axes = time_axis, batch_axis
        sizes = [x.shape[axis] for axis in axes]
        if [mask.shape[axis] for axis in axes] != sizes:
            raise ShapeError(
                f"Buckets.pad: x has {sizes[0]} time steps and {sizes[1]} examples, the mask "
                f"{mask.shape[time_axis]} and {mask.shape[batch_axis]}; expected the same."
            )
        wanted = [self.length(sizes[0]), sizes[1]]
        if self.examples is not None:
            wanted[1] = _next("examples", self.examples, sizes[1], "examples")
        padded = [_padded(array, axes, wanted) for array in (x, mask)]
        return (*padded,) if y is None else (*padded, _padded(y, (0,), wanted[1:]))

    def __repr__(self) -> str:
        examples = "" if self.examples is None else f", examples={self.examples}"
        return f"Buckets({self.lengths}{examples})"


def _sorted(name: str, sizes: Iterable[int]) -> list[int]:
    checked = sorted({check_integer("Buckets", name, size, low=1) for size in sizes})
    if not checked:
        raise HyperparameterError(f"Buckets: {name} is empty; expected at least one.")
    return checked


def _next(name: str, sizes: list[int], wanted: int, what: str) -> int:
    at = bisect_left(sizes, wanted)
    if at == len(sizes):
        raise ShapeError(
            f"Buckets: a minibatch has {wanted} {what}; the largest of {name} is {sizes[-1]}. "
            "Leave out what is longer, or give a larger bucket."
        )
    return sizes[at]


def _padded(array: NDArray[Any], axes: Sequence[int], sizes: Sequence[int]) -> NDArray[Any]:
    shape = list(array.shape)
    for axis, size in zip(axes, sizes, strict=True):
        shape[axis] = size
    if tuple(shape) == array.shape:
        return array
    padded = np.zeros(shape, array.dtype)
    padded[tuple(map(slice, array.shape))] = array
    return padded


def _least_padding(counted: list[tuple[int, int]], count: int) -> list[int]:
    """The bucket lengths with the least padding in all, by dynamic programming.

    ``counted`` has each length with how often it occurs, in order. ``best[k]`` is the least number
    of steps, padding included, of the lengths up to the k-th in the buckets so far.
    """
    lengths = [length for length, _ in counted]
    before = np.concatenate([[0], np.cumsum([times for _, times in counted])])
    best = np.array([np.inf] * (len(lengths) + 1))
    best[0] = 0
    ends: list[list[int]] = []
    for _ in range(min(count, len(lengths))):
        following, chosen = best.copy(), [0] * (len(lengths) + 1)
        for end in range(1, len(lengths) + 1):
            costs = best[:end] + lengths[end - 1] * (before[end] - before[:end])
            first = int(np.argmin(costs))
            following[end], chosen[end] = costs[first], first
        best = following
        ends.append(chosen)
    found, end = [], len(lengths)
    for chosen in reversed(ends):
        if end:
            found.append(lengths[end - 1])
            end = chosen[end]
    return found
