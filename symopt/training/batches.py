"""Minibatches of arrays and of sequences, in an order that a seeded generator deals.

What these functions return may be iterated over again and again, an epoch each time. Given to
``symopt.fit`` as it is, it is dealt by the generator of the run, which checkpoints keep.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from symopt.errors import ShapeError, TrainingError
from symopt.hyperparameters import check_flag, check_integer

T = TypeVar("T")

Indices = NDArray[np.int64]


class BatchIterator(Generic[T]):
    """The minibatches of one epoch, each made when it is asked for."""

    def __init__(self, batches: Sequence[Indices], take: Callable[[Indices], T]) -> None:
        self._batches = batches
        self._take = take
        self._next = 0

    def __iter__(self) -> BatchIterator[T]:
        return self

    def __next__(self) -> T:
        position = self._next
        if position >= len(self._batches):
            raise StopIteration
        self._next = position + 1
        return self._take(self._batches[position])

    def skip(self, count: int) -> None:
        """Pass over so many minibatches without making them."""
        if count > len(self):
            raise TrainingError(
                f"An epoch has {len(self._batches)} minibatches here; the run that is resumed had "
                f"made {count} of it. The data are not those it was started with."
            )
        self._next += count

    def __len__(self) -> int:
        return max(len(self._batches) - self._next, 0)


class Batches(ABC, Generic[T]):
    """What may be iterated over again and again: an epoch of minibatches each time.

    Called with a ``numpy.random.Generator``, it gives an epoch in the order which that deals.
    """

    def __init__(self, name: str, examples: int, batch_size: int, seed: Any, shuffle: bool) -> None:
        self.examples = examples
        self.batch_size = check_integer(name, "batch_size", batch_size, low=1)
        self.shuffle = check_flag(name, "shuffle", shuffle)
        if examples == 0:
            raise TrainingError(f"{name}: there are no examples.")
        self._rng = np.random.default_rng(seed)

    @abstractmethod
    def deal(self, rng: np.random.Generator | None) -> list[Indices]:
        """The numbers of the examples in each minibatch; in the given order without ``rng``."""

    @abstractmethod
    def take(self, indices: Indices) -> T:
        """The minibatch of these examples."""

    def __call__(self, rng: np.random.Generator) -> BatchIterator[T]:
        return BatchIterator(self.deal(rng if self.shuffle else None), self.take)

    def __iter__(self) -> Iterator[T]:
        return self(self._rng)

    def state_dict(self) -> dict[str, Any]:
        """The state of its own generator, which deals when it is iterated over directly."""
        return dict(self._rng.bit_generator.state)

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take it back."""
        self._rng.bit_generator.state = dict(state)

    def __len__(self) -> int:
        """Minibatches of an epoch."""
        return -(-self.examples // self.batch_size)


class ArrayBatches(Batches[tuple[NDArray[Any], ...]]):
    """See :func:`minibatches`."""

    def __init__(
        self,
        arrays: Sequence[ArrayLike],
        batch_size: int,
        seed: Any,
        shuffle: bool,
        drop_last: bool,
        axis: int,
    ) -> None:
        if not arrays:
            raise TrainingError("minibatches: no array is given; expected at least one.")
        self.arrays = tuple(np.asarray(array) for array in arrays)
        sizes = {_size(i, array, axis) for i, array in enumerate(self.arrays)}
        if len(sizes) > 1:
            shapes = ", ".join(str(array.shape) for array in self.arrays)
            raise ShapeError(
                f"minibatches: the arrays have shapes {shapes}; expected the same number of "
                "examples, which are counted along the last axis that a vector has too: the first "
                f"one, or axis={axis} where there are more."
            )
        super().__init__("minibatches", sizes.pop(), batch_size, seed, shuffle)
        self.drop_last = check_flag("minibatches", "drop_last", drop_last)
        self.axis = axis
        if self.drop_last and self.examples < self.batch_size:
            raise TrainingError(
                f"minibatches: {self.examples} examples make no minibatch of {batch_size} with "
                "drop_last=True."
            )

    def deal(self, rng: np.random.Generator | None) -> list[Indices]:
        order = np.arange(self.examples) if rng is None else rng.permutation(self.examples)
        stop = len(self) * self.batch_size if self.drop_last else self.examples
        starts = range(0, min(stop, self.examples), self.batch_size)
        return [order[start : start + self.batch_size] for start in starts]

    def take(self, indices: Indices) -> tuple[NDArray[Any], ...]:
        axis = self.axis
        return tuple(a.take(indices, axis=axis if a.ndim > axis else 0) for a in self.arrays)

    def __len__(self) -> int:
        return self.examples // self.batch_size if self.drop_last else super().__len__()


def _size(position: int, array: NDArray[Any], axis: int) -> int:
    if array.ndim == 0:
        raise ShapeError(
            f"minibatches: array {position} is a single number; expected an example a row."
        )
    return array.shape[axis if array.ndim > axis else 0]


def minibatches(
    *arrays: ArrayLike,
    batch_size: int,
    seed: Any = None,
    shuffle: bool = True,
    drop_last: bool = False,
    axis: int = 0,
) -> ArrayBatches:
    """Cut arrays into minibatches, in a new order each epoch.

    Parameters
    ----------
    *arrays
        Arrays with the same number of examples.
    batch_size
        Examples of a minibatch; the last one of an epoch may be smaller.
    seed
        Of the order when it is iterated over directly; as for ``numpy.random.default_rng``.
        ``symopt.fit`` deals by its own generator.
    shuffle
        False: the order of the arrays.
    drop_last
        Leave out a last minibatch that is smaller.
    axis
        Along which examples are counted: 1 for arrays with the time first, (steps, examples, ...).
        Vectors (labels) have them along axis 0 in any case.

    Returns
    -------
    Batches
        Gives tuples of arrays.

    Raises
    ------
    ShapeError
        The arrays do not have the same number of examples.
    """
    return ArrayBatches(arrays, batch_size, seed, shuffle, drop_last, axis)


class BucketedBatches(Batches[T]):
    """See :func:`bucketed`."""

    def __init__(
        self,
        lengths: ArrayLike,
        take: Callable[[Indices], T],
        batch_size: int,
        seed: Any,
        shuffle: bool,
        max_area: int | None,
    ) -> None:
        self.lengths = np.asarray(lengths)
        if self.lengths.ndim != 1 or self.lengths.dtype.kind not in "iu":
            raise ShapeError(
                f"bucketed: lengths is of dtype {self.lengths.dtype} and shape "
                f"{self.lengths.shape}; expected a list with the length of each example."
            )
        super().__init__("bucketed", len(self.lengths), batch_size, seed, shuffle)
        if max_area is not None:
            max_area = check_integer("bucketed", "max_area", max_area, low=1)
        self.max_area = max_area
        self._take = take

    def deal(self, rng: np.random.Generator | None) -> list[Indices]:
        order = np.arange(self.examples) if rng is None else rng.permutation(self.examples)
        order = order[np.argsort(self.lengths[order], kind="stable")]
        batches = np.split(order, self._cuts())
        if rng is not None:
            rng.shuffle(batches)
        return batches

    def _cuts(self) -> list[int]:
        """Where the sorted examples are cut: the same for every order of equal ones."""
        if self.max_area is None:
            return list(range(self.batch_size, self.examples, self.batch_size))
        cuts, start = [], 0
        for i, length in enumerate(np.sort(self.lengths).tolist()):
            # Sorted, so that this one is the longest yet and all are padded to it.
            full = i - start == self.batch_size or length * (i - start + 1) > self.max_area
            if full and i > start:
                cuts.append(i)
                start = i
        return cuts

    def take(self, indices: Indices) -> T:
        return self._take(indices)

    def __len__(self) -> int:
        return len(self._cuts()) + 1


def bucketed(
    lengths: ArrayLike,
    take: Callable[[Indices], T],
    *,
    batch_size: int,
    seed: Any = None,
    shuffle: bool = True,
    max_area: int | None = None,
) -> BucketedBatches[T]:
    """Minibatches of sequences of about equal lengths, so that little of them is padding.

    Every example is in exactly one minibatch of an epoch. Examples are sorted by length and cut;
    with ``shuffle``, those of one length are dealt anew each epoch, and the minibatches come in any
    order.

    Parameters
    ----------
    lengths
        The length of each example (of an image: its area), integers.
    take
        Makes a minibatch of an array of example numbers: ``lambda i: prepare_data([x[j] for j in
        i], y[i])``.
    batch_size
        Examples of a minibatch at most.
    seed, shuffle
        As for :func:`minibatches`.
    max_area
        The longest example of a minibatch times the number of examples is at most this, as WAP
        limits its images (``batch_Imagesize``). An example that is larger by itself stands alone.
        None (default): no limit.

    Returns
    -------
    Batches
        Gives what ``take`` returns.
    """
    return BucketedBatches(lengths, take, batch_size, seed, shuffle, max_area)
