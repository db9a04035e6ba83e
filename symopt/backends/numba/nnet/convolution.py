"""Convolution with Numba: loops over images, channels and the taps of a kernel, along rows.

The loops are compiled once for each dtype and take their settings at run time. ``settings`` are
the number of groups, whether kernels are flipped, the padding (0: given, 1: half, 2: full), then
stride, dilation, padding before and padding after, three of each: two dimensions are three with a
first one of 1.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray
from pytensor.graph.basic import Apply
from pytensor.link.numba.dispatch.basic import numba_njit, register_funcify_default_op_cache_key

from symopt.backends.numba.compiled_once import compiled_once
from symopt.nnet.convolution_ops import (
    Convolution,
    ConvolutionGradInputs,
    ConvolutionGradWeights,
)

_VERSION = 2
"""Of the code below; a change of it makes PyTensor's cache forget what was compiled before."""

_MISFIT = (
    "The shapes of a convolution do not fit: compare the channels and sizes of its input, its "
    "filters (results, channels / num_groups, rows, columns), border_mode, and the gradient."
)


def _settings(op: Any) -> NDArray[np.int64]:
    missing = 3 - op.ndim
    named = isinstance(op.border_mode, str)
    border = {"half": 1, "full": 2}[op.border_mode] if named else 0
    pairs = ((0, 0),) * missing + (((0, 0),) * op.ndim if named else op.border_mode)
    return np.array(
        [
            op.num_groups,
            int(op.filter_flip),
            border,
            *((1,) * missing + op.subsample),
            *((1,) * missing + op.filter_dilation),
            *(before for before, _ in pairs),
            *(after for _, after in pairs),
        ],
        "int64",
    )


def _plan(settings_at: Any, shapes_at: Any) -> int:
    """Fill in the result's lengths, ``shapes[9:12]``, from the image's and the kernel's before it.

    The padding before goes to ``shapes[12:15]``. Returns 0, or 1 if nothing fits.
    """
    settings, shapes = numba.carray(settings_at, 15), numba.carray(shapes_at, 15)
    for d in range(3):
        image, kernel = shapes[d], shapes[3 + d]
        reach = (kernel - 1) * settings[6 + d]
        before, after = settings[9 + d], settings[12 + d]
        if settings[2] == 1:
            before = after = (reach + 1) // 2
        elif settings[2] == 2:
            before = after = reach
        length = (image + before + after - reach - 1) // settings[3 + d] + 1
        if kernel < 1 or length < 1:
            return 1
        shapes[9 + d] = length
        shapes[12 + d] = before
    return 0


