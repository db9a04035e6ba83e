"""Indexing by integers and slices: read, set and added to.

A slice whose limits are known is XLA's slice. Of another one only the length has to be known; where
it starts may be computed on the device. ``lax.dynamic_slice`` moves a slice that leaves the array
back into it without a word, so the length is computed, by Python's own rules, from the arguments of
the call; where that cannot be, the slice has to lie inside the array, which is checked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.subtensor import IncSubtensor, Subtensor

from symopt.backends.indices import entries
from symopt.backends.jax.forms.differences import constant_difference
from symopt.backends.jax.forms.rows import Rows
from symopt.backends.jax.host import HostExpression, NotOnHost, is_known
from symopt.backends.jax.trace import Trace, lower, not_on_device


@dataclass
class _Axis:
    """What is taken along an axis.

    Attributes
    ----------
    static
        An integer or a slice, known; the whole axis where ``start`` says what to take.
    start
        A tracer of the first position; None if there is none.
    length
        Of the slice; None for a single position.
    step
        Between positions.
    """

    static: Any
    start: Any = None
    length: int | None = None
    step: int = 1


@lower.register(Subtensor)
def _subtensor(op: Subtensor, node: Apply, trace: Trace, x: Any, *given: Any) -> Any:
    if isinstance(x, Rows):
        return _of_rows(trace, node, x, entries(op.idx_list, node.inputs[1:]))
    index = Index(trace, node, x, entries(op.idx_list, node.inputs[1:]))
    return index.take(x)


@lower.register(IncSubtensor)
def _inc_subtensor(op: IncSubtensor, node: Apply, trace: Trace, x: Any, y: Any, *given: Any) -> Any:
    x = jnp.asarray(x)
    index = Index(trace, node, x, entries(op.idx_list, node.inputs[2:]))
    part = index.take(x)
    y = jnp.broadcast_to(jnp.asarray(y).astype(x.dtype), part.shape)
    return index.put(x, y if op.set_instead_of_inc else part + y)


def _of_rows(trace: Trace, node: Apply, rows: Rows, given: list[Any]) -> Any:
    """Rows of a loop that stops early, and what is then indexed by the other axes."""
    first, *others = given
    if not isinstance(first, slice):
        at = jnp.asarray(trace[first]).astype("int64")
        count = rows.count
        trace.check((-count <= at) & (at < count), lambda: IndexError("there are fewer rows"))
        row = rows.row(at)
        return Index(trace, node, row, others).take(row)
    start, stop, step = (
        None if v is None else trace[v] for v in (first.start, first.stop, first.step)
    )
    if step is not None and not (is_known(step) and step == 1):
        raise NotImplementedError("it takes every few rows of a loop that stops early")
    rows = rows.between(start, stop)
    index = Index(trace, node, rows.array, [slice(None), *others])
    return rows.with_array(index.take(rows.array))


class Index:
    """``x[index]`` for integers and slices.

    Parameters
    ----------
    x
        The array, or one of its shape.
    given
        The index of each leading axis: a variable, or a slice of variables and Nones.
    """

    def __init__(self, trace: Trace, node: Apply, x: Any, given: list[Any]) -> None:
        self._trace, self._node = trace, node
        self._axes = [self._axis(np.shape(x)[d], d, entry) for d, entry in enumerate(given)]
        self._static = tuple(axis.static for axis in self._axes)
        moving = [axis for axis in self._axes if isinstance(axis.static, slice)]
        self._moving = [(d, axis) for d, axis in enumerate(moving) if axis.start is not None]

    @property
    def _whole(self) -> bool:
        return all(static == slice(None) for static in self._static)

    def take(self, x: Any) -> Any:
        """``x[index]``."""
        part = jnp.asarray(x)
        if not self._whole:
            part = part[self._static]
        for d, axis in self._moving:
            part = _take(part, axis, d)
        gone = tuple(d for d, axis in self._moving if axis.length is None)
        return jnp.squeeze(part, gone) if gone else part

    def put(self, x: Any, new: Any) -> Any:
        """``x`` with ``x[index]`` replaced by an array of that shape."""
        gone = tuple(d for d, axis in self._moving if axis.length is None)
        new = jnp.expand_dims(new, gone) if gone else new
        if not self._moving:
            return _put_static(x, self._static, new)
        # From the part that is cut out last to the whole array.
        parts = [x if self._whole else x[self._static]]
        for d, axis in self._moving[:-1]:
            parts.append(_take(parts[-1], axis, d))
        for (d, axis), part in zip(self._moving[::-1], parts[::-1], strict=True):
            new = _put(part, axis, d, new)
        return new if self._whole else _put_static(x, self._static, new)

    def _axis(self, size: int, d: int, entry: Any) -> _Axis:
        if not isinstance(entry, slice):
            return self._position(size, d, entry)
        parts = [
            None if v is None else self._trace[v] for v in (entry.start, entry.stop, entry.step)
        ]
        if all(map(is_known, parts)):
            return _Axis(slice(*(None if part is None else int(part) for part in parts)))
        return self._moving_slice(size, entry)

    def _position(self, size: int, d: int, variable: Variable) -> _Axis:
        value = self._trace[variable]
        if is_known(value):
            if not -size <= int(value) < size:
                raise out_of_bounds(d, size)
            return _Axis(int(value))
        check_bounds(self._trace, variable, d, size)
        value = value.astype("int64")
        return _Axis(slice(None), start=jnp.where(value < 0, value + size, value))

    def _moving_slice(self, size: int, entry: slice) -> _Axis:
        trace, node = self._trace, self._node
        step = 1 if entry.step is None else int(trace.known(entry.step, node, "step"))
        try:
            limits = [None if v is None else trace.expression(v) for v in (entry.start, entry.stop)]
        except NotOnHost as error:
            return self._inside(size, entry, step, error)

        def length(call: Any) -> int:
            start, stop = (None if e is None else int(call.of(e)) for e in limits)
            return len(range(*slice(start, stop, step).indices(size)))

        known = trace.specialise(HostExpression(length), f"length of {node.op}")
        if entry.start is None:
            first = 0 if step > 0 else size - 1
            start = jnp.asarray(first)
        else:
            start = jnp.asarray(trace[entry.start]).astype("int64")
            start = jnp.where(start < 0, start + size, start)
            start = jnp.clip(start, 0, size) if step > 0 else jnp.clip(start, -1, size - 1)
        return _Axis(slice(None), start=start, length=known, step=step)

    def _inside(self, size: int, entry: slice, step: int, error: Exception) -> _Axis:
        """A slice whose place only the device knows."""
        trace, node = self._trace, self._node
        length = None
        if step == 1 and entry.start is not None and entry.stop is not None:
            length = constant_difference(entry.stop, entry.start, trace)
        if length is None or length < 0:
            raise not_on_device(node, "length", error)
        start = jnp.asarray(trace[entry.start]).astype("int64")
        trace.check((start >= 0) & (start + length <= size), lambda: _leaves(length, size))
        return _Axis(slice(None), start=start, length=length)


def check_bounds(trace: Trace, variable: Variable, d: int, size: int) -> None:
    """Have IndexError raised if a position does not exist: before the call, if the host can."""
    try:
        position = trace.expression(variable, cheap=True)
    except NotOnHost:
        value = jnp.asarray(trace[variable])
        if value.size:
            inside = jnp.all((value >= -size) & (value < size))
            trace.check(inside, lambda: out_of_bounds(d, size))
        return

    def inside_on_host(call: Any) -> bool:
        value = np.asarray(call.of(position))
        return not value.size or bool(value.min() >= -size and value.max() < size)

    trace.check_on_host(HostExpression(inside_on_host), lambda: out_of_bounds(d, size))


def out_of_bounds(d: int, size: int) -> IndexError:
    """The error for a position that does not exist."""
    return IndexError(f"index out of bounds for axis {d} with size {size}")


def _leaves(length: int, size: int) -> IndexError:
    return IndexError(
        f"a slice of length {length} leaves an axis of size {size}; where only the device knows "
        "the place of a slice, it has to lie inside the array"
    )


def _take(x: Any, axis: _Axis, d: int) -> Any:
    length = 1 if axis.length is None else axis.length
    if axis.step == 1:
        return lax.dynamic_slice_in_dim(x, axis.start, length, d)
    return jnp.take(x, axis.start + axis.step * jnp.arange(length), axis=d, mode="clip")


def _put(x: Any, axis: _Axis, d: int, new: Any) -> Any:
    if axis.step == 1:
        return lax.dynamic_update_slice_in_dim(x, new, axis.start, d)
    length = 1 if axis.length is None else axis.length
    at = (slice(None),) * d + (axis.start + axis.step * jnp.arange(length),)
    return x.at[at].set(new)


def _put_static(x: Any, static: tuple[Any, ...], new: Any) -> Any:
    """``x.at[static].set(new)``, without a scatter where the part is a block."""
    full = [*static, *[slice(None)] * (x.ndim - len(static))]
    starts, block = [], []
    for entry, size in zip(full, x.shape, strict=True):
        if not isinstance(entry, slice):
            starts.append(entry % size)
            block.append(1)
            continue
        start, stop, step = entry.indices(size)
        if step != 1:
            return x.at[static].set(new)
        starts.append(start)
        block.append(max(stop - start, 0))
    if 0 in block:
        return x
    return lax.dynamic_update_slice(x, new.reshape(block), starts)
