"""Batch normalisation with Numba: loops over the rows of a C-contiguous array.

A row is what lies together of the last axes that are all normalised, and so belongs to one
parameter, or all kept, and so belongs to a row of parameters. ``kinds`` has 1 for each axis that is
normalised and 0 for others. The loops are compiled once for each dtype; sums are in float64.
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
from symopt.nnet.batch_normalization_ops import (
    BatchNormalizationOp,
    BatchNormTrain,
    BatchNormTrainGrad,
)

_VERSION = 2
"""Of the code below; a change of it makes PyTensor's cache forget what was compiled before."""

_MISFIT = (
    "Batch normalisation: compare the shapes of gamma, beta, dy, mean and invstd with that of "
    "inputs; expected length 1 along the normalised axes and that of inputs along the others."
)


@numba_njit
def _rows(ndim: int, kinds: Any, shapes: Any) -> tuple[int, int, int, int]:
    """How many axes are outer ones, rows, the length of each, and elements to a parameter."""
    outer, length, rows, count = ndim, 1, 1, 1
    while outer > 0 and kinds[outer - 1] == kinds[ndim - 1]:
        outer -= 1
        length *= shapes[0, outer]
    for d in range(outer):
        rows *= shapes[0, d]
    for d in range(ndim):
        if kinds[d] == 1:
            count *= shapes[0, d]
    return outer, rows, length, count


@numba_njit
def _parameter(row: int, outer: int, kinds: Any, shapes: Any, step: int) -> int:
    """The first parameter that a row belongs to; step is how many it belongs to."""
    parameter = 0
    for d in range(outer - 1, -1, -1):
        n = shapes[0, d]
        if kinds[d] == 0:
            parameter += row % n * step
            step *= n
        row //= n
    return parameter


@numba_njit
def _fits(ndim: int, kinds: Any, shapes: Any, first: int, last: int) -> bool:
    """Whether shapes [first, last) are those of parameters."""
    for k in range(first, last):
        for d in range(ndim):
            if shapes[k, d] != (1 if kinds[d] == 1 else shapes[0, d]):
                return False
    return True


def _train_rows(
    ndim: int,
    size: int,
    kinds_at: Any,
    shapes_at: Any,
    x_at: Any,
    gamma_at: Any,
    beta_at: Any,
    epsilon: float,
    sums_at: Any,
    y_at: Any,
    statistics_at: Any,
) -> int:
    """Fill in y and three rows of ``size`` statistics. ``sums`` are as many zeros; 1: a misfit."""
    kinds, shapes = numba.carray(kinds_at, ndim), numba.carray(shapes_at, (3, ndim))
    if not _fits(ndim, kinds, shapes, 1, 3):
        return 1
    outer, rows, length, count = _rows(ndim, kinds, shapes)
    x, y = numba.carray(x_at, (rows, length)), numba.carray(y_at, (rows, length))
    gamma, beta = numba.carray(gamma_at, size), numba.carray(beta_at, size)
    sums = numba.carray(sums_at, size)
    statistics = numba.carray(statistics_at, (3, size))
    columns = kinds[ndim - 1] == 0
    step = length if columns else 1
    share = 1.0 / count if count > 0 else np.nan
    for r in range(rows):
        p = _parameter(r, outer, kinds, shapes, step)
        if columns:
            for i in range(length):
                sums[p + i] += x[r, i]
        else:
            total = 0.0
            for i in range(length):
                total += x[r, i]
            sums[p] += total
    for p in range(size):
        statistics[0, p] = sums[p] * share
        sums[p] = 0.0
    for r in range(rows):
        p = _parameter(r, outer, kinds, shapes, step)
        if columns:
            for i in range(length):
                sums[p + i] += (np.float64(x[r, i]) - statistics[0, p + i]) ** 2
        else:
            total, mean = 0.0, np.float64(statistics[0, p])
            for i in range(length):
                total += (x[r, i] - mean) ** 2
            sums[p] += total
    for p in range(size):
        statistics[1, p] = 1.0 / np.sqrt(sums[p] * share + epsilon)
        statistics[2, p] = sums[p] * share
    for r in range(rows):
        p = _parameter(r, outer, kinds, shapes, step)
        if columns:
            for i in range(length):
                q = p + i
                y[r, i] = (x[r, i] - statistics[0, q]) * (gamma[q] * statistics[1, q]) + beta[q]
        else:
            mean, scale, shift = statistics[0, p], gamma[p] * statistics[1, p], beta[p]
            for i in range(length):
                y[r, i] = (x[r, i] - mean) * scale + shift
    return 0


