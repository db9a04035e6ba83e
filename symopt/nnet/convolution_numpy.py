"""Convolution and its gradients in NumPy: what the operations mean, and PyTensor's Python mode.

Each loops over the taps of a kernel; a tap multiplies one strided window of the padded input.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from symopt.nnet.convolution_shapes import padding


def convolve(op: Any, images: NDArray, filters: NDArray) -> NDArray:
    """The convolution of ``images`` and ``filters`` with the settings of ``op``."""
    pairs = padding(op.border_mode, filters.shape[2:], op.filter_dilation)
    padded = np.pad(images, [(0, 0), (0, 0), *pairs])
    groups, batch = op.num_groups, len(images)
    lengths = _lengths(op, images.shape[2:], filters.shape[2:], pairs)
    w = filters.reshape(groups, len(filters) // groups, *filters.shape[1:])
    y = np.zeros((groups, len(filters) // groups, batch, *lengths), images.dtype)
    for tap, window in _taps(op, filters.shape[2:], lengths):
        x = padded[(..., *window)].reshape(batch, groups, filters.shape[1], *lengths)
        for g in range(groups):
            y[g] += np.tensordot(w[(g, ..., *tap)], x[:, g], (1, 1))
    return np.ascontiguousarray(np.moveaxis(y.reshape(len(filters), batch, *lengths), 0, 1))


def gradient_of_inputs(op: Any, filters: NDArray, above: NDArray, shape: Any) -> NDArray:
    """The adjoint of ``images -> convolve(op, images, filters)``, applied to ``above``."""
    pairs = padding(op.border_mode, filters.shape[2:], op.filter_dilation)
    groups, batch, lengths = op.num_groups, len(above), above.shape[2:]
    padded = np.zeros(
        [*shape[:2], *(n + sum(p) for n, p in zip(shape[2:], pairs, strict=True))], above.dtype
    )
    w = filters.reshape(groups, len(filters) // groups, *filters.shape[1:])
    y = above.reshape(batch, groups, len(filters) // groups, *lengths)
    for tap, window in _taps(op, filters.shape[2:], lengths):
        parts = [np.tensordot(w[(g, ..., *tap)], y[:, g], (0, 1)) for g in range(groups)]
        padded[(..., *window)] += np.moveaxis(np.concatenate(parts), 0, 1)
    inside: Any = (..., *(slice(p[0], p[0] + n) for n, p in zip(shape[2:], pairs, strict=True)))
    return np.ascontiguousarray(padded[inside])


def gradient_of_weights(op: Any, images: NDArray, above: NDArray, shape: Any) -> NDArray:
    """The adjoint of ``filters -> convolve(op, images, filters)``, applied to ``above``."""
    pairs = padding(op.border_mode, shape[2:], op.filter_dilation)
    padded = np.pad(images, [(0, 0), (0, 0), *pairs])
    groups, batch, lengths = op.num_groups, len(images), above.shape[2:]
    summed = (0, *range(2, 2 + op.ndim))
    y = above.reshape(batch, groups, shape[0] // groups, *lengths)
    w = np.zeros((groups, shape[0] // groups, *shape[1:]), images.dtype)
    for tap, window in _taps(op, shape[2:], lengths):
        x = padded[(..., *window)].reshape(batch, groups, shape[1], *lengths)
        for g in range(groups):
            w[(g, ..., *tap)] = np.tensordot(y[:, g], x[:, g], (summed, summed))
    return w.reshape(shape)


def _lengths(op: Any, image: Any, kernel: Any, pairs: Any) -> list[int]:
    return [
        (n + sum(pair) - (k - 1) * d - 1) // s + 1
        for n, k, pair, d, s in zip(
            image, kernel, pairs, op.filter_dilation, op.subsample, strict=True
        )
    ]


def _taps(op: Any, kernel: Any, lengths: Any) -> Iterator[tuple[tuple, tuple]]:
    """Each index of a kernel with the window of the padded input that it multiplies."""
    for position in product(*map(range, kernel)):
        tap = tuple(
            k - 1 - t if op.filter_flip else t for t, k in zip(position, kernel, strict=True)
        )
        window = tuple(
            slice(t * d, t * d + (n - 1) * s + 1, s)
            for t, d, n, s in zip(position, op.filter_dilation, lengths, op.subsample, strict=True)
        )
        yield tap, window
