"""Pooling with Numba: plain loops over (outer, depth, rows, columns); images have a depth of 1.

The loops take their settings at run time, so that Numba compiles them once for each dtype and
not for each pooling of a model. ``settings`` are window, stride and padding of depth, rows and
columns, then ``ignore_border``, then what the sum of a window is divided by: the number itself, or
0 for how many of its elements lie in the image.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from symopt.nnet.pool_ops import AveragePoolGrad, MaxPoolGrad, MaxPoolGradGrad, Pool, WindowedOp

VERSION = 3
"""Of the code below; a change of it makes PyTensor's cache forget what was compiled before."""

_MISFIT = "Pooling: z, gz or v does not have the shape that goes with that of the input."


def _settings(op: WindowedOp) -> tuple[int, ...]:
    divisor = 0
    mode = getattr(op, "mode", "max")
    if mode in ("sum", "max"):
        divisor = 1
    elif mode == "average_inc_pad" and op.ignore_border:
        divisor = math.prod(op.ws)
    axes = [(1, 1, 0)] * (3 - len(op.ws)) + list(zip(op.ws, op.stride, op.pad, strict=True))
    return (*(number for axis in axes for number in axis), int(op.ignore_border), divisor)


@numba_njit
def _count(settings: Any, axis: int, size: int) -> int:
    """The number of windows along an axis; see ``PoolWindows``."""
    w, s, padded = settings[3 * axis], settings[3 * axis + 1], size + 2 * settings[3 * axis + 2]
    if size == 0:
        return 0
    if settings[9]:
        return max(0, (padded - w) // s + 1)
    if s >= w:
        return (padded - 1) // s + 1
    return max(0, (padded - 1 - w + s) // s) + 1


@numba_njit
def _ends(settings: Any, axis: int, index: int, size: int) -> tuple[int, int]:
    """Where a window begins and ends in the image."""
    start = index * settings[3 * axis + 1] - settings[3 * axis + 2]
    return max(start, 0), min(start + settings[3 * axis], size)


@numba_njit
def _pooled_shape_2d(settings: Any, shape: Any) -> Any:
    return shape[:-2] + (  # noqa: RUF005  # all that Numba knows
        _count(settings, 1, shape[-2]),
        _count(settings, 2, shape[-1]),
    )


@numba_njit
def _pooled_shape_3d(settings: Any, shape: Any) -> Any:
    return shape[:-3] + (  # noqa: RUF005
        _count(settings, 0, shape[-3]),
        _count(settings, 1, shape[-2]),
        _count(settings, 2, shape[-1]),
    )


@numba_njit
def _as_images(x: Any) -> Any:
    """As four axes, for poolings of two axes."""
    rows, columns = x.shape[-2], x.shape[-1]
    outer = 1
    for axis in range(x.ndim - 2):
        outer *= x.shape[axis]
    return np.ascontiguousarray(x).reshape((outer, 1, rows, columns))


@numba_njit
def _as_volumes(x: Any) -> Any:
    """As four axes, for poolings of three axes."""
    depth, rows, columns = x.shape[-3], x.shape[-2], x.shape[-1]
    outer = 1
    for axis in range(x.ndim - 3):
        outer *= x.shape[axis]
    return np.ascontiguousarray(x).reshape((outer, depth, rows, columns))


@numba_njit
def _fill_maxima(x: Any, z: Any, settings: Any) -> None:
    for n in range(z.shape[0]):
        for i in range(z.shape[1]):
            d0, d1 = _ends(settings, 0, i, x.shape[1])
            for j in range(z.shape[2]):
                r0, r1 = _ends(settings, 1, j, x.shape[2])
                for k in range(z.shape[3]):
                    c0, c1 = _ends(settings, 2, k, x.shape[3])
                    value = x[n, d0, r0, c0]
                    for d in range(d0, d1):
                        for r in range(r0, r1):
                            for c in range(c0, c1):
                                element = x[n, d, r, c]
                                if element > value or element != element:
                                    value = element
                    z[n, i, j, k] = value


@numba_njit
def _fill_sums(x: Any, z: Any, settings: Any) -> None:
    for n in range(z.shape[0]):
        for i in range(z.shape[1]):
            d0, d1 = _ends(settings, 0, i, x.shape[1])
            for j in range(z.shape[2]):
                r0, r1 = _ends(settings, 1, j, x.shape[2])
                for k in range(z.shape[3]):
                    c0, c1 = _ends(settings, 2, k, x.shape[3])
                    total = x.dtype.type(0)
                    for d in range(d0, d1):
                        for r in range(r0, r1):
                            for c in range(c0, c1):
                                total += x[n, d, r, c]
                    divisor = settings[10] or (d1 - d0) * (r1 - r0) * (c1 - c0)
                    z[n, i, j, k] = total if divisor == 1 else x.dtype.type(total / divisor)


@numba_njit
def _spread_shares(gz: Any, gx: Any, settings: Any) -> None:
    for n in range(gz.shape[0]):
        for i in range(gz.shape[1]):
            d0, d1 = _ends(settings, 0, i, gx.shape[1])
            for j in range(gz.shape[2]):
                r0, r1 = _ends(settings, 1, j, gx.shape[2])
                for k in range(gz.shape[3]):
                    c0, c1 = _ends(settings, 2, k, gx.shape[3])
                    divisor = settings[10] or (d1 - d0) * (r1 - r0) * (c1 - c0)
                    share = gx.dtype.type(gz[n, i, j, k] / divisor)
                    for d in range(d0, d1):
                        for r in range(r0, r1):
                            for c in range(c0, c1):
                                gx[n, d, r, c] += share


@numba_njit
def _spread_to_maxima(x: Any, z: Any, gz: Any, gx: Any, settings: Any) -> None:
    for n in range(z.shape[0]):
        for i in range(z.shape[1]):
            d0, d1 = _ends(settings, 0, i, x.shape[1])
            for j in range(z.shape[2]):
                r0, r1 = _ends(settings, 1, j, x.shape[2])
                for k in range(z.shape[3]):
                    c0, c1 = _ends(settings, 2, k, x.shape[3])
                    for d in range(d0, d1):
                        for r in range(r0, r1):
                            for c in range(c0, c1):
                                if x[n, d, r, c] == z[n, i, j, k]:
                                    gx[n, d, r, c] += gz[n, i, j, k]


@numba_njit
def _gather_at_maxima(x: Any, z: Any, v: Any, total: Any, settings: Any) -> None:
    for n in range(z.shape[0]):
        for i in range(z.shape[1]):
            d0, d1 = _ends(settings, 0, i, x.shape[1])
            for j in range(z.shape[2]):
                r0, r1 = _ends(settings, 1, j, x.shape[2])
                for k in range(z.shape[3]):
                    c0, c1 = _ends(settings, 2, k, x.shape[3])
                    for d in range(d0, d1):
                        for r in range(r0, r1):
                            for c in range(c0, c1):
                                if x[n, d, r, c] == z[n, i, j, k]:
                                    total[n, i, j, k] += v[n, d, r, c]


def _views(op: WindowedOp) -> tuple[tuple[int, ...], Callable, Callable]:
    """The settings, the view as four axes, and the shape of the pooled array."""
    if len(op.ws) == 2:
        return _settings(op), _as_images, _pooled_shape_2d
    return _settings(op), _as_volumes, _pooled_shape_3d


@register_funcify_default_op_cache_key(Pool)
def numba_pool(op: Pool, node: Apply | None = None, **kwargs: Any) -> tuple[Callable, int]:
    settings, four, pooled_shape = _views(op)
    fill = _fill_maxima if op.mode == "max" else _fill_sums

    @numba_njit
    def pool(x: Any) -> Any:
        z = np.empty(pooled_shape(settings, x.shape), x.dtype)
        fill(four(x), four(z), settings)
        return z

    return pool, VERSION


@register_funcify_default_op_cache_key(AveragePoolGrad)
def numba_average_pool_grad(
    op: AveragePoolGrad, node: Apply | None = None, **kwargs: Any
) -> tuple[Callable, int]:
    settings, four, pooled_shape = _views(op)

    @numba_njit
    def average_pool_grad(x: Any, gz: Any) -> Any:
        if gz.shape != pooled_shape(settings, x.shape):
            raise ValueError(_MISFIT)
        gx = np.zeros(x.shape, x.dtype)
        _spread_shares(four(gz), four(gx), settings)
        return gx

    return average_pool_grad, VERSION


@register_funcify_default_op_cache_key(MaxPoolGrad)
def numba_max_pool_grad(
    op: MaxPoolGrad, node: Apply | None = None, **kwargs: Any
) -> tuple[Callable, int]:
    settings, four, pooled_shape = _views(op)

    @numba_njit
    def max_pool_grad(x: Any, z: Any, gz: Any) -> Any:
        if z.shape != pooled_shape(settings, x.shape) or gz.shape != z.shape:
            raise ValueError(_MISFIT)
        gx = np.zeros(x.shape, x.dtype)
        _spread_to_maxima(four(x), four(z), four(gz), four(gx), settings)
        return gx

    return max_pool_grad, VERSION


@register_funcify_default_op_cache_key(MaxPoolGradGrad)
def numba_max_pool_grad_grad(
    op: MaxPoolGradGrad, node: Apply | None = None, **kwargs: Any
) -> tuple[Callable, int]:
    settings, four, pooled_shape = _views(op)

    @numba_njit
    def max_pool_grad_grad(x: Any, z: Any, v: Any) -> Any:
        if z.shape != pooled_shape(settings, x.shape) or v.shape != x.shape:
            raise ValueError(_MISFIT)
        total = np.zeros(z.shape, x.dtype)
        _gather_at_maxima(four(x), four(z), four(v), four(total), settings)
        return total

    return max_pool_grad_grad, VERSION
