"""Pooling with JAX: ``lax.reduce_window`` forward; backward by comparing with the maxima.

XLA's own gradient of a maximum picks one of several equal elements; here all of them count.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import jax.numpy as jnp
import numpy as np
from jax import lax
from pytensor.graph.basic import Apply
from pytensor.link.jax.dispatch import jax_funcify

from symopt.nnet.pool_ops import (
    AveragePoolGrad,
    MaxPoolGrad,
    MaxPoolGradGrad,
    Pool,
    WindowedOp,
    divisors,
    lowest,
)


@jax_funcify.register(Pool)
def jax_pool(op: Pool, node: Apply | None = None, **kwargs: Any) -> Callable:
    def pool(x: Any) -> Any:
        shape = op.windows.shape(x.shape)
        if op.mode == "max":
            return _reduce(op, lax.max, _extended(op, x, lowest(x.dtype)), shape)
        total = _reduce(op, lax.add, _extended(op, x, 0), shape)
        return total if op.mode == "sum" else total / divisors(op, x)

    return pool


@jax_funcify.register(AveragePoolGrad)
def jax_average_pool_grad(
    op: AveragePoolGrad, node: Apply | None = None, **kwargs: Any
) -> Callable:
    def average_pool_grad(x: Any, gz: Any) -> Any:
        op.check_pooled(x, gz)
        if 0 in gz.shape:
            return jnp.zeros_like(x)
        share = gz if op.mode == "sum" else gz / divisors(op, x)
        # Where no windows begin there is 0; an element is in the windows that begin up to ws - 1
        # before it.
        begins = lax.pad(
            share,
            np.zeros((), x.dtype),
            [(0, 0, 0)] * _lead(op, x)
            + [(w - 1, w - 1, s - 1) for w, s in zip(op.ws, op.stride, strict=True)],
        )
        window = (1,) * _lead(op, x) + op.ws
        spread = lax.reduce_window(
            begins, np.zeros((), x.dtype), lax.add, window, (1,) * x.ndim, "VALID"
        )
        return _cut_back(op, spread, x)

    return average_pool_grad


@jax_funcify.register(MaxPoolGrad)
def jax_max_pool_grad(op: MaxPoolGrad, node: Apply | None = None, **kwargs: Any) -> Callable:
    def max_pool_grad(x: Any, z: Any, gz: Any) -> Any:
        op.check_pooled(x, z)
        op.check_pooled(x, gz)
        if 0 in z.shape:
            return jnp.zeros_like(x)
        zero = np.zeros((), x.dtype)
        extended = _extended(op, x, lowest(x.dtype))
        if _disjoint(op):
            spread = jnp.where(extended == _repeated(op, z), _repeated(op, gz), zero)
        else:
            spread = jnp.zeros_like(extended)
            for limits, dilation in _elements(op, z, extended):
                at_maxima = jnp.where(lax.slice(extended, *limits) == z, gz, zero)
                spread += lax.pad(at_maxima, zero, dilation)
        return _cut_back(op, spread, x)

    return max_pool_grad


@jax_funcify.register(MaxPoolGradGrad)
def jax_max_pool_grad_grad(
    op: MaxPoolGradGrad, node: Apply | None = None, **kwargs: Any
) -> Callable:
    def max_pool_grad_grad(x: Any, z: Any, v: Any) -> Any:
        op.check_pooled(x, z)
        if 0 in z.shape:
            return jnp.zeros_like(z)
        zero = np.zeros((), x.dtype)
        extended, values = _extended(op, x, lowest(x.dtype)), _extended(op, v, 0)
        if _disjoint(op):
            picked = jnp.where(extended == _repeated(op, z), values, zero)
            return _reduce(op, lax.add, picked, z.shape)
        total = jnp.zeros_like(z)
        for limits, _ in _elements(op, z, extended):
            there = lax.slice(extended, *limits) == z
            total += jnp.where(there, lax.slice(values, *limits), zero)
        return total

    return max_pool_grad_grad


def _lead(op: WindowedOp, x: Any) -> int:
    """The number of axes that are not pooled."""
    return int(x.ndim) - len(op.ws)


def _disjoint(op: WindowedOp) -> bool:
    """Whether no two windows overlap."""
    return all(s >= w for w, s in zip(op.ws, op.stride, strict=True))


def _extents(op: WindowedOp, x: Any) -> list[int]:
    """How long each pooled axis has to be for all windows to lie inside, padding included."""
    counts = op.windows.counts(x.shape[_lead(op, x) :])
    return [max(0, n - 1) * s + w for n, s, w in zip(counts, op.stride, op.ws, strict=True)]


def _extended(op: WindowedOp, x: Any, fill: Any) -> Any:
    """``x`` padded with ``fill`` and cut so that it ends where its last windows do."""
    lead = _lead(op, x)
    edges = [(0, 0, 0)] * lead + [
        (pad, extent - pad - size, 0)
        for pad, extent, size in zip(op.pad, _extents(op, x), x.shape[lead:], strict=True)
    ]
    return lax.pad(x, np.asarray(fill, x.dtype), edges)


def _cut_back(op: WindowedOp, extended: Any, x: Any) -> Any:
    """What was ``x`` in an extended array; zero where that was cut."""
    lead = _lead(op, x)
    edges = [(0, 0, 0)] * lead + [
        (-pad, pad + size - extent, 0)
        for pad, extent, size in zip(op.pad, extended.shape[lead:], x.shape[lead:], strict=True)
    ]
    return lax.pad(extended, np.zeros((), x.dtype), edges)


def _reduce(op: WindowedOp, function: Callable, extended: Any, shape: tuple[int, ...]) -> Any:
    """The reduction of each window by ``lax.max`` or ``lax.add``."""
    if 0 in shape:
        return jnp.zeros(shape, extended.dtype)
    initial = lowest(extended.dtype) if function is lax.max else 0
    lead = (1,) * _lead(op, extended)
    return lax.reduce_window(
        extended,
        np.asarray(initial, extended.dtype),
        function,
        lead + op.ws,
        lead + op.stride,
        "VALID",
    )


def _repeated(op: WindowedOp, pooled: Any) -> Any:
    """Each number at all elements of its window, which no other window has; 0 in between."""
    lead = _lead(op, pooled)
    counts = pooled.shape[lead:]
    between, within, edges, extents = [], [], [], []
    for n, w, s in zip(counts, op.ws, op.stride, strict=True):
        between += [n, 1]
        within += [n, w]
        edges += [(0, 0, 0), (0, s - w, 0)]
        extents.append((n - 1) * s + w)
    outer = pooled.shape[:lead]
    each = jnp.broadcast_to(pooled.reshape(*outer, *between), (*outer, *within))
    spaced = lax.pad(each, np.zeros((), pooled.dtype), [(0, 0, 0)] * lead + edges)
    flat = spaced.reshape(*outer, *(n * s for n, s in zip(counts, op.stride, strict=True)))
    return flat[(..., *map(slice, extents))]


def _elements(op: WindowedOp, pooled: Any, extended: Any) -> Iterator[tuple[tuple, list]]:
    """For each element of a window: the slice that has it, of all windows, and the way back.

    The first is for ``lax.slice``, the second for ``lax.pad``.
    """
    lead = _lead(op, pooled)
    counts = pooled.shape[lead:]
    for offsets in product(*map(range, op.ws)):
        limits = [o + (n - 1) * s + 1 for o, n, s in zip(offsets, counts, op.stride, strict=True)]
        yield (
            (
                (0,) * lead + offsets,
                (*pooled.shape[:lead], *limits),
                (1,) * lead + op.stride,
            ),
            [(0, 0, 0)] * lead
            + [
                (o, extent - limit, s - 1)
                for o, limit, extent, s in zip(
                    offsets, limits, extended.shape[lead:], op.stride, strict=True
                )
            ],
        )
