"""A thread that makes minibatches while the model trains on those before."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from queue import Empty, Full, Queue
from typing import Any

import numpy as np

from symopt.hyperparameters import check_integer
from symopt.training.epochs import Opened, open_epoch, skip_batches
from symopt.training.generators import Stateful, stateful_by_name

_POLL = 0.05
"""Seconds after which a waiting thread looks whether it is still wanted."""


class Prefetched:
    """See :func:`prefetch`."""

    def __init__(self, batches: Any, size: int, state: Mapping[str, object]) -> None:
        self.batches = batches
        self.size = check_integer("prefetch", "size", size, low=1)
        self.state: dict[str, Stateful] = stateful_by_name(state)
        self._rng = np.random.default_rng()

    def open(
        self,
        rng: np.random.Generator,
        skip: int = 0,
        note: Callable[[], Any] = lambda: None,
    ) -> PrefetchIterator:
        """An epoch in the order which ``rng`` deals, from minibatch ``skip`` on.

        ``note`` is called in the thread after each minibatch was made; see
        :attr:`PrefetchIterator.noted`.
        """
        return PrefetchIterator(open_epoch(self.batches, rng), self.size, skip, note)

    def __call__(self, rng: np.random.Generator) -> PrefetchIterator:
        return self.open(rng)

    def __iter__(self) -> PrefetchIterator:
        return self.open(self._rng)


class PrefetchIterator(Iterator[Any]):
    """Minibatches in their order, made by a thread that is at most ``size`` of them ahead.

    The thread ends with the epoch, with :meth:`close`, or when nobody holds the iterator any more.

    Attributes
    ----------
    noted
        What ``note`` gave when the minibatch that was returned last had been made; after the last
        one, at the end of the epoch.
    """

    def __init__(self, opened: Opened, size: int, skip: int, note: Callable[[], Any]) -> None:
        self.noted: Any = None
        self._queue: Queue[tuple[str, Any, Any]] = Queue(size)
        self._wanted = threading.Event()
        self._wanted.set()
        # The thread does not hold the iterator itself: it could then never be dropped.
        arguments = (opened, skip, note, self._queue, self._wanted)
        self._thread = threading.Thread(
            target=_produce, args=arguments, name="symopt-prefetch", daemon=True
        )
        self._thread.start()

    def __iter__(self) -> PrefetchIterator:
        return self

    def __next__(self) -> Any:
        if not self._wanted.is_set():
            raise StopIteration
        kind, value, self.noted = self._get()
        if kind == "batch":
            return value
        self.close()
        if kind == "error":
            raise value  # with the traceback of the thread
        raise StopIteration

    def _get(self) -> tuple[str, Any, Any]:
        while True:
            try:
                return self._queue.get(timeout=_POLL)
            except Empty:
                if not self._thread.is_alive() and self._queue.empty():
                    return "end", None, self.noted

    def close(self) -> None:
        """Stop the thread, and wait until it has stopped."""
        self._wanted.clear()
        while self._thread.is_alive():
            try:
                self._queue.get_nowait()  # it may be waiting for room
            except Empty:
                self._thread.join(_POLL)

    def __del__(self) -> None:
        self._wanted.clear()


def _produce(
    opened: Opened,
    skip: int,
    note: Callable[[], Any],
    queue: Queue[tuple[str, Any, Any]],
    wanted: threading.Event,
) -> None:
    def put(kind: str, value: Any) -> bool:
        item = (kind, value, note())
        while wanted.is_set():
            try:
                queue.put(item, timeout=_POLL)
            except Full:
                continue
            return True
        return False

    try:
        skip_batches(opened, skip)
        for batch in opened:
            if not put("batch", batch):
                break
        else:
            put("end", None)
    except BaseException as error:  # it is raised where the minibatch is asked for
        put("error", error)
    finally:
        close = getattr(opened, "close", None)  # a generator's, which runs its finally blocks
        if close is not None:
            close()


def prefetch(
    batches: Any, size: int = 2, *, state: Mapping[str, object] | None = None
) -> Prefetched:
    """Make minibatches in a thread, a few ahead of the training.

    They come in the same order and are the same as without. An exception in the thread is raised
    where the minibatch would have been, with its traceback.

    Parameters
    ----------
    batches
        Whatever :func:`symopt.fit` takes.
    size
        How many are made ahead, at least 1.
    state
        Name -> generator that making a minibatch draws from (noise, say), other than the one that
        ``fit`` passes. Named here and not to ``fit``, they resume exactly although they are ahead.

    Returns
    -------
    Prefetched
        May be iterated over again and again, or given to ``fit``.
    """
    return Prefetched(batches, size, state or {})
