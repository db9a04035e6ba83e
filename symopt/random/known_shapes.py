"""Sizes that are said by the shapes of a graph's inputs, not of what is computed in between.

The usual size of a draw is ``x.shape``. Where ``x`` is itself computed from draws (a network with
dropout after each layer), PyTensor works out the lengths of each loop by going through all loops
before it, and through all before those: twice the time for every draw. With the shapes worked out
once, a size depends on no loop.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.traversal import toposort, walk
from pytensor.tensor.basic import stack
from pytensor.tensor.shape import Shape, Shape_i

from symopt.pytensor_internals import ShapeInference


class KnownShapes:
    """Shapes of variables, worked out once each without computing the variables."""

    def __init__(self) -> None:
        self._inference = ShapeInference()

    def __deepcopy__(self, memo: dict[int, Any]) -> KnownShapes:
        return KnownShapes()  # it knows variables of another graph

    def __reduce__(self) -> tuple[type[KnownShapes], tuple[()]]:
        return KnownShapes, ()

    def simplified(self, size: Any) -> Any:
        """A size, or a tuple of sizes, with the shapes in it worked out; others as they are."""
        if isinstance(size, tuple | list):
            return type(size)(self.simplified(part) for part in size)
        if not isinstance(size, Variable):
            return size
        known: dict[Variable, Variable] = {}
        for node in toposort([size], blockers=_behind_shapes(size)):
            if isinstance(node.op, Shape | Shape_i):
                if node.inputs[0].owner is not None:
                    known[node.outputs[0]] = self._shape(node)
            elif any(known.get(each, each) is not each for each in node.inputs):
                inputs = [known.get(each, each) for each in node.inputs]
                # Not a copy of all, as clone_replace makes: what was worked out stays shared.
                new = node.clone_with_new_inputs(inputs, strict=False)
                known.update(zip(node.outputs, new.outputs, strict=True))
        return known.get(size, size)

    def _shape(self, node: Apply) -> Variable:
        """What a node that asks for a shape gives."""
        lengths = self._inference.lengths(node.inputs[0])
        if isinstance(node.op, Shape_i):
            return lengths[node.op.i]
        return stack(lengths) if lengths else node.outputs[0]


def _behind_shapes(size: Variable) -> set[Variable]:
    """What the size asks for the shape of."""
    return {
        variable.owner.inputs[0]
        for variable in walk([size], _not_behind_shapes)
        if variable.owner is not None and isinstance(variable.owner.op, Shape | Shape_i)
    }


def _not_behind_shapes(variable: Variable) -> list[Variable]:
    node = variable.owner
    return [] if node is None or isinstance(node.op, Shape | Shape_i) else list(node.inputs)