def _sweep(
    direction: int, settings_at: Any, shapes_at: Any, x_at: Any, w_at: Any, y_at: Any
) -> None:
    """All products of an image, a weight and a result, added to what ``direction`` computes.

    ``shapes`` are those of the image, the kernel, (batch, results, channels of a group), the
    result, and the padding.
    """
    settings, shapes = numba.carray(settings_at, 15), numba.carray(shapes_at, 15)
    groups, flip = settings[0], settings[1]
    s0, s1, s2 = settings[3], settings[4], settings[5]
    h0, h1, h2, k0, k1, k2 = shapes[0], shapes[1], shapes[2], shapes[3], shapes[4], shapes[5]
    batch, results, channels, n0, n1, n2 = (
        shapes[6],
        shapes[7],
        shapes[8],
        shapes[9],
        shapes[10],
        shapes[11],
    )
    x = numba.carray(x_at, (batch, channels * groups, h0, h1, h2))
    w = numba.carray(w_at, (results, channels, k0, k1, k2))
    y = numba.carray(y_at, (batch, results, n0, n1, n2))
    for n in range(batch):
        for o in range(results):
            for c in range(channels):
                image, result = x[n, o // (results // groups) * channels + c], y[n, o]
                for t in range(k0 * k1 * k2):
                    t0, t1, t2 = t // (k1 * k2), t // k2 % k1, t % k2
                    at0 = t0 * settings[6] - shapes[12]
                    at1 = t1 * settings[7] - shapes[13]
                    at2 = t2 * settings[8] - shapes[14]
                    if flip:
                        t0, t1, t2 = k0 - 1 - t0, k1 - 1 - t1, k2 - 1 - t2
                    # the results [low, high) of a row whose tap lies inside the image
                    low = 0 if at2 >= 0 else min((s2 - 1 - at2) // s2, n2)
                    high = 0 if h2 <= at2 else min((h2 - at2 + s2 - 1) // s2, n2)
                    weight = w[o, c, t0, t1, t2]
                    for i0 in range(n0):
                        for i1 in range(n1):
                            j0, j1 = i0 * s0 + at0, i1 * s1 + at1
                            if j0 < 0 or j0 >= h0 or j1 < 0 or j1 >= h1:
                                continue
                            row, line = image[j0, j1], result[i0, i1]
                            if direction == 0:
                                for i2 in range(low, high):
                                    line[i2] += weight * row[i2 * s2 + at2]
                            elif direction == 1:
                                for i2 in range(low, high):
                                    row[i2 * s2 + at2] += weight * line[i2]
                            else:
                                for i2 in range(low, high):
                                    weight += line[i2] * row[i2 * s2 + at2]
                    if direction == 2:
                        w[o, c, t0, t1, t2] = weight


_integers = numba.types.CPointer(numba.types.int64)


def _kernels(dtype: str) -> tuple[Any, Any]:
    """``_plan`` and ``_sweep`` as symbols."""
    reals = numba.types.CPointer(getattr(numba.types, dtype))
    plan = compiled_once("symopt_convolution_plan", numba.types.int64(_integers, _integers), _plan)
    sweep = compiled_once(
        f"symopt_convolution_sweep_{dtype}",
        numba.types.void(numba.types.int64, _integers, _integers, reals, reals, reals),
        _sweep,
    )
    return plan, sweep


@numba_njit
def _spatial(shapes: Any, at: int, lengths: Any) -> None:
    """Two or three lengths into ``shapes[at:at + 3]``."""
    shapes[at] = 1
    for d in range(len(lengths)):
        shapes[at + 3 - len(lengths) + d] = lengths[d]


@register_funcify_default_op_cache_key(Convolution)
def _convolution(op: Convolution, node: Apply, **kwargs: Any) -> tuple[Callable, int]:
    settings, dtype, groups = _settings(op), node.outputs[0].type.dtype, op.num_groups
    plan, sweep = _kernels(dtype)
    deep, element = op.ndim == 3, np.dtype(dtype)

    @numba_njit
    def convolution(images, filters):  # type: ignore[no-untyped-def]
        x, w = np.ascontiguousarray(images), np.ascontiguousarray(filters)
        shapes = np.ones(15, np.int64)
        _spatial(shapes, 0, x.shape[2:])
        _spatial(shapes, 3, w.shape[2:])
        shapes[6], shapes[7], shapes[8] = x.shape[0], w.shape[0], w.shape[1]
        if x.shape[1] != w.shape[1] * groups or w.shape[0] % groups != 0:
            raise ValueError(_MISFIT)
        if plan(settings.ctypes, shapes.ctypes) != 0:
            raise ValueError(_MISFIT)
        if deep:
            y = np.zeros((x.shape[0], w.shape[0], shapes[9], shapes[10], shapes[11]), element)
        else:
            y = np.zeros((x.shape[0], w.shape[0], shapes[10], shapes[11]), element)
        sweep(0, settings.ctypes, shapes.ctypes, x.ctypes, w.ctypes, y.ctypes)
        return y

    return convolution, _VERSION


@register_funcify_default_op_cache_key(ConvolutionGradInputs)
def _gradient_by_inputs(
    op: ConvolutionGradInputs, node: Apply, **kwargs: Any
) -> tuple[Callable, int]:
    settings, dtype, groups = _settings(op), node.outputs[0].type.dtype, op.num_groups
    plan, sweep = _kernels(dtype)
    deep, element = op.ndim == 3, np.dtype(dtype)

    @numba_njit
    def gradient_by_inputs(filters, above, lengths):  # type: ignore[no-untyped-def]
        w, y = np.ascontiguousarray(filters), np.ascontiguousarray(above)
        shapes, given = np.ones(15, np.int64), np.ones(3, np.int64)
        _spatial(shapes, 0, lengths)
        _spatial(shapes, 3, w.shape[2:])
        _spatial(given, 0, y.shape[2:])
        shapes[6], shapes[7], shapes[8] = y.shape[0], w.shape[0], w.shape[1]
        if plan(settings.ctypes, shapes.ctypes) != 0 or (given != shapes[9:12]).any():
            raise ValueError(_MISFIT)
        if y.shape[1] != w.shape[0] or w.shape[0] % groups != 0:
            raise ValueError(_MISFIT)
        channels = w.shape[1] * groups
        if deep:
            x = np.zeros((y.shape[0], channels, shapes[0], shapes[1], shapes[2]), element)
        else:
            x = np.zeros((y.shape[0], channels, shapes[1], shapes[2]), element)
        sweep(1, settings.ctypes, shapes.ctypes, x.ctypes, w.ctypes, y.ctypes)
        return x

    return gradient_by_inputs, _VERSION


@register_funcify_default_op_cache_key(ConvolutionGradWeights)
def _gradient_by_weights(
    op: ConvolutionGradWeights, node: Apply, **kwargs: Any
) -> tuple[Callable, int]:
    settings, dtype, groups = _settings(op), node.outputs[0].type.dtype, op.num_groups
    plan, sweep = _kernels(dtype)
    deep, element = op.ndim == 3, np.dtype(dtype)

    @numba_njit
    def gradient_by_weights(images, above, lengths):  # type: ignore[no-untyped-def]
        x, y = np.ascontiguousarray(images), np.ascontiguousarray(above)
        shapes, given = np.ones(15, np.int64), np.ones(3, np.int64)
        _spatial(shapes, 0, x.shape[2:])
        _spatial(shapes, 3, lengths)
        _spatial(given, 0, y.shape[2:])
        channels = x.shape[1] // groups
        shapes[6], shapes[7], shapes[8] = y.shape[0], y.shape[1], channels
        if plan(settings.ctypes, shapes.ctypes) != 0 or (given != shapes[9:12]).any():
            raise ValueError(_MISFIT)
        if x.shape[1] % groups != 0 or y.shape[1] % groups != 0 or x.shape[0] != y.shape[0]:
            raise ValueError(_MISFIT)
        if deep:
            w = np.zeros((y.shape[1], channels, shapes[3], shapes[4], shapes[5]), element)
        else:
            w = np.zeros((y.shape[1], channels, shapes[4], shapes[5]), element)
        sweep(2, settings.ctypes, shapes.ctypes, x.ctypes, w.ctypes, y.ctypes)
        return w

    return gradient_by_weights, _VERSION
