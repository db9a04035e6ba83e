"""What can be computed on the host before a call: integers that shapes depend on.

XLA compiles for fixed shapes. Where a shape depends on a value (``arange(n)``, ``X[i * b:(i + 1) *
b]``), that value, and nothing else, is computed here from the arguments of the call, in NumPy, and
the program that was compiled for it is looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytensor
from numpy.typing import NDArray
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import HasInnerGraph
from pytensor.scalar.basic import ScalarOp
from pytensor.tensor.random.op import RandomVariable

from symopt.backends.pytensor_versions import IfElse

SMALL = 256
"""Elements of an array that is computed while tracing rather than on the device."""


class NotOnHost(Exception):  # noqa: N818  # an answer, and no error
    """A value depends on what only the device knows."""


class Call:
    """The arguments of one call.

    Parameters
    ----------
    values
        Of all inputs of the graph, as their cells hold them.
    readable
        For each input, whether the host may look at its value: arguments, and single integers of
        shared variables.
    """

    def __init__(self, values: list[Any], readable: list[bool]) -> None:
        self.values = values
        self.readable = readable
        self._memo: dict[HostExpression, tuple[Any, bool]] = {}
        self._reads = False  # whether what is being computed has read an argument

    def of(self, expression: HostExpression) -> Any:
        """The value of an expression in this call."""
        if expression not in self._memo:
            outside, self._reads = self._reads, False
            value = expression.compute(self)
            self._memo[expression] = value, self._reads
            self._reads = outside
        value, reads = self._memo[expression]
        self._reads |= reads
        return value

    def argument(self, index: int) -> Any:
        """The value of an input."""
        self._reads = True
        return np.asarray(self.values[index])

    def varies(self, expression: HostExpression) -> bool:
        """Whether an expression may have another value in another call."""
        self.of(expression)
        return self._memo[expression][1]


class HostExpression:
    """A value that the host can compute in every call."""

    def __init__(self, compute: Callable[[Call], Any]) -> None:
        self.compute = compute


def constant(value: Any) -> HostExpression:
    """The same value in every call."""
    return HostExpression(lambda call: value)


def argument(index: int) -> HostExpression:
    """An input of the function."""
    return HostExpression(lambda call: call.argument(index))


def of_node(node: Apply, output: int, inputs: list[HostExpression]) -> HostExpression:
    """What a node computes from host expressions.

    Raises
    ------
    NotOnHost
        It has no form in Python, or draws random numbers.
    """
    if isinstance(node.op, IfElse):
        condition, *branches = inputs
        yes, no = branches[output], branches[node.op.n_outs + output]
        return HostExpression(lambda call: call.of(yes if call.of(condition) else no))
    if isinstance(node.op, RandomVariable) or not hasattr(node.op, "perform"):
        raise NotOnHost(str(node.op))

    def compute(call: Call) -> Any:
        return perform(node, [call.of(each) for each in inputs])[output]

    return HostExpression(compute)


def perform(node: Apply, inputs: list[Any]) -> list[Any]:
    """Run a node in Python."""
    # XLA computes infinities and quotients by zero without a word, too.
    with np.errstate(all="ignore"):
        results = _performed(node, inputs)
    return [
        np.asarray(result, dtype=getattr(out.type, "dtype", None))
        if hasattr(out.type, "dtype")
        else result
        for result, out in zip(results, node.outputs, strict=True)
    ]


def _performed(node: Apply, inputs: list[Any]) -> Sequence[Any]:
    if isinstance(node.op, ScalarOp):
        results = node.op.impl(*[np.asarray(x)[()] for x in inputs])
        return results if len(node.outputs) > 1 else [results]
    op: Any = node.op
    storage: list[list[Any]] = [[None] for _ in node.outputs]
    if isinstance(node.op, HasInnerGraph):
        # Otherwise it would compile its graph with what PyTensor is set to.
        with pytensor.config.change_flags(cxx="", mode="FAST_COMPILE"):
            op.perform(node, inputs, storage)
    else:
        op.perform(node, inputs, storage)
    return [cell[0] for cell in storage]


def is_known(value: Any) -> bool:
    """Whether a value of a trace is a NumPy array (or None, or a slice) and not a tracer."""
    return value is None or isinstance(value, np.ndarray | np.generic | slice | int)


def known_constants(variables: Any) -> Mapping[Variable, Any]:
    """The constants among variables, with their values."""
    return {v: v.data for v in variables if isinstance(v, Constant)}


def freeze(value: Any) -> Any:
    """A value as a key of a dict."""
    array: NDArray[Any] = np.asarray(value)
    return (array.shape, array.tobytes()) if array.ndim else array.item()
