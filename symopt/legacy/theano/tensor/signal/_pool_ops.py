"""Theano's classes of pooling: called with tensors they build symopt's operations."""

from __future__ import annotations

from typing import Any, ClassVar

import pytensor.tensor as pt
from pytensor.graph.basic import Variable

from symopt.legacy.theano.tensor._constants import extract_constant
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.nnet import pool, pool_ops
from symopt.nnet.pool_shapes import pool_settings


class Pool(ReplacedOp):
    """``Pool(ignore_border, mode, ndim)(x, ws, stride=None, pad=None)``: see :func:`pool_2d`.

    Parameters
    ----------
    ignore_border
        Whether windows that reach over the border are left out.
    mode
        "max", "sum", "average_inc_pad" or "average_exc_pad".
    ndim
        Over how many axes, the last ones: 1, 2 or 3.

    Raises
    ------
    ValueError
        ``mode`` is another.
    """

    stands_for = (pool_ops.Pool,)

    def __init__(
        self, ignore_border: bool = False, mode: str = "max", ndim: int = 2, openmp: Any = None
    ) -> None:
        if ndim not in (1, 2, 3):
            raise ValueError(f"Pool: ndim={ndim!r}; expected 1, 2 or 3.")
        self.ndim, self.ignore_border = ndim, ignore_border
        self.mode = "max" if mode == "max_deterministic" else mode
        if self.mode not in ("max", "sum", "average_inc_pad", "average_exc_pad"):
            raise ValueError(
                f"Pool: mode={mode!r}; expected max, sum, average_inc_pad or average_exc_pad."
            )

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, *rest = inputs
        given = dict(zip(("ws", "stride", "pad"), rest, strict=False)) | kwargs
        ws: Any = given.get("ws")
        stride, pad = given.get("stride"), given.get("pad")
        pad = (0,) * self.ndim if pad is None else pad
        if self.ndim == 1:  # rows of one element each
            x = pt.shape_padaxis(pt.as_tensor_variable(x), -2)
            ws, stride, pad = (
                (1, ws[0]),
                None if stride is None else (1, stride[0]),
                (0, pad[0]),
            )
            rows = pool.pool_2d(x, ws, self.ignore_border, stride, pad, self.mode)
            return rows[..., 0, :]
        function = pool.pool_2d if self.ndim == 2 else pool.pool_3d
        return function(x, ws, self.ignore_border, stride, pad, self.mode)

    @staticmethod
    def out_shape(
        imgshape: Any,
        ws: Any = None,
        ignore_border: bool = False,
        stride: Any = None,
        pad: Any = None,
        ndim: int | None = 2,
        ds: Any = None,
        st: Any = None,
        padding: Any = None,
    ) -> list[Any]:
        """The shape of the pooled array of an image of shape ``imgshape``: numbers or symbolic.

        Raises
        ------
        ValueError
            ``ws`` is missing, or an argument is given under its old name (``ds``, ``st``,
            ``padding``) too.
        TypeError
            ``imgshape`` is too short.
        """
        for name, new, old_name, old in (
            ("ws", ws, "ds", ds),
            ("stride", stride, "st", st),
            ("pad", pad if pad and any(pad) else None, "padding", padding),
        ):
            if new is not None and old is not None:
                raise ValueError(f"Pool.out_shape: {old_name} is an old name of {name}; give one.")
        ws, stride, pad = (
            ds if ws is None else ws,
            st if stride is None else stride,
            padding if padding is not None else pad,
        )
        if ws is None:
            raise ValueError("Pool.out_shape: ws is missing; expected the size of the window.")
        ndim = 2 if ndim is None else ndim
        if len(imgshape) < ndim:
            raise TypeError(f"Pool.out_shape: imgshape={imgshape}; expected {ndim} or more.")
        stride = ws if stride is None else stride
        pad = (0,) * ndim if pad is None else pad
        padded = [extract_constant(imgshape[i - ndim]) + 2 * pad[i] for i in range(ndim)]
        counts = [_count(padded[i], ws[i], stride[i], ignore_border) for i in range(ndim)]
        return [*list(imgshape)[:-ndim], *counts]


def _count(length: Any, size: Any, step: Any, ignore_border: bool) -> Any:
    """How many windows there are along a padded axis."""
    symbolic = any(isinstance(n, Variable) for n in (length, size, step))
    if not symbolic:
        length, size, step = int(length), int(size), int(step)
        if ignore_border:
            return max((length - size) // step + 1, 0)
        if step >= size:
            return (length - 1) // step + 1
        return max(0, (length - 1 - size + step) // step) + 1
    if ignore_border:
        return pt.maximum((length - size) // step + 1, 0)
    return pt.switch(
        pt.ge(step, size),
        (length - 1) // step + 1,
        pt.maximum(0, (length - 1 - size) // step + 1) + 1,
    )


class PoolGrad(ReplacedOp):
    """Base of the gradients of pooling: ``(ignore_border, mode, ndim)``."""

    stands_for: ClassVar[tuple[Any, ...]] = (pool_ops.MaxPoolGrad, pool_ops.AveragePoolGrad)

    def __init__(
        self, ignore_border: bool, mode: str = "max", ndim: int = 2, openmp: Any = None
    ) -> None:
        self.ignore_border, self.mode, self.ndim = ignore_border, mode, ndim

    def _windows(self, rest: Any, kwargs: Any) -> Any:
        given = dict(zip(("ws", "stride", "pad"), rest, strict=False)) | kwargs
        windows, _ = pool_settings(
            type(self).__name__,
            self.ndim,
            given["ws"],
            self.ignore_border,
            given.get("stride"),
            given.get("pad"),
            self.mode,
        )
        return windows


class MaxPoolGrad(PoolGrad):
    """``(x, maxout, gz, ws, stride, pad) -> `` ``gz`` where the maxima are, else 0."""

    stands_for = (pool_ops.MaxPoolGrad,)

    def __init__(self, ignore_border: bool, ndim: int = 2, openmp: Any = None) -> None:
        super().__init__(ignore_border, "max", ndim)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, maxout, gz, *rest = inputs
        return pool_ops.MaxPoolGrad(self._windows(rest, kwargs))(x, maxout, gz)


class DownsampleFactorMaxGradGrad(PoolGrad):
    """``(x, maxout, ggx, ws, stride, pad) -> `` the elements of ``ggx`` where the maxima are."""

    stands_for = (pool_ops.MaxPoolGradGrad,)

    def __init__(self, ignore_border: bool, ndim: int = 2, openmp: Any = None) -> None:
        super().__init__(ignore_border, "max", ndim)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, maxout, ggx, *rest = inputs
        return pool_ops.MaxPoolGradGrad(self._windows(rest, kwargs))(x, maxout, ggx)


class AveragePoolGrad(PoolGrad):
    """``AveragePoolGrad(ignore_border, mode)(x, gz, ws, stride, pad)``: ``gz`` spread evenly."""

    stands_for = (pool_ops.AveragePoolGrad,)

    def __init__(
        self,
        ignore_border: bool,
        mode: str = "average_inc_pad",
        ndim: int = 2,
        openmp: Any = None,
    ) -> None:
        super().__init__(ignore_border, mode, ndim)

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, gz, *rest = inputs
        return pool_ops.AveragePoolGrad(self._windows(rest, kwargs), self.mode)(x, gz)
