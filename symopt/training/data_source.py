"""Where a run stands in its data: the epoch that is open, and the generators that deal it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.training.epochs import check_batches, is_one_shot, open_epoch, skip_batches
from symopt.training.generators import Stateful, stateful
from symopt.training.packing import pack, unpack
from symopt.training.prefetch import Prefetched, PrefetchIterator


class DataSource:
    """Opens epochs, and gets back to any minibatch of one.

    The states of all generators at the beginning of the epoch are kept. To get back to minibatch
    n, they are put back, the epoch is opened again and n minibatches are passed over; then they
    are set to what they were after minibatch n, so that a fast way to pass over them, one that
    draws no noise, say, ends at the same place.

    Parameters
    ----------
    batches
        As for ``symopt.fit``.
    seed
        Of the generator that deals the order.
    state
        What else is part of the run's state, by name.
    keeps
        Whether the states will be asked for.

    Attributes
    ----------
    opened
        The epoch that is open.
    one_shot
        Whether there is only one.
    """

    def __init__(
        self, batches: Any, seed: int, state: Mapping[str, Stateful], keeps: bool = True
    ) -> None:
        check_batches(batches)
        self.one_shot = is_one_shot(batches)
        self.opened: Iterator[Any] = iter(())
        self._batches = batches
        self._keeps = keeps
        self._rng = np.random.default_rng(seed)
        self._dealers: dict[str, Stateful] = {"order": stateful("order", self._rng)}
        if isinstance(batches, Prefetched):
            inner: Any = batches.batches
            self._dealers |= {f"prefetch/{n}": holder for n, holder in batches.state.items()}
        else:
            inner = batches
        if isinstance(inner, Stateful):
            self._dealers["batches"] = inner
        self._others = {f"state/{name}": holder for name, holder in state.items()}
        self._start: tuple[Any, dict[str, NDArray[Any]]] = {}, {}

    def start_epoch(self) -> None:
        """Open the next epoch."""
        if self._keeps:
            arrays: dict[str, NDArray[Any]] = {}
            self._start = pack(self._states(), "data/start", arrays), arrays
        self.opened = self._open()

    def close(self) -> None:
        """Stop a thread that makes minibatches."""
        if isinstance(self.opened, PrefetchIterator):
            self.opened.close()

    def pack(self, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
        """The states at the beginning of the epoch and now; arrays are put into ``arrays``."""
        document, start_arrays = self._start
        arrays |= start_arrays
        states = self._states()
        if isinstance(self.opened, PrefetchIterator):
            # The thread is ahead: what counts is where it was for the minibatch returned last.
            states |= self.opened.noted or unpack(
                {name: document[name] for name in self._dealers}, start_arrays
            )
        return {"start": document, "now": pack(states, "data/now", arrays)}

    def restore(
        self,
        document: Mapping[str, Any],
        arrays: Mapping[str, NDArray[Any]],
        batch: int,
        within_epoch: bool,
    ) -> None:
        """Get back to where :meth:`pack` was called, after minibatch ``batch`` of the epoch."""
        now = unpack(document["now"], arrays)
        if not within_epoch:
            self._load(now)
            return
        own = {name: arrays[name] for name in arrays if name.startswith("data/start")}
        self._start = document["start"], own
        self._load(unpack(document["start"], arrays))
        self.opened = self._open(batch)
        if isinstance(self.opened, PrefetchIterator):
            now = {name: state for name, state in now.items() if name not in self._dealers}
        self._load(now)

    def names(self) -> list[str]:
        """The names of all states."""
        return [*self._dealers, *self._others]

    def _open(self, skip: int = 0) -> Iterator[Any]:
        if isinstance(self._batches, Prefetched):
            note = self._dealers_states if self._keeps else lambda: None
            return self._batches.open(self._rng, skip, note)
        opened = open_epoch(self._batches, self._rng)
        skip_batches(opened, skip)
        return opened

    def _dealers_states(self) -> dict[str, Any]:
        return {name: holder.state_dict() for name, holder in self._dealers.items()}

    def _states(self) -> dict[str, Any]:
        others = {name: holder.state_dict() for name, holder in self._others.items()}
        return self._dealers_states() | others

    def _load(self, states: Mapping[str, Any]) -> None:
        for name, holder in {**self._dealers, **self._others}.items():
            if name in states:
                holder.load_state_dict(states[name])