def _grad_rows(
    ndim: int,
    size: int,
    kinds_at: Any,
    shapes_at: Any,
    x_at: Any,
    dy_at: Any,
    gamma_at: Any,
    mean_at: Any,
    invstd_at: Any,
    sums_at: Any,
    dx_at: Any,
    gradients_at: Any,
) -> int:
    """Fill in dx, and dgamma and dbeta as two rows. ``sums`` are as many zeros; 1: a misfit."""
    kinds, shapes = numba.carray(kinds_at, ndim), numba.carray(shapes_at, (5, ndim))
    for d in range(ndim):
        if shapes[4, d] != shapes[0, d]:
            return 1
    if not _fits(ndim, kinds, shapes, 1, 4):
        return 1
    outer, rows, length, count = _rows(ndim, kinds, shapes)
    x, dy = numba.carray(x_at, (rows, length)), numba.carray(dy_at, (rows, length))
    dx = numba.carray(dx_at, (rows, length))
    gamma, mean = numba.carray(gamma_at, size), numba.carray(mean_at, size)
    invstd = numba.carray(invstd_at, size)
    sums = numba.carray(sums_at, (2, size))
    gradients = numba.carray(gradients_at, (2, size))
    columns = kinds[ndim - 1] == 0
    step = length if columns else 1
    share = 1.0 / max(count, 1)
    for r in range(rows):
        p = _parameter(r, outer, kinds, shapes, step)
        if columns:
            for i in range(length):
                sums[0, p + i] += dy[r, i] * (np.float64(x[r, i]) - mean[p + i])
                sums[1, p + i] += dy[r, i]
        else:
            product, total, middle = 0.0, 0.0, np.float64(mean[p])
            for i in range(length):
                product += dy[r, i] * (x[r, i] - middle)
                total += dy[r, i]
            sums[0, p] += product
            sums[1, p] += total
    for p in range(size):
        gradients[0, p] = sums[0, p] * invstd[p]
        gradients[1, p] = sums[1, p]
        sums[0, p] *= share * invstd[p] * invstd[p]
        sums[1, p] *= share
    for r in range(rows):
        p = _parameter(r, outer, kinds, shapes, step)
        for i in range(length):
            q = p + i if columns else p
            dx[r, i] = (gamma[q] * invstd[q]) * (
                dy[r, i] - sums[1, q] - (x[r, i] - mean[q]) * sums[0, q]
            )
    return 0


def _kernel(function: Callable, dtype: str) -> Any:
    """``_train_rows`` or ``_grad_rows`` as a symbol."""
    integer, integers = numba.types.int64, numba.types.CPointer(numba.types.int64)
    reals = numba.types.CPointer(getattr(numba.types, dtype))
    doubles = numba.types.CPointer(numba.types.float64)
    start = (integer, integer, integers, integers, reals, reals, reals)
    end: tuple[Any, ...]
    if function is _train_rows:
        end = (numba.types.float64, doubles, reals, reals)
    else:
        end = (reals, reals, doubles, reals, reals)
    name = f"symopt_batch_normalization{function.__name__}_{dtype}"
    return compiled_once(name, integer(*start, *end), function)


def _kinds(op: BatchNormalizationOp, node: Apply) -> NDArray[np.int64]:
    return np.array([int(d in op.axes) for d in range(node.inputs[0].type.ndim)], "int64")


@numba_njit
def _write(shapes: Any, k: int, shape: Any) -> None:
    for d in range(len(shape)):
        shapes[k, d] = shape[d]


@register_funcify_default_op_cache_key(BatchNormTrain)
def _train(op: BatchNormTrain, node: Apply, **kwargs: Any) -> tuple[Callable, int]:
    kinds, dtype = _kinds(op, node), node.outputs[0].type.dtype
    kernel, ndim, element = _kernel(_train_rows, dtype), len(kinds), np.dtype(dtype)

    @numba_njit
    def batch_norm_train(x, gamma, beta, epsilon):  # type: ignore[no-untyped-def]
        x, scale = np.ascontiguousarray(x), np.ascontiguousarray(gamma)
        shift = np.ascontiguousarray(beta)
        shapes = np.empty((3, ndim), np.int64)
        _write(shapes, 0, x.shape)
        _write(shapes, 1, gamma.shape)
        _write(shapes, 2, beta.shape)
        y, sums = np.empty(x.shape, element), np.zeros(gamma.size, np.float64)
        statistics = np.empty((3, gamma.size), element)
        misfit = kernel(
            ndim,
            gamma.size,
            kinds.ctypes,
            shapes.ctypes,
            x.ctypes,
            scale.ctypes,
            shift.ctypes,
            epsilon.item(),
            sums.ctypes,
            y.ctypes,
            statistics.ctypes,
        )
        if misfit:
            raise ValueError(_MISFIT)
        mean = statistics[0].reshape(gamma.shape)
        return y, mean, statistics[1].reshape(gamma.shape), statistics[2].reshape(gamma.shape)

    return batch_norm_train, _VERSION


@register_funcify_default_op_cache_key(BatchNormTrainGrad)
def _train_grad(op: BatchNormTrainGrad, node: Apply, **kwargs: Any) -> tuple[Callable, int]:
    kinds, dtype = _kinds(op, node), node.outputs[0].type.dtype
    kernel, ndim, element = _kernel(_grad_rows, dtype), len(kinds), np.dtype(dtype)

    @numba_njit
    def batch_norm_train_grad(x, dy, gamma, mean, invstd):  # type: ignore[no-untyped-def]
        x, above = np.ascontiguousarray(x), np.ascontiguousarray(dy)
        scale, middle = np.ascontiguousarray(gamma), np.ascontiguousarray(mean)
        inverse = np.ascontiguousarray(invstd)
        shapes = np.empty((5, ndim), np.int64)
        _write(shapes, 0, x.shape)
        _write(shapes, 1, gamma.shape)
        _write(shapes, 2, mean.shape)
        _write(shapes, 3, invstd.shape)
        _write(shapes, 4, dy.shape)
        dx, sums = np.empty(x.shape, element), np.zeros((2, gamma.size), np.float64)
        gradients = np.empty((2, gamma.size), element)
        misfit = kernel(
            ndim,
            gamma.size,
            kinds.ctypes,
            shapes.ctypes,
            x.ctypes,
            above.ctypes,
            scale.ctypes,
            middle.ctypes,
            inverse.ctypes,
            sums.ctypes,
            dx.ctypes,
            gradients.ctypes,
        )
        if misfit:
            raise ValueError(_MISFIT)
        return dx, gradients[0].reshape(gamma.shape), gradients[1].reshape(gamma.shape)

    return batch_norm_train_grad, _VERSION
