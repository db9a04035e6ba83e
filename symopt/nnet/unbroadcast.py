"""Forgetting what is known of a tensor's shape.

PyTensor keeps lengths that are known when a graph is built in the type of a variable, and so did
Theano with the length 1 (``broadcastable``). A type can then be too narrow: the initial state of
a loop that is (1, 5) by construction, the pattern that :func:`theano.tensor.unbroadcast` asked
for. The operation here is a view; it costs nothing when a function runs.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytensor.tensor as pt
from pytensor.compile.ops import TypeCastingOp
from pytensor.gradient import DisconnectedType
from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.type import TensorType
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError


class ForgetShape(TypeCastingOp):
    """A view of a tensor whose type knows nothing of the lengths along ``axes``.

    All backends know PyTensor's operations of this kind. It is none of those that rewrites take
    out (``ViewOp``): the states of a loop have to keep the types that the loop was made with.
    """

    __props__ = ("axes",)

    def __init__(self, axes: tuple[int, ...]) -> None:
        self.axes = axes

    def make_node(self, *inputs: Any) -> Apply:
        (given,) = inputs
        x = pt.as_tensor_variable(given)
        if any(axis >= x.type.ndim for axis in self.axes):
            raise ShapeError(
                f"ForgetShape: axes {self.axes} of a tensor with {x.type.ndim} dimensions; "
                f"expected axes below {x.type.ndim}."
            )
        shape = tuple(
            None if axis in self.axes else length for axis, length in enumerate(x.type.shape)
        )
        return Apply(self, [x], [TensorType(x.type.dtype, shape=shape)()])

    def infer_shape(self, *arguments: Any) -> list[Any]:
        return list(arguments[-1])  # PyTensor 3.0 passes a graph first, 3.3 does not

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        (x,), (gradient,) = inputs, output_grads
        if isinstance(gradient.type, DisconnectedType):
            return [gradient]
        return [pt.specify_shape(gradient, x.type.shape)]

    L_op = pullback

    def pushforward(self, inputs: Any, outputs: Any, eval_points: Any) -> list[Any]:
        (point,) = eval_points
        if point is None or isinstance(point.type, DisconnectedType):
            return [point]
        return [self(point)]

    def R_op(self, inputs: Any, eval_points: Any) -> list[Any]:  # noqa: N802
        return self.pushforward(inputs, [], eval_points)

    def __str__(self) -> str:
        return f"ForgetShape{{{', '.join(map(str, self.axes))}}}"


def forget_shape(x: Any, axes: Iterable[int] | None = None) -> TensorVariable:
    """The same tensor, of a type in which the lengths along some axes are not known.

    Parameters
    ----------
    x
        A tensor of any dtype and number of dimensions.
    axes
        Which axes; negative ones count from the last. None is all of them.

    Returns
    -------
    ``x`` itself where its type knows none of these lengths, else a view of it.

    Raises
    ------
    ShapeError
        ``x`` has no such axis.
    """
    x = pt.as_tensor_variable(x)
    ndim = x.type.ndim
    chosen = range(ndim) if axes is None else {_axis(axis, ndim) for axis in axes}
    known = tuple(axis for axis in sorted(chosen) if x.type.shape[axis] is not None)
    view: Any = ForgetShape(known)(x) if known else x
    return view


def unbroadcast(x: Any, *axes: int) -> TensorVariable:
    """Theano's ``unbroadcast``: make ``x`` impossible to broadcast along some axes.

    Parameters
    ----------
    x
        A tensor.
    axes
        Axes, each an int; negative ones count from the last.

    Returns
    -------
    ``x`` itself where it does not broadcast along these axes, else a view of it that does not.
    Known lengths other than 1 stay known.

    Raises
    ------
    ShapeError
        ``x`` has no such axis.
    """
    x = pt.as_tensor_variable(x)
    chosen = [_axis(axis, x.type.ndim) for axis in axes]
    return forget_shape(x, [axis for axis in chosen if x.type.shape[axis] == 1])


def _axis(axis: int, ndim: int) -> int:
    axis = int(axis)
    if not -ndim <= axis < ndim:
        raise ShapeError(
            f"There is no axis {axis} in a tensor with {ndim} dimensions; expected an axis from "
            f"{-ndim} to {ndim - 1}."
        )
    return axis % ndim
