"""Cumulative sums, places of maxima, sorting, repeating: what goes along an axis element by
element.
"""

from __future__ import annotations

from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.basic import Nonzero
from pytensor.tensor.extra_ops import CumOp, Repeat
from pytensor.tensor.math import Argmax
from pytensor.tensor.sort import ArgSortOp, SortOp

from symopt.backends.c.operations.constant_axis import constant_axis
from symopt.backends.c.operations.index_arrays import write_nonzero
from symopt.backends.c.operations.indexing import write_copy
from symopt.backends.c.program.values import NotNative
from symopt.backends.c.program.writer import Writer, write


@write.register(CumOp)
def _cumulate(op: CumOp, node: Apply, w: Writer) -> None:
    (x,), (out,) = node.inputs, node.outputs
    if out.type.dtype == "bool":
        raise NotNative("it adds truth values")
    w.support('#include "axis.h"')
    name = write_copy(w, out, x)
    multiply = "true" if op.mode == "mul" else "false"
    w.line(f"cumulate<{multiply}>(host, {name}.p, Axis({name}.d, {op.axis}, {op.axis}));")


@write.register(Argmax)
def _argmax(op: Argmax, node: Apply, w: Writer) -> None:
    (x,), (out,) = node.inputs, node.outputs
    ndim = w.ndim(x)
    if ndim == 0:
        w.scalar(out, "0")
        return
    axes = range(ndim) if op.axis is None else [axis % ndim for axis in op.axis]
    w.support('#include "axis.h"')
    kept = [f"{w[x]}.d[{d}]" for d in range(ndim) if d not in axes]
    to = f"{w.new_array(out, kept)}.p" if kept else f"&{w.scalar(out)}"
    w.line(f"argmax(host, {w[x]}, {sum(1 << axis for axis in axes)}, {to});")


@write.register(SortOp)
def _sort(op: SortOp, node: Apply, w: Writer) -> None:
    x, *given = node.inputs
    (out,) = node.outputs
    axis = _sorted_axis(op, given, x, w)
    name = write_copy(w, out, x)
    w.line(f"sort_lines(host, {name}.p, Axis({name}.d, {axis}, {axis}));")


@write.register(ArgSortOp)
def _argsort(op: ArgSortOp, node: Apply, w: Writer) -> None:
    """Stable whatever the kind: of equal elements the first comes first."""
    x, *given = node.inputs
    (out,) = node.outputs
    axis = _sorted_axis(op, given, x, w)
    name = w.new_array(out, [f"{w[x]}.d[{d}]" for d in range(w.ndim(x))])
    source = f"contiguous({w[x]}, {w.scratch()})"
    w.line(f"argsort_lines(host, {source}.p, {name}.p, Axis({name}.d, {axis}, {axis}));")


def _sorted_axis(op: SortOp | ArgSortOp, given: list[Variable], x: Variable, w: Writer) -> int:
    w.support('#include "sorting.h"')
    if w.ndim(x) == 0:
        raise NotNative("it sorts a value without dimensions")
    return constant_axis(op, given, w.ndim(x))


@write.register(Repeat)
def _repeat(op: Repeat, node: Apply, w: Writer) -> None:
    x, repeats = node.inputs
    (out,) = node.outputs
    w.support('#include "indexing.h"')
    size, stride = f"{w[x]}.d[{op.axis}]", f"{w[x]}.s[{op.axis}]"
    length, at = w.name("n"), w.name("at")
    w.line(f"const i64 {length} = repeated_length({w[repeats]}, {size});")
    w.line(f"i64* {at} = (i64*)need({w.scratch()}, {length} * sizeof(i64));")
    w.line(f"repeat({at}, {w[repeats]}, {size}, {stride});")
    dims = [length if d == op.axis else f"{w[x]}.d[{d}]" for d in range(w.ndim(x))]
    name = w.new_array(out, dims)
    with w.block():
        w.line("Pair front, behind;")
        for d in range(w.ndim(x)):
            if d != op.axis:
                group = "front" if d < op.axis else "behind"
                w.line(f"{group}.add({w[x]}.d[{d}], {name}.s[{d}], {w[x]}.s[{d}]);")
        w.line(f"take(host, {name}.p, {w[x]}.p, front, {at}, {length}, behind);")


@write.register(Nonzero)
def _nonzero(op: Nonzero, node: Apply, w: Writer) -> None:
    count, at = write_nonzero(w, w[node.inputs[0]])
    for d, out in enumerate(node.outputs):
        name = w.new_array(out, [count])
        w.line(f"std::memcpy({name}.p, {at} + {d} * {count}, {count} * sizeof(i64));")
