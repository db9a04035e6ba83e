"""Diagonals: taking them from arrays, and matrices with ones on one."""

from __future__ import annotations

from pytensor.graph.basic import Apply
from pytensor.tensor.basic import ExtractDiag, Eye

from symopt.backends.c.program.writer import Writer, write


@write.register(Eye)
def _eye(op: Eye, node: Apply, w: Writer) -> None:
    rows, columns, offset = (w[v] for v in node.inputs)
    (out,) = node.outputs
    name = w.new_array(out, [rows, columns])
    ctype = w.ctype(out)
    w.line(f"fill(host, {name}, ({ctype})0);")
    with w.block():
        w.line(f"const i64 k = {offset}, from = k < 0 ? -k : 0;")
        w.line(
            f"for (i64 r = from; r < {name}.d[0] && r + k < {name}.d[1]; ++r) "
            f"{name}.p[r * {name}.d[1] + r + k] = 1;"
        )


@write.register(ExtractDiag)
def _extract(op: ExtractDiag, node: Apply, w: Writer) -> None:
    (x,), (out,) = node.inputs, node.outputs
    a, b, offset = op.axis1, op.axis2, int(op.offset)
    name = w.name("v")
    w.line(f"{w.type_of(out)} {name};")
    w.line(f"{name}.p = {w[x]}.p;")
    kept = [d for d in range(w.ndim(x)) if d not in (a, b)]
    for o, d in enumerate(kept):
        w.line(f"{name}.d[{o}] = {w[x]}.d[{d}]; {name}.s[{o}] = {w[x]}.s[{d}];")
    last = len(kept)
    with w.block():
        axis, other = (b, a) if offset >= 0 else (a, b)
        w.line(f"const i64 left = {w[x]}.d[{axis}] - {abs(offset)}, most = {w[x]}.d[{other}];")
        w.line(f"{name}.d[{last}] = left < 0 ? 0 : left < most ? left : most;")
        w.line(f"{name}.s[{last}] = {w[x]}.s[{a}] + {w[x]}.s[{b}];")
        w.line(f"if ({name}.d[{last}]) {name}.p += {abs(offset)} * {w[x]}.s[{axis}];")
    if op.view:
        w.bind(out, name, w.value(x).buffer)
    else:
        w.line(f"copy({w.new_array(out, [f'{name}.d[{d}]' for d in range(last + 1)])}, {name});")
