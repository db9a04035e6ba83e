"""Indexing by arrays of integers and by masks, NumPy's way: read, set and added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.subtensor import AdvancedIncSubtensor, AdvancedSubtensor

from symopt.backends.indices import ROWS, entries
from symopt.backends.jax.forms.indexing import Index, check_bounds, out_of_bounds
from symopt.backends.jax.host import HostExpression, NotOnHost, is_known
from symopt.backends.jax.trace import Trace, lower, not_on_device
from symopt.backends.pytensor_versions import AdvancedIncSubtensor1, AdvancedSubtensor1


@lower.register(AdvancedSubtensor)
def _read(op: AdvancedSubtensor, node: Apply, trace: Trace, x: Any, *given: Any) -> Any:
    return _take(trace, node, x, entries(op.idx_list, node.inputs[1:]))


@lower.register(AdvancedSubtensor1)
def _read_rows(op: Op, node: Apply, trace: Trace, x: Any, rows: Any) -> Any:
    return _take(trace, node, x, entries(ROWS, node.inputs[1:]))


@lower.register(AdvancedIncSubtensor)
def _write(op: AdvancedIncSubtensor, node: Apply, trace: Trace, x: Any, y: Any, *given: Any) -> Any:
    return _put(trace, node, x, y, entries(op.idx_list, node.inputs[2:]), op)


@lower.register(AdvancedIncSubtensor1)
def _write_rows(op: Any, node: Apply, trace: Trace, x: Any, y: Any, rows: Any) -> Any:
    return _put(trace, node, x, y, entries(ROWS, node.inputs[2:]), op)


def _take(trace: Trace, node: Apply, x: Any, given: list[Any]) -> Any:
    x = jnp.asarray(x)
    x = _Slices(trace, node, x, given).take(x)
    return x.at[_index(trace, node, x.shape, given)].get(mode="clip")


def _put(trace: Trace, node: Apply, x: Any, y: Any, given: list[Any], op: Any) -> Any:
    whole, y = jnp.asarray(x), jnp.asarray(y).astype(x.dtype)
    slices = _Slices(trace, node, whole, given)
    new = _put_at_arrays(trace, node, slices.take(whole), y, given, op)
    return slices.put(whole, new)


def _put_at_arrays(trace: Trace, node: Apply, x: Any, y: Any, given: list[Any], op: Any) -> Any:
    """Write to ``x``, the slices of which have been taken."""
    mask = given[0] if len(given) == 1 and _is_mask(given[0]) else None
    if mask is not None and y.size == 1 and y.ndim <= 1:
        return _put_masked(trace, x, y.reshape(()), mask, add=not op.set_instead_of_inc)
    index = _index(trace, node, x.shape, given)
    part = x.at[index].get(mode="clip")
    y = jnp.broadcast_to(y, part.shape)
    if op.set_instead_of_inc:
        return x.at[index].set(y)
    if op.ignore_duplicates if hasattr(op, "ignore_duplicates") else False:
        return x.at[index].set(part + y)
    return x.at[index].add(y)


def _put_masked(trace: Trace, x: Any, y: Any, mask: Variable, add: bool) -> Any:
    """One number where a mask is true: how often that is need not be known."""
    where = jnp.asarray(trace[mask])
    if where.shape != x.shape[: where.ndim]:
        raise _mask_does_not_fit(where.shape, x.shape)
    where = where.reshape(where.shape + (1,) * (x.ndim - where.ndim))
    return jnp.where(where, x + y if add else y, x)


class _Slices:
    """The slices of an index, which are taken first: each axis keeps its place."""

    def __init__(self, trace: Trace, node: Apply, x: Any, given: Sequence[Any]) -> None:
        basic: list[slice] = []
        for entry in given:
            if isinstance(entry, slice):
                basic.append(entry)
            else:
                basic += [slice(None)] * (entry.type.ndim if _is_mask(entry) else 1)
        self._any = any(entry != slice(None) for entry in basic)
        self._index = Index(trace, node, x, basic)

    def take(self, x: Any) -> Any:
        return self._index.take(x)

    def put(self, x: Any, new: Any) -> Any:
        return self._index.put(x, new) if self._any else new


def _index(
    trace: Trace, node: Apply, shape: tuple[int, ...], given: Sequence[Any]
) -> tuple[Any, ...]:
    """The index of what is left when slices are taken, as JAX takes it, its bounds checked."""
    index: list[Any] = []
    for entry in given:
        axis = len(index)
        if isinstance(entry, slice):
            index.append(slice(None))
        elif _is_mask(entry):
            index += _coordinates(trace, node, entry, shape[axis:])
        else:
            index.append(_positions(trace, entry, axis, shape[axis]))
    _check_shapes([np.shape(entry) for entry in index if not isinstance(entry, slice)])
    return tuple(index)


def _check_shapes(shapes: list[tuple[int, ...]]) -> None:
    try:
        np.broadcast_shapes(*shapes)
    except ValueError:
        raise IndexError(
            f"shape mismatch: the indexing arrays have shapes {shapes}, which do not fit"
        ) from None


def _is_mask(entry: Any) -> bool:
    return not isinstance(entry, slice) and entry.type.dtype == "bool"


def _positions(trace: Trace, variable: Variable, axis: int, size: int) -> Any:
    value = trace[variable]
    if not is_known(value):
        check_bounds(trace, variable, axis, size)
        return value.astype("int64")
    if value.size and not (value.min() >= -size and value.max() < size):
        raise out_of_bounds(axis, size)
    return np.asarray(value)


def _coordinates(
    trace: Trace, node: Apply, variable: Variable, shape: tuple[int, ...]
) -> list[Any]:
    mask = trace[variable]
    if mask.shape != shape[: mask.ndim]:
        raise _mask_does_not_fit(mask.shape, shape)
    if is_known(mask):
        return list(np.nonzero(mask))
    try:
        expression = trace.expression(variable)
    except NotOnHost as error:
        raise not_on_device(node, "number of elements", error) from None
    count = trace.specialise(
        HostExpression(lambda call: int(np.count_nonzero(call.of(expression)))),
        f"number of elements of {node.op}",
    )
    return list(jnp.nonzero(mask, size=count))


def _mask_does_not_fit(mask: tuple[int, ...], shape: tuple[int, ...]) -> IndexError:
    return IndexError(
        f"boolean index did not match indexed array: its shape is {mask}, that of the array {shape}"
    )
