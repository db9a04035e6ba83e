"""``theano.tensor.signal.downsample``, of Theano before 1.0: pooling under its first names."""

from __future__ import annotations

from typing import Any

from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor.signal._pool_ops import Pool
from symopt.nnet.pool import max_pool_2d_same_size as max_pool_2d_same_size
from symopt.nnet.pool import pool_2d, pool_3d


def max_pool_2d(
    input: Any,
    ds: Any,
    ignore_border: bool | None = None,
    st: Any = None,
    padding: Any = (0, 0),
    mode: str = "max",
) -> TensorVariable:
    """:func:`theano.tensor.signal.pool.pool_2d` with the old names of its arguments.

    Parameters
    ----------
    input
        Images, (..., rows, columns).
    ds, st, padding
        Size of a window, distance between windows (``ds`` by default), zeros at the borders.
    ignore_border
        Whether windows that reach over the border are left out; None is False.
    mode
        "max", "sum", "average_inc_pad" or "average_exc_pad".
    """
    return pool_2d(input, ds, ignore_border, st, padding, mode)


def max_pool_3d(
    input: Any,
    ds: Any,
    ignore_border: bool | None = None,
    st: Any = None,
    padding: Any = (0, 0, 0),
    mode: str = "max",
) -> TensorVariable:
    """:func:`max_pool_2d` of the last three axes."""
    return pool_3d(input, ds, ignore_border, st, padding, mode)


class DownsampleFactorMax(Pool):
    """``DownsampleFactorMax(ds, ignore_border, st, padding, mode)(x)``: see :func:`max_pool_2d`."""

    def __init__(
        self,
        ds: Any,
        ignore_border: bool = False,
        st: Any = None,
        padding: Any = (0, 0),
        mode: str = "max",
    ) -> None:
        super().__init__(ignore_border, mode, ndim=len(ds))
        self.ds, self.st, self.padding = tuple(ds), tuple(st or ds), tuple(padding)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return super().build(inputs[0], self.ds, self.st, self.padding)
