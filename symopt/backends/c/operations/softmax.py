"""Softmax and its logarithm along axes that stand side by side, in one pass."""

from __future__ import annotations

from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply
from pytensor.tensor.special import LogSoftmax, Softmax

from symopt.backends.c.program.writer import Writer, write


@write.register(Softmax)
@write.register(LogSoftmax)
def _softmax(op: Softmax | LogSoftmax, node: Apply, w: Writer) -> None:
    (x,), (out,) = node.inputs, node.outputs
    ndim = w.ndim(x)
    axes = range(ndim) if op.axis is None else sorted(axis % ndim for axis in op.axis)
    side_by_side = bool(axes) and list(axes) == list(range(axes[0], axes[-1] + 1))
    if not side_by_side or out.type.dtype not in ("float32", "float64"):
        write.dispatch(OpFromGraph)(op, node, w)  # its definition
        return
    w.support('#include "softmax.h"')
    if x.type.dtype != out.type.dtype:  # integers
        w.support('#include "joining.h"')
        source = name = w.new_array(out, [f"{w[x]}.d[{d}]" for d in range(ndim)])
        w.line(f"put_part({name}, {w[x]}, 0, 0);")
    elif w.can_overwrite(x) and out not in w.places:
        w.alias(out, x)
        source = name = w[out]
    else:
        name = w.new_array(out, [f"{w[x]}.d[{d}]" for d in range(ndim)])
        source = f"contiguous({w[x]}, {w.scratch()})"
    log = "true" if isinstance(op, LogSoftmax) else "false"
    w.line(f"softmax<{log}>(host, {source}.p, {name}.p, Axis({name}.d, {axes[0]}, {axes[-1]}));")
