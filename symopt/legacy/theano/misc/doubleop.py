"""The Op of Theano's tutorial: twice its input."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply
from pytensor.tensor import as_tensor_variable

from symopt.legacy.theano.gof.op import Op


class DoubleOp(Op):  # type: ignore[misc, valid-type]
    """Twice its input."""

    __props__ = ()

    def make_node(self, x: Any) -> Apply:
        """Apply it to a tensor."""
        x = as_tensor_variable(x)
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, output_storage: Any) -> None:
        """Compute it."""
        output_storage[0][0] = inputs[0] * 2

    def infer_shape(self, node: Apply, i0_shapes: Any) -> Any:
        """The shape of the input."""
        return i0_shapes

    def grad(self, inputs: Any, output_grads: Any) -> Any:
        """Twice the gradient of the output."""
        return [output_grads[0] * 2]

    def R_op(self, inputs: Any, eval_points: Any) -> Any:
        """Twice the direction."""
        return eval_points if eval_points[0] is None else [eval_points[0] * 2]
