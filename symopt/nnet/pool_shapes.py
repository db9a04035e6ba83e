"""The settings of a pooling, checked, and the number and place of its windows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable

from symopt.errors import HyperparameterError
from symopt.hyperparameters import check_choice, check_flag

MODES = ("max", "sum", "average_inc_pad", "average_exc_pad")
_SAME_HERE = {"max_deterministic": "max"}
"""Modes that only Theano's GPU code told apart."""


@dataclass(frozen=True)
class PoolWindows:
    """Where the windows of a pooling lie, along each of the pooled axes, which are the last ones.

    Window i of an axis of v elements starts at ``i * stride - pad`` and is ``ws`` long; what lies
    outside the image is left out. With r = v + 2 pad there are::

        ignore_border=True    max(0, (r - ws) // stride + 1)
        ignore_border=False   (r - 1) // stride + 1                                if stride >= ws
                              max(0, (r - 1 - ws + stride) // stride) + 1          otherwise

    and none if v = 0. Every window then holds at least one element of the image.
    """

    ws: tuple[int, ...]
    stride: tuple[int, ...]
    pad: tuple[int, ...]
    ignore_border: bool

    @property
    def ndim(self) -> int:
        """How many axes are pooled."""
        return len(self.ws)

    def counts(self, sizes: Sequence[int]) -> tuple[int, ...]:
        """The number of windows along each axis of an image of these sizes."""
        return tuple(self._count(axis, size) for axis, size in enumerate(sizes))

    def _count(self, axis: int, size: int) -> int:
        ws, stride, pad = self.ws[axis], self.stride[axis], self.pad[axis]
        if size == 0:
            return 0
        padded = size + 2 * pad
        if self.ignore_border:
            return max(0, (padded - ws) // stride + 1)
        if stride >= ws:
            return (padded - 1) // stride + 1
        return max(0, (padded - 1 - ws + stride) // stride) + 1

    def shape(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape of the pooled array, for an array of this shape."""
        return (*shape[: -self.ndim], *self.counts(shape[-self.ndim :]))

    def static_shape(self, shape: Sequence[int | None]) -> tuple[int | None, ...]:
        """The same for a shape that is known in part."""
        counts = [
            None if size is None else self._count(axis, size)
            for axis, size in enumerate(shape[-self.ndim :])
        ]
        return (*shape[: -self.ndim], *counts)

    def symbolic_shape(self, shape: Sequence[Any]) -> list[Any]:
        """The same for symbolic integers."""
        counts: list[Any] = []
        for axis, size in enumerate(shape[-self.ndim :]):
            ws, stride, pad = self.ws[axis], self.stride[axis], self.pad[axis]
            if self.ignore_border:
                count = pt.maximum((size + 2 * pad - ws) // stride + 1, 0)
                may_be_empty = 2 * pad >= ws
            elif stride >= ws:
                count, may_be_empty = (size - 1) // stride + 1, False
            else:
                count = pt.maximum((size - 1 - ws + stride) // stride, 0) + 1
                may_be_empty = True
            counts.append(pt.switch(pt.eq(size, 0), 0, count) if may_be_empty else count)
        return [*shape[: -self.ndim], *counts]

    def extents(self, axis: int, size: int) -> np.ndarray:
        """How many elements of an axis of ``size`` elements each of its windows holds."""
        starts = np.arange(self._count(axis, size)) * self.stride[axis] - self.pad[axis]
        return np.minimum(starts + self.ws[axis], size) - np.maximum(starts, 0)


def pool_settings(
    owner: str,
    ndim: int,
    ws: Any,
    ignore_border: bool | None,
    stride: Any,
    pad: Any,
    mode: str,
    *,
    size_name: str = "ws",
) -> tuple[PoolWindows, str]:
    """The windows and the mode that a user asked for.

    Raises
    ------
    HyperparameterError
        A setting is out of range, symbolic, or does not go with another one.
    """
    mode = check_choice(owner, "mode", _SAME_HERE.get(mode, mode), MODES)
    ignore_border = check_flag(owner, "ignore_border", ignore_border is not None and ignore_border)
    window = _integers(owner, size_name, ws, ndim, low=1)
    steps = window if stride is None else _integers(owner, "stride", stride, ndim, low=1)
    margin = (0,) * ndim if pad is None else _integers(owner, "pad", pad, ndim, low=0)
    if any(margin) and not ignore_border:
        raise HyperparameterError(
            f"{owner}: pad={margin} with ignore_border=False; expected no padding, or "
            "ignore_border=True."
        )
    if any(p >= w for p, w in zip(margin, window, strict=True)):
        raise HyperparameterError(
            f"{owner}: pad={margin} with {size_name}={window}; expected a padding smaller than the "
            "window along every axis, since a window would lie in the padding alone."
        )
    return PoolWindows(window, steps, margin, ignore_border), mode


def _integers(owner: str, name: str, value: Any, ndim: int, *, low: int) -> tuple[int, ...]:
    """``ndim`` Python integers out of a sequence, an array or constants."""
    expected = (
        f"expected {ndim} integers of at least {low}, one for each pooled axis, as in "
        f"{name}={(2,) * ndim}"
    )
    if isinstance(value, Constant):
        value = value.data
    if isinstance(value, np.ndarray) and value.ndim == 1:
        value = tuple(value)
    if isinstance(value, Variable):
        raise HyperparameterError(
            f"{owner}: {name}={value} is symbolic; {expected}. The windows are fixed when the "
            "graph is built: give Python integers or constants."
        )
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != ndim:
        raise HyperparameterError(f"{owner}: {name}={value!r}; {expected}.")
    numbers = tuple(v.data.item() if isinstance(v, Constant) else v for v in value)
    for number in numbers:
        if isinstance(number, bool) or not isinstance(number, Integral) or number < low:
            raise HyperparameterError(f"{owner}: {name}={value!r}; {expected}.")
    return tuple(int(number) for number in numbers)
