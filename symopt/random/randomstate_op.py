"""The operation that draws from a ``RandomState``; it runs in Python, on the host."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.random import RandomState
from pytensor.gradient import grad_undefined
from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.exceptions import ShapeError as UnknownShapeError
from pytensor.tensor.type import TensorType

from symopt.errors import DTypeError, ShapeError
from symopt.random.randomstate_type import LENGTH, VECTOR, from_vector, to_vector


class RandomFunction(Op):
    """``(state, shape, *args) -> (state after the draws, draws)``.

    Parameters
    ----------
    fn
        The name of a method of ``RandomState``, or a function. It is called as
        ``fn(random_state, *args, shape)``, where shape is a tuple, or None for an empty one: then
        the arguments decide.
    outtype
        Type of the draws.
    inplace
        As in Theano; the state is never written in place.
    ndim_added
        How many dimensions the draws have more than ``shape`` has elements.
    core_length
        Where ``ndim_added`` is 1: the length of the last dimension, as a function of the variables
        of ``args``. None: it is not known before the draws.

    Notes
    -----
    No gradient is defined with respect to the parameters of a distribution.
    """

    __props__ = ("fn", "outtype", "ndim_added")

    def __init__(
        self,
        fn: str | Callable[..., Any],
        outtype: TensorType,
        inplace: bool = False,
        ndim_added: int = 0,
        core_length: Callable[..., Any] | None = None,
    ) -> None:
        self.fn, self.outtype, self.inplace, self.ndim_added = fn, outtype, inplace, ndim_added
        self.core_length = core_length

    @property
    def exec_fn(self) -> Callable[..., Any]:
        """What draws."""
        return getattr(RandomState, self.fn) if isinstance(self.fn, str) else self.fn

    def __call__(self, *inputs: Any, **keywords: Any) -> Any:
        return super().__call__(*inputs, **keywords)

    def __str__(self) -> str:
        return f"RandomFunction{{{self.exec_fn.__name__}}}"

    def make_node(self, *inputs: Any) -> Apply:
        state, shape, *args = inputs
        if isinstance(state, RandomState):
            state = pt.constant(to_vector(state))
        if state.type.ndim != 1 or state.type.dtype != "uint32":
            raise DTypeError(
                f"{self}: the random state is {state} of type {state.type}; expected a shared "
                "variable of a numpy.random.RandomState, or a variable of random_state_type."
            )
        shape = _as_shape(shape)
        if shape.type.ndim != 1 or shape.type.dtype not in ("int32", "int64"):
            raise DTypeError(
                f"{self}: shape is of type {shape.type}; expected a vector of int64 or int32."
            )
        variables = [pt.as_tensor_variable(arg) for arg in args]
        return Apply(self, [state, shape, *variables], [VECTOR(), self.outtype()])

    def infer_shape(self, *arguments: Any) -> list[Any]:
        """Lengths from ``shape`` and ``core_length``; else PyTensor takes those of the draws."""
        _, shape, *args = arguments[-2].inputs  # PyTensor 3.0 passes a graph first, 3.3 does not
        ndim = self.outtype.ndim
        # An empty shape leaves it to the arguments.
        by_arguments = shape.type.shape == (0,) and ndim > self.ndim_added
        if by_arguments or (self.ndim_added and self.core_length is None):
            raise UnknownShapeError
        lengths = [shape[i] for i in range(ndim - self.ndim_added)]
        if self.core_length is not None:
            lengths.append(self.core_length(*args))
        return [(LENGTH,), tuple(lengths)]

    def perform(self, node: Apply, inputs: Sequence[Any], outputs: Any) -> None:
        vector, shape, *args = inputs
        state, out = from_vector(vector), node.outputs[1].type
        size = tuple(int(n) for n in shape) or None
        if size is not None and out.ndim != len(size) + self.ndim_added:
            raise ShapeError(
                f"{self}: the shape {size} has {len(size)} elements; expected "
                f"{out.ndim - self.ndim_added}, the number of dimensions it was built for."
            )
        draws = np.asarray(self.exec_fn(state, *args, size)).astype(out.dtype, copy=False)
        if size is None and draws.ndim == 0 and out.ndim > 0:
            draws = draws.reshape((1,) * out.ndim)
        given = draws.shape[: draws.ndim - self.ndim_added]
        if draws.ndim != out.ndim or (size is not None and given != size):
            raise ShapeError(
                f"{self}: draws of shape {draws.shape}; expected {out.ndim} dimensions"
                + (f", of which the first are {size}." if size else ".")
            )
        outputs[0][0], outputs[1][0] = to_vector(state), draws

    def pullback(self, inputs: Any, outputs: Any, output_grads: Any) -> list[Variable]:
        return [
            grad_undefined(self, i, x, "Draws have no gradient with respect to parameters.")
            for i, x in enumerate(inputs)
        ]

    L_op = pullback


def _as_shape(shape: Any) -> Any:
    if isinstance(shape, tuple | list) and not shape:
        return pt.constant(np.empty(0, "int64"))
    return pt.as_tensor_variable(shape, ndim=1)
