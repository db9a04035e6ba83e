"""Arrays assembled of slices: each part is computed where it belongs, if nobody else reads it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.elemwise import Elemwise

from symopt.backends.c.program.values import Place
from symopt.backends.c.program.writer import Writer, parts_of, start_parts, write
from symopt.backends.c.rewriting.slices_op import AssembleSlices


@parts_of.register(AssembleSlices)
def _parts(op: AssembleSlices, node: Apply) -> Sequence[Variable]:
    return [value for value, _ in op.parts(node)] if op.disjoint else ()


@start_parts.register(AssembleSlices)
def _start(op: AssembleSlices, node: Apply, w: Writer) -> None:
    (out,) = node.outputs
    ctype, ndim = w.ctype(out), w.ndim(out)
    name = w.new_array(out, [w[n] for n in op.shape(node)])
    slices = []
    for value, bounds in op.parts(node):
        part = _part_name(name, value, node)
        w.line(f"Array<{ctype}, {ndim}> {part};")
        _write_slice(w, part, name, bounds)
        slices.append(part)
    covered = " + ".join(f"elements({part}.d)" for part in slices)
    whole = f"{covered} == elements({name}.d)" if op.disjoint else "false"
    w.line(f"if (!({whole})) fill(host, {name}, ({ctype})0);")
    if not op.disjoint:
        return
    for value, part in zip((v for v, _ in op.parts(node)), slices, strict=True):
        if _can_be_placed(w, value):
            code = f"placed_in({part}, {{slot}}, {{dims}})"
            w.places[value] = Place(code, strided=True)


@write.register(AssembleSlices)
def _assemble(op: AssembleSlices, node: Apply, w: Writer) -> None:
    (out,) = node.outputs
    if node not in w.started:
        w.started.add(node)
        start_parts(op, node, w)
    name = w[out]
    for value, _ in op.parts(node):
        w.places.pop(value, None)
        part = _part_name(name, value, node)
        # Broadcast along an axis of length 1 also where only its length at run time says so.
        with w.block(f"if ({w[value]}.p != {part}.p)"):
            spread = w.name("v")
            w.line(f"auto {spread} = {w[value]}; stretch({spread}, {part}.d);")
            w.line(f"put<{str(not op.disjoint).lower()}>(host, {part}, {spread});")


def _part_name(name: str, value: Variable, node: Apply) -> str:
    return f"{name}_{node.inputs.index(value)}"


def _can_be_placed(w: Writer, value: Variable) -> bool:
    """Elementwise operations write arrays of any strides; others write contiguous ones."""
    owner = value.owner
    return (
        owner is not None
        and isinstance(owner.op, Elemwise)
        and not w.computed(value)
        and value not in w.places
        and not any(size == 1 for size in value.type.shape)
    )


def _write_slice(w: Writer, part: str, whole: str, bounds: Sequence[tuple[Any, Any]]) -> None:
    def bound(x: Any) -> tuple[str, str]:
        if x is None:
            return "false", "0"
        return "true", str(x) if isinstance(x, int) else w[x]

    w.line(f"{part}.p = {whole}.p;")
    for d, (start, stop) in enumerate(bounds):
        arguments = ", ".join((*bound(start), *bound(stop)))
        with w.block():
            w.line(f"const Slice c = resolve({whole}.d[{d}], {arguments}, 1);")
            w.line(
                f"if (c.length) {part}.p += c.start * {whole}.s[{d}]; {part}.d[{d}] = c.length; "
                f"{part}.s[{d}] = {whole}.s[{d}];"
            )
