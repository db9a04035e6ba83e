"""Whether two integers differ by a constant, whatever they are: ``(i + 1) * 8`` and ``i * 8``.

PyTensor computes for a whole sequence, in front of a loop, what the loop does to each element; so
the two may also be elements of vectors that differ by a constant.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from pytensor.graph.basic import Variable
from pytensor.scalar import basic as scalars
from pytensor.tensor.basic import ScalarFromTensor, TensorFromScalar
from pytensor.tensor.elemwise import DimShuffle, Elemwise

from symopt.backends.jax.host import is_known
from symopt.backends.jax.trace import Trace


def constant_difference(a: Variable, b: Variable, trace: Trace) -> int | None:
    """``a - b`` if that is the same number for all values of what they depend on, else None."""
    try:
        difference = _linear(a, trace)
        difference.subtract(_linear(b, trace))
    except _NotLinearError:
        return None
    constant = np.unique(difference.pop(None, 0))
    if len(constant) != 1 or any(difference.values()):
        return None
    return int(constant[0])


class _NotLinearError(Exception):
    pass


def _linear(variable: Variable, trace: Trace) -> Counter:
    """The variable as a sum: variable -> coefficient, and None -> the constant."""
    value = trace.values.get(variable, getattr(variable, "data", ...))
    if value is not ... and is_known(value) and value is not None:
        return Counter({None: np.asarray(value, dtype="int64")})
    node = variable.owner
    if node is None:
        if variable in trace.sequences:
            # What holds for all elements of a sequence holds for the one of this step.
            return _linear(*trace.sequences[variable])
        return Counter({variable: 1})
    op: Any = node.op
    if isinstance(op, ScalarFromTensor | TensorFromScalar | DimShuffle):
        return _linear(node.inputs[0], trace)
    kind = type(op.scalar_op if isinstance(op, Elemwise) else op)
    if kind is scalars.Cast and variable.type.dtype.startswith("int"):
        return _linear(node.inputs[0], trace)
    if kind not in (scalars.Add, scalars.Sub, scalars.Mul, scalars.Neg):
        return Counter({variable: 1})
    terms = [_linear(each, trace) for each in node.inputs]
    if kind is scalars.Neg:
        return _scaled(terms[0], -1)
    total = terms[0]
    for term in terms[1:]:
        if kind is scalars.Mul:
            total = _product(total, term)
        else:
            total.update(_scaled(term, -1 if kind is scalars.Sub else 1))
    return total


def _product(a: Counter, b: Counter) -> Counter:
    for one, other in ((a, b), (b, a)):
        if set(one) <= {None}:
            return _scaled(other, one[None])
    raise _NotLinearError


def _scaled(terms: Counter, factor: int) -> Counter:
    return Counter({key: factor * value for key, value in terms.items()})
