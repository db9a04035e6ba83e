"""Sums, products, maxima and their like along any dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np
from pytensor.graph.basic import Apply
from pytensor.scalar import basic as scalars
from pytensor.scalar.basic import Cast, Composite, ScalarOp
from pytensor.tensor.elemwise import CAReduce
from pytensor.tensor.math import NonZeroDimsCAReduce

from symopt.backends.c.operations.elementwise import Total
from symopt.backends.c.operations.scalar_code import scalar_code
from symopt.backends.c.program.values import CTYPES, NotNative, literal
from symopt.backends.c.program.writer import Writer, write

_SYMBOLS = {
    scalars.Add: "+",
    scalars.Mul: "*",
    scalars.AND: "&",
    scalars.OR: "|",
    scalars.XOR: "^",
}
"""Operations that OpenMP has a name for."""


@write.register(CAReduce)
def _reduce(op: CAReduce, node: Apply, w: Writer) -> None:
    (x,), (out,) = node.inputs, node.outputs
    ndim = w.ndim(x)
    if ndim == 0:
        w.scalar(out, f"({w.ctype(out)}){w[x]}")
        return
    mask = mask_of(op, ndim)
    if needs_elements(op):
        w.line(
            f"for (int d = 0; d < {ndim}; ++d) if ({mask} >> d & 1 && {w[x]}.d[d] == 0) fail(VALUE_ERROR, "
            f'"zero-size array to reduction operation {op.scalar_op} which has no identity");'
        )
    operation = w.function(operation_of(op, node, w), "reduction")
    kept = [f"{w[x]}.d[{d}]" for d in range(ndim) if not mask >> d & 1]
    call = f"reduce<{operation}>(host, {w[x]}, {mask}, "
    if kept:
        name = w.new_array(out, kept)
        w.line(f"{call}{name}.p);")
    else:
        name = w.scalar(out)
        w.line(f"{call}&{name});")


def mask_of(op: CAReduce, ndim: int) -> int:
    """The dimensions that go, a bit for each."""
    axes = range(ndim) if op.axis is None else op.axis
    return sum(1 << axis % ndim for axis in axes)


def needs_elements(op: CAReduce) -> bool:
    """Whether there is no result over no elements."""
    return isinstance(op, NonZeroDimsCAReduce) and not getattr(op, "initial", False)  # PyTensor 3.3


def operation_of(op: CAReduce, node: Apply, w: Writer) -> str:
    """A struct for ``reduce.h``."""
    total = total_of(op, node, w)
    return "\n".join(
        [
            "struct @ {",
            f"typedef {total.ctype} A;",
            f"typedef {total.element} B;",
            f"static inline A start() {{ return {total.start}; }}",
            f"static inline A step(A a, B b) {{ A c; {{ {total.step} }} return c; }}",
            f"static inline A join(A a, A b) {{ A c; {{ {total.join} }} return c; }}",
            "};",
        ]
    )


def total_of(op: CAReduce, node: Apply, w: Writer, output: int = 0) -> Total:
    """What a reduction adds up, of the output ``output`` of a loop."""
    dtype = getattr(op, "acc_dtype", None) or node.outputs[0].type.dtype
    if dtype not in CTYPES:
        raise NotNative(f"programs have no {dtype}")
    inside = op.scalar_op
    joining = _joining(inside)
    of = node.inputs[0].type.dtype if joining is not inside else dtype
    w.ctype(node.inputs[0])

    def code(operation: ScalarOp, element: str) -> str:
        step = operation.make_node(_type(dtype)(), _type(element)())
        if step.outputs[0].type.dtype != dtype and dtype != "bool":
            raise NotNative(f"{operation} of {dtype} is {step.outputs[0].type.dtype}")
        return scalar_code(operation, step, w, ["a", "b"], ["c"]).replace("@", "s")

    return Total(
        output,
        CTYPES[dtype],
        CTYPES[of],
        _identity(op, dtype),
        code(inside, of),
        code(joining, dtype),
        _SYMBOLS.get(type(joining)),
    )


def _type(dtype: str) -> scalars.ScalarType:
    return scalars.get_scalar_type(dtype)


def _joining(op: ScalarOp) -> ScalarOp:
    """How two results are joined: not by ``op`` where PyTensor has fused ``a + b ** 2``, say."""
    if not isinstance(op, Composite):
        return op
    total, last = op.fgraph.inputs[0], op.fgraph.outputs[0].owner
    if isinstance(last.op, Cast):
        last = last.inputs[0].owner
    if not isinstance(last.op, scalars.Add | scalars.Mul) or list(last.inputs).count(total) != 1:
        raise NotNative(f"nobody knows how to join two results of {op}")
    return last.op


def _identity(op: CAReduce, dtype: str) -> str:
    identity: Any = op.scalar_op.identity
    if identity is None:
        raise NotNative(f"{op.scalar_op} has no identity")
    if np.isinf(identity) and dtype == "bool":
        identity = identity > 0
    elif np.isinf(identity) and "int" in dtype:  # of a maximum, a minimum
        identity = np.iinfo(dtype).max if identity > 0 else np.iinfo(dtype).min
    elif identity == -1 and dtype.startswith("u"):  # all bits
        identity = np.iinfo(dtype).max
    return literal(np.asarray(identity).astype(dtype), CTYPES[dtype])
