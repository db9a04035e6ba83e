"""The few internals of PyTensor that symopt touches, each behind a function of its own.

Tried with PyTensor 3.0.7 (Python 3.11) and 3.3.7 (Python 3.12, 3.13). Everything else in symopt
uses public API.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytensor.tensor.basic as basic
from pytensor import config
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.traversal import toposort
from pytensor.raise_op import Assert
from pytensor.tensor.basic import Join
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.rewriting.shape import ShapeFeature

LOOK = 8
"""How many nodes deep a length is looked for."""

_blas_lock = threading.RLock()


@contextmanager
def blas_flags(flags: str) -> Iterator[None]:
    """Have PyTensor compile its BLAS nodes with ``flags``, and leave no trace.

    ``config.change_flags`` would read the old value first, and reading a value that nobody has
    set makes PyTensor search the machine for a BLAS, for seconds, and warn that it found none.
    """
    parameter = config._config_var_dict["blas__ldflags"]
    with _blas_lock:
        was_set = hasattr(parameter, "val")
        before = parameter.val if was_set else None
        parameter.val = flags
        try:
            yield
        finally:
            if was_set:
                parameter.val = before
            else:
                del parameter.val


def cell(variable: SharedVariable) -> list[Any]:
    """The one-element list in which a shared variable keeps its value, for good.

    What is inside is taken and put without a check or a copy: a NumPy array, or another
    backend's.
    """
    return variable.container.storage


@contextmanager
def shallow_static_shapes() -> Iterator[None]:
    """Have PyTensor look only a few nodes deep for the lengths that a new array is known to have.

    ``zeros(x.shape)`` makes PyTensor copy and rewrite all that ``x`` is computed from, in case a
    length is a constant; the gradient of a loop does that for each of its inputs. Behind a deep
    network it takes minutes. A length that the type of a variable says is found all the same.
    """
    full = basic.infer_static_shape
    with _shapes_lock:
        users = [
            module
            for name, module in list(sys.modules.items())
            if name.startswith("pytensor.") and getattr(module, full.__name__, None) is full
        ]
        patches = [patch.object(module, full.__name__, _shallow_static_shape) for module in users]
        for each in patches:
            each.start()
        try:
            yield
        finally:
            for each in patches:
                each.stop()


_shapes_lock = threading.RLock()


def _shallow_static_shape(shape: Any) -> tuple[list[Any], tuple[Any, ...]]:
    """``infer_static_shape`` without rewriting anything."""
    lengths = [basic.as_tensor_variable(part, ndim=0) for part in shape]
    for length in lengths:
        if length.type.dtype not in basic.integer_dtypes:
            raise TypeError(f"Shapes must be scalar integers; got {length}")
    return lengths, tuple(map(static_length, lengths))


@contextmanager
def lengths_of_joins() -> Iterator[None]:
    """Have PyTensor 3.0 say the lengths of a join along a known axis without a choice.

    For each axis it says: the sum if this is the axis of the join, else the first one's length.
    Nested joins, as of a DenseNet's layers, double that at each level while it is simplified, also
    for the axes along which nothing is joined. 3.3 says it as is done here.
    """
    if "axis" in Join.__props__:
        yield
        return
    with _joins_lock:
        if not _joins:
            patched = patch.object(Join, "infer_shape", _length_of_join)
            patched.start()
            _joins.append(patched)
        else:
            _joins.append(_joins[0])
    try:
        yield
    finally:
        with _joins_lock:
            patched = _joins.pop()
            if not _joins:
                patched.stop()


_joins_lock = threading.Lock()
_joins: list[Any] = []
"""The patch that holds, once for each thread that is inside of :func:`lengths_of_joins`."""

_any_length_of_join = Join.infer_shape


def _length_of_join(op: Join, fgraph: Any, node: Apply, shapes: Any) -> Any:
    axis = node.inputs[0]
    if not isinstance(axis, Constant):
        return _any_length_of_join(op, fgraph, node, shapes)
    lengths = list(shapes[1])
    along = int(axis.data) % len(lengths)
    for other in shapes[2:]:
        lengths[along] = lengths[along] + other[along]
    return [tuple(lengths)]


def static_length(length: Variable) -> int | None:
    """The integer that a symbolic scalar evidently is, looking a few nodes deep; else None."""
    try:
        return int(basic.get_underlying_scalar_constant_value(length, max_recur=LOOK))
    except NotScalarConstantError:
        return None


class ShapeInference:
    """The lengths of variables, as expressions of the shapes of a graph's inputs.

    Each variable's are worked out once. Checks that operands fit are left out of them: what
    computes with the operands makes them too.
    """

    def __init__(self) -> None:
        self._feature = ShapeFeature()
        self._lazy = isinstance(getattr(ShapeFeature, "shape_of", None), property)  # 3.3.8
        if not self._lazy:
            self._feature.on_attach(FunctionGraph([], []))

    def lengths(self, variable: Variable) -> tuple[Variable, ...]:
        """A symbolic scalar for each dimension of a tensor."""
        with lengths_of_joins():
            return self._lengths(variable)

    def _lengths(self, variable: Variable) -> tuple[Variable, ...]:
        if self._lazy:
            return tuple(map(_unchecked, self._feature.shape_tuple(variable)))
        known = self._feature.shape_of
        for node in toposort([variable], blockers=known):
            self._feature.on_import(None, node, reason=None)
            for output in node.outputs:
                if known[output] is not None:
                    known[output] = tuple(map(_unchecked, known[output]))
        self._feature.init_r(variable)
        return known[variable]


def _unchecked(length: Variable) -> Variable:
    while length.owner is not None and isinstance(length.owner.op, Assert):
        length = length.owner.inputs[0]
    return length
