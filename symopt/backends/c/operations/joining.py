"""Joining arrays along an axis and taking them apart again."""

from __future__ import annotations

from pytensor.graph.basic import Apply
from pytensor.tensor.basic import Join, Split

from symopt.backends.c.operations.constant_axis import constant_axis
from symopt.backends.c.program.writer import Writer, write


@write.register(Join)
def _join(op: Join, node: Apply, w: Writer) -> None:
    (out,) = node.outputs
    axis_given = node.inputs[:1] if node.inputs[0].type.ndim == 0 else []
    parts = node.inputs[len(axis_given) :]
    ndim = w.ndim(out)
    axis = constant_axis(op, axis_given, ndim)
    w.support('#include "joining.h"')
    for x in parts[1:]:
        w.line(f"check_joined({w[parts[0]]}, {w[x]}, {axis});")
    length = " + ".join(f"{w[x]}.d[{axis}]" for x in parts)
    dims = [length if d == axis else f"{w[parts[0]]}.d[{d}]" for d in range(ndim)]
    name = w.new_array(out, dims)
    with w.block():
        w.line("i64 at = 0;")
        for x in parts:
            w.line(f"at += put_part({name}, {w[x]}, {axis}, at);")


@write.register(Split)
def _split(op: Split, node: Apply, w: Writer) -> None:
    x, *axis_given, sizes = node.inputs
    axis = constant_axis(op, axis_given, w.ndim(x))
    w.support('#include "joining.h"')
    w.line(f"check_split({w[x]}.d[{axis}], {w[sizes]}, {len(node.outputs)});")
    at = "0"
    for k, out in enumerate(node.outputs):
        name = w.view(out, x)
        w.line(f"{name} = {w[x]};")
        w.line(f"{name}.d[{axis}] = (i64){w[sizes]}.p[{k} * {w[sizes]}.s[0]];")
        w.line(f"if ({name}.d[{axis}]) {name}.p += ({at}) * {name}.s[{axis}];")
        at = f"{at} + {name}.d[{axis}]" if k else f"{name}.d[{axis}]"
