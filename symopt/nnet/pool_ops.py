"""The operations behind pooling: forward, gradient, and gradient of the gradient.

``Pool`` of a sum or an average is linear, and ``AveragePoolGrad`` its transpose; each is the
gradient of the other. ``Pool`` of a maximum picks elements, ``MaxPoolGrad`` puts numbers where
they were picked and ``MaxPoolGradGrad`` picks at the same places out of another array; these two
are each other's transpose. Where several elements of a window are equal to its maximum all of
them are picked, as in Theano: the gradient goes to each, and ``MaxPoolGradGrad`` is their sum.

``perform`` is the definition, in NumPy; the backends have forms of their own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.type import TensorType

from symopt.errors import DTypeError, ShapeError
from symopt.nnet.pool_shapes import PoolWindows


class WindowedOp(Op):
    """An operation over the windows of the last axes of its first input."""

    __props__: tuple[str, ...] = ("ws", "stride", "pad", "ignore_border")

    def __init__(self, windows: PoolWindows) -> None:
        self.windows = windows
        self.ws, self.stride, self.pad = windows.ws, windows.stride, windows.pad
        self.ignore_border = windows.ignore_border

    def checked(self, *inputs: Any) -> list[Variable]:
        """The inputs as tensors of the dtype and number of dimensions of the first one."""
        variables = [pt.as_tensor_variable(value) for value in inputs]
        x = variables[0]
        ndim = self.windows.ndim
        if x.type.ndim < ndim:
            raise ShapeError(
                f"{type(self).__name__}: input={x} has {x.type.ndim} dimensions; expected at "
                f"least {ndim}, which are pooled over."
            )
        if x.type.numpy_dtype.kind not in "fiu":
            raise DTypeError(
                f"{type(self).__name__}: input={x} is of dtype {x.dtype}; expected real numbers: "
                "cast it first."
            )
        for other in variables[1:]:
            if other.type.ndim != x.type.ndim:
                raise ShapeError(
                    f"{type(self).__name__}: {other} has {other.type.ndim} dimensions and the "
                    f"input {x} has {x.type.ndim}; expected as many."
                )
        return [v if v.dtype == x.dtype else pt.cast(v, x.dtype) for v in variables]

    def check_pooled(self, x: NDArray, pooled: NDArray) -> None:
        """An error if ``pooled`` is not of the shape that pooling ``x`` gives."""
        expected = self.windows.shape(x.shape)
        if pooled.shape != expected:
            raise ShapeError(pooled_shape_error(self, x.shape, pooled.shape, expected))

    def pooled_type(self, x: Variable) -> TensorType:
        """Of the pooled array."""
        return TensorType(x.type.dtype, self.windows.static_shape(x.type.shape))

    def extended(self, x: NDArray, fill: Any) -> NDArray:
        """``x`` so that all windows lie inside: padded with ``fill``, or cut."""
        windows = self.windows
        lead = x.ndim - windows.ndim
        counts = windows.counts(x.shape[lead:])
        widths, cut = [(0, 0)] * lead, [slice(None)] * lead
        for axis, count in enumerate(counts):
            size = x.shape[lead + axis]
            needed = max(0, count - 1) * windows.stride[axis] + windows.ws[axis]
            widths.append((windows.pad[axis], max(0, needed - size - windows.pad[axis])))
            cut.append(slice(needed))
        return np.pad(x, widths, constant_values=fill)[tuple(cut)]

    def places(self, pooled: NDArray) -> Iterator[tuple[slice | Any, ...]]:
        """For each element of a window: where it is in an extended array, for all windows."""
        counts = pooled.shape[pooled.ndim - self.windows.ndim :]
        for offsets in product(*map(range, self.ws)):
            yield (
                ...,
                *(
                    slice(offset, offset + (count - 1) * step + 1 if count else offset, step)
                    for offset, count, step in zip(offsets, counts, self.stride, strict=True)
                ),
            )

    def cut_back(self, extended: NDArray, x: NDArray) -> NDArray:
        """What was ``x`` in an extended array; zero where that was cut."""
        lead = x.ndim - self.windows.ndim
        result = np.zeros_like(x)
        source = [slice(None)] * lead
        target = [slice(None)] * lead
        for axis, pad in enumerate(self.pad):
            size = min(extended.shape[lead + axis] - pad, x.shape[lead + axis])
            source.append(slice(pad, pad + size))
            target.append(slice(size))
        result[tuple(target)] = extended[tuple(source)]
        return result


def pooled_shape_error(
    op: WindowedOp, x: Sequence[int], pooled: Sequence[int], expected: Sequence[int]
) -> str:
    """What to say where a pooled array does not fit its image."""
    return (
        f"{type(op).__name__}: an array of shape {tuple(pooled)} was given with an input of shape "
        f"{tuple(x)}; expected shape {tuple(expected)}, which pooling it with ws={op.ws}, "
        f"stride={op.stride}, pad={op.pad}, ignore_border={op.ignore_border} gives."
    )


class Pool(WindowedOp):
    """The maximum, sum or average of each window.

    A NaN in a window makes its maximum NaN. (In Theano's C code it did so only if it came first
    in the window; its Python code was as here.)
    """

    __props__ = (*WindowedOp.__props__, "mode")

    def __init__(self, windows: PoolWindows, mode: str) -> None:
        super().__init__(windows)
        self.mode = mode

    def make_node(self, x: Any) -> Apply:  # type: ignore[override]
        (x,) = self.checked(x)
        return Apply(self, [x], [self.pooled_type(x)()])

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: Any) -> None:
        (x,) = inputs
        ndim = self.windows.ndim
        axes = tuple(range(-ndim, 0))
        fill = lowest(x.dtype) if self.mode == "max" else 0
        views = sliding_window_view(self.extended(x, fill), self.ws, axes)
        steps = tuple(slice(None, None, step) for step in self.stride)
        counts = self.windows.counts(x.shape[x.ndim - ndim :])
        whole = (slice(None),) * ndim
        for chosen in (steps, tuple(map(slice, counts))):
            place: tuple[Any, ...] = (..., *chosen, *whole)
            views = views[place]
        if self.mode == "max":
            output_storage[0][0] = np.asarray(views.max(axes))
        else:
            total = views.sum(axes, dtype=x.dtype)
            output_storage[0][0] = np.asarray(total / divisors(self, x), x.dtype)

    def infer_shape(self, *arguments: Any) -> Any:
        return [self.windows.symbolic_shape(arguments[-1][0])]  # PyTensor 3.0 passes a graph first

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        (x,), (z,), (gz,) = inputs, outputs, output_grads
        if x.type.numpy_dtype.kind != "f":
            return [pt.zeros_like(x, dtype="floatX")]
        if self.mode == "max":
            return [_of(MaxPoolGrad(self.windows), x, z, gz)]
        return [_of(AveragePoolGrad(self.windows, self.mode), x, gz)]


class AveragePoolGrad(WindowedOp):
    """Spreads each number of ``gz`` over its window, divided as ``Pool`` of that mode divides.

    Of ``x``, the input of the pooling, only the shape counts.
    """

    __props__ = (*WindowedOp.__props__, "mode")

    def __init__(self, windows: PoolWindows, mode: str) -> None:
        super().__init__(windows)
        self.mode = mode

    def make_node(self, x: Any, gz: Any) -> Apply:  # type: ignore[override]
        x, gz = self.checked(x, gz)
        return Apply(self, [x, gz], [x.type()])

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: Any) -> None:
        x, gz = inputs
        self.check_pooled(x, gz)
        share = np.asarray(gz / divisors(self, x), x.dtype)
        spread = np.zeros_like(self.extended(x, 0))
        for place in self.places(gz):
            spread[place] += share
        output_storage[0][0] = self.cut_back(spread, x)

    def infer_shape(self, *arguments: Any) -> Any:
        return [arguments[-1][0]]

    def connection_pattern(self, node: Apply) -> list[list[bool]]:
        return [[False], [True]]

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        return [DisconnectedType()(), _of(Pool(self.windows, self.mode), *output_grads)]


class MaxPoolGrad(WindowedOp):
    """Adds each number of ``gz`` to all elements of ``x`` that are the maximum of its window.

    ``z`` is ``Pool`` of ``x``. A NaN is equal to nothing, so that a window with one gives nothing.
    """

    def make_node(self, x: Any, z: Any, gz: Any) -> Apply:  # type: ignore[override]
        x, z, gz = self.checked(x, z, gz)
        return Apply(self, [x, z, gz], [x.type()])

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: Any) -> None:
        x, z, gz = inputs
        self.check_pooled(x, z)
        self.check_pooled(x, gz)
        extended = self.extended(x, lowest(x.dtype))
        spread = np.zeros_like(extended)
        for place in self.places(z):
            spread[place] += np.where(extended[place] == z, gz, x.dtype.type(0))
        output_storage[0][0] = self.cut_back(spread, x)

    def infer_shape(self, *arguments: Any) -> Any:
        return [arguments[-1][0]]

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        (x, z, _), (ggx,) = inputs, output_grads
        at_maxima = _of(MaxPoolGradGrad(self.windows), x, z, ggx)
        return [pt.zeros_like(x), pt.zeros_like(z), at_maxima]


class MaxPoolGradGrad(WindowedOp):
    """The sum of ``v`` over the elements of each window where ``x`` is its maximum ``z``."""

    def make_node(self, x: Any, z: Any, v: Any) -> Apply:  # type: ignore[override]
        x, z, v = self.checked(x, z, v)
        return Apply(self, [x, z, v], [self.pooled_type(x)()])

    def perform(self, node: Apply, inputs: Sequence[Any], output_storage: Any) -> None:
        x, z, v = inputs
        self.check_pooled(x, z)
        if v.shape != x.shape:
            raise ShapeError(
                f"MaxPoolGradGrad: v has shape {v.shape} and the input {x.shape}; expected the "
                "same shape."
            )
        extended, values = self.extended(x, lowest(x.dtype)), self.extended(v, 0)
        total = np.zeros_like(z)
        for place in self.places(z):
            total += np.where(extended[place] == z, values[place], x.dtype.type(0))
        output_storage[0][0] = total

    def infer_shape(self, *arguments: Any) -> Any:
        return [arguments[-1][1]]

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        (x, z, _), (g,) = inputs, output_grads
        spread = _of(MaxPoolGrad(self.windows), x, z, g)
        return [pt.zeros_like(x), pt.zeros_like(z), spread]


def _of(op: Op, *inputs: Variable) -> Variable:
    """The one output of ``op``."""
    return op.make_node(*inputs).outputs[0]


def lowest(dtype: np.dtype) -> Any:
    """The least number of a dtype, which is no window's maximum unless all are it."""
    return -np.inf if dtype.kind == "f" else np.iinfo(dtype).min


def divisors(op: Pool | AveragePoolGrad, x: NDArray) -> NDArray:
    """What the sum of each window is divided by, of the pooled shape; 1 for the sum itself."""
    windows = op.windows
    if op.mode == "sum":
        return np.ones((), x.dtype)
    if op.mode == "average_inc_pad" and windows.ignore_border:
        return np.asarray(np.prod(windows.ws), x.dtype)
    sizes = x.shape[x.ndim - windows.ndim :]
    extents = [windows.extents(axis, size) for axis, size in enumerate(sizes)]
    grid = np.meshgrid(*extents, indexing="ij")
    return np.prod(grid, axis=0).astype(x.dtype)
