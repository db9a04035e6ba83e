"""The rows that a loop made which stopped early: how many, only the device knows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import jax
import jax.numpy as jnp
from jax import lax


@jax.tree_util.register_dataclass
@dataclass
class Rows:
    """``array[first:end]``.

    A function may return it; graphs may take single rows and ranges of rows, compute with the
    elements, and sum over it.
    """

    array: Any
    first: Any
    end: Any

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise NotImplementedError(
            "it takes all rows of a loop that stops early, whose number only the device knows; a "
            "function may return them, and graphs may take single ones"
        )

    __jax_array__ = __array__

    @property
    def dtype(self) -> Any:
        return self.array.dtype

    @property
    def count(self) -> Any:
        """How many there are; a tracer."""
        return self.end - self.first

    def astype(self, dtype: Any) -> Rows:
        """The rows in another dtype."""
        return self.with_array(self.array.astype(dtype))

    def with_array(self, array: Any) -> Rows:
        """The rows of another array, at the same places."""
        return Rows(array, self.first, self.end)

    def row(self, at: Any) -> Any:
        """One row, from the front or, negative, from behind; it has to exist."""
        position = jnp.where(at < 0, self.end, self.first) + at
        return lax.dynamic_index_in_dim(self.array, position, 0, keepdims=False)

    def between(self, start: Any, stop: Any) -> Rows:
        """``rows[start:stop]``, by Python's rules; None as there."""
        low = self.first if start is None else self._limit(start)
        high = self.end if stop is None else self._limit(stop)
        return Rows(self.array, low, jnp.maximum(high, low))

    def _limit(self, at: Any) -> Any:
        return self.first + jnp.clip(jnp.where(at < 0, at + self.count, at), 0, self.count)

    def filled(self, value: Any) -> Any:
        """The whole array, with ``value`` where there is no row."""
        place = jnp.arange(len(self.array)).reshape(-1, *[1] * (self.array.ndim - 1))
        return jnp.where((self.first <= place) & (place < self.end), self.array, value)

    def on_host(self) -> Any:
        """The rows themselves; waits for the device."""
        return jax.device_get(self.array)[int(self.first) : int(self.end)]


def last_rows(array: Any, count: Any, room: int, least: int) -> Any:
    """What PyTensor's buffer of ``room`` rows holds after ``count`` rows were written.

    An array, where at least as many rows as it holds are certain.
    """
    if room <= least:
        return lax.dynamic_slice_in_dim(array, count - room, room)
    return Rows(array, jnp.maximum(count - room, 0), count)


def by_elements(function: Callable[..., Any], inputs: tuple[Any, ...]) -> Rows:
    """A function of elements, of which some inputs are rows of the same loop."""
    rows = [x for x in inputs if isinstance(x, Rows)]
    if any(x.first is not rows[0].first or x.end is not rows[0].end for x in rows):
        raise NotImplementedError(
            "it takes rows of several loops that stop early, or of other places"
        )
    others = [x for x in inputs if not isinstance(x, Rows)]
    if any(jnp.ndim(x) == rows[0].array.ndim and jnp.shape(x)[0] != 1 for x in others):
        raise NotImplementedError("it takes rows of a loop that stops early beside other rows")
    result = function(*(x.array if isinstance(x, Rows) else x for x in inputs))
    return rows[0].with_array(result)
