"""Shapes, views and arrays made of scalars."""

from __future__ import annotations

from pytensor.compile.ops import TypeCastingOp
from pytensor.graph.basic import Apply, Constant
from pytensor.tensor.basic import (
    Alloc,
    AllocEmpty,
    ARange,
    MakeVector,
    ScalarFromTensor,
    TensorFromScalar,
)
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.shape import Reshape, Shape, Shape_i
from pytensor.tensor.subtensor import AdvancedIncSubtensor, IncSubtensor

from symopt.backends.c.program.values import Buffer
from symopt.backends.c.program.writer import Writer, write
from symopt.backends.pytensor_versions import AdvancedIncSubtensor1

_INTO_COPIES = (IncSubtensor, AdvancedIncSubtensor, AdvancedIncSubtensor1)
"""Operations that write into a copy of their first input."""


@write.register(Shape_i)
def _shape_i(op: Shape_i, node: Apply, w: Writer) -> None:
    w.scalar(node.outputs[0], f"{w[node.inputs[0]]}.d[{op.i}]")


@write.register(Shape)
def _shape(op: Shape, node: Apply, w: Writer) -> None:
    ndim = w.ndim(node.inputs[0])
    out = w.new_array(node.outputs[0], [str(ndim)])
    for d in range(ndim):
        w.line(f"{out}.p[{d}] = {w[node.inputs[0]]}.d[{d}];")


@write.register(ScalarFromTensor)
@write.register(TensorFromScalar)
@write.register(TypeCastingOp)
def _same(op: TypeCastingOp, node: Apply, w: Writer) -> None:
    w.alias(node.outputs[0], node.inputs[0])


@write.register(DimShuffle)
def _dimshuffle(op: DimShuffle, node: Apply, w: Writer) -> None:
    (x,), (out,) = node.inputs, node.outputs
    kept = [d for d in op.new_order if d != "x"]
    for d in range(w.ndim(x)):
        if d not in kept:
            w.line(
                f'if ({w[x]}.d[{d}] != 1) fail(VALUE_ERROR, "DimShuffle: dimension {d} has length %lld; '
                f'expected 1, since it is dropped", (long long){w[x]}.d[{d}]);'
            )
    if w.ndim(out) == 0:
        w.scalar(out, f"*{w[x]}.p" if w.ndim(x) else w[x])
        return
    if w.ndim(x) == 0:
        source = w[x]
        if isinstance(x, Constant):
            source = w.name("v")
            w.line(f"static const {w.ctype(x)} {source} = {w[x]};")
        name = w.name("v")
        ones = ", ".join(["1"] * w.ndim(out))
        w.line(f"{w.type_of(out)} {name} = {{({w.ctype(x)}*)&{source}, {{{ones}}}, {{{ones}}}}};")
        w.bind(out, name, Buffer(None, w.depth, own=False))
        return
    name = w.view(out, x, whole=kept == sorted(kept))
    w.line(f"{name}.p = {w[x]}.p;")
    for o, axis in enumerate(op.new_order):
        if axis == "x":
            w.line(f"{name}.d[{o}] = 1; {name}.s[{o}] = 1;")
        else:
            w.line(f"{name}.d[{o}] = {w[x]}.d[{axis}]; {name}.s[{o}] = {w[x]}.s[{axis}];")


@write.register(Reshape)
def _reshape(op: Reshape, node: Apply, w: Writer) -> None:
    x, shape = node.inputs
    (out,) = node.outputs
    ndim = w.ndim(out)
    if ndim == 0:
        w.scalar(out, f"*{w[x]}.p" if w.ndim(x) else w[x])
        return
    if isinstance(shape, Constant):
        sizes = [str(int(n)) for n in shape.data]
    else:
        w.line(
            f'if ({w[shape]}.d[0] != {ndim}) fail(VALUE_ERROR, "Reshape: the shape has %lld elements; '
            f'expected {ndim}", (long long){w[shape]}.d[0]);'
        )
        sizes = [f"(i64){w[shape]}.p[{d} * {w[shape]}.s[0]]" for d in range(ndim)]
    dims = w.name("d")
    total = f"elements({w[x]}.d)" if w.ndim(x) else "1"
    w.line(f"i64 {dims}[] = {{{', '.join(sizes)}}};")
    w.line(f"resolve_shape({dims}, {ndim}, {total});")
    value = w.value(x)
    name = w.name("v")
    w.line(f"{w.type_of(out)} {name};")
    w.line(f"std::memcpy({name}.d, {dims}, sizeof {dims}); contiguous_strides({name});")
    if w.ndim(x) == 0:
        w.line(
            f"static thread_local {w.ctype(x)} {name}_x; {name}_x = {w[x]}; {name}.p = &{name}_x;"
        )
        w.bind(out, name, Buffer(None, w.depth, own=False))
    elif value.whole:
        w.line(f"{name}.p = {value.name}.p;")
        w.bind(out, name, value.buffer, whole=True)
    else:
        buffer = w.new_buffer()
        buffer.under, buffer.own = value.buffer, False
        w.line(f"{name}.p = contiguous({value.name}, slots[{buffer.slot}]).p;")
        w.bind(out, name, buffer)


@write.register(MakeVector)
def _make_vector(op: MakeVector, node: Apply, w: Writer) -> None:
    out = w.new_array(node.outputs[0], [str(len(node.inputs))])
    for i, x in enumerate(node.inputs):
        w.line(f"{out}.p[{i}] = ({w.ctype(node.outputs[0])}){w[x]};")


@write.register(AllocEmpty)
def _alloc_empty(op: AllocEmpty, node: Apply, w: Writer) -> None:
    if w.ndim(node.outputs[0]) == 0:
        w.scalar(node.outputs[0], "0")
        return
    w.new_array(node.outputs[0], [w[n] for n in node.inputs])


@write.register(Alloc)
def _alloc(op: Alloc, node: Apply, w: Writer) -> None:
    value, *sizes = node.inputs
    (out,) = node.outputs
    if w.ndim(out) == 0:
        w.scalar(out, w[value])
        return
    dims = [w[n] for n in sizes]
    element = w[value] if w.ndim(value) == 0 else f"*{w[value]}.p"
    one = w.ndim(value) == 0 or (isinstance(value, Constant) and value.data.size == 1)
    if one and all(
        node is not None
        and k == 0
        and isinstance(node.op, _INTO_COPIES)
        and node.inputs.count(out) == 1
        for node, k in w.readers(out)
    ):
        w.fills[out] = dims, element
        return
    name = w.new_array(out, dims)
    if one:
        w.line(f"fill(host, {name}, {element});")
    else:
        spread(w, name, w.ndim(out), w[value], [size == 1 for size in value.type.shape])


def spread(w: Writer, to: str, ndim: int, value: str, broadcast: list[bool]) -> None:
    """Copy an array, repeated along the dimensions that ``broadcast`` says and those it lacks."""
    missing = ndim - len(broadcast)
    with w.block():
        w.line(f"auto from = {to}; from.p = {value}.p;")
        for d in range(ndim):
            if d < missing or broadcast[d - missing]:
                w.line(f"from.s[{d}] = 0;")
                continue
            i = d - missing
            w.line(
                f'if ({value}.d[{i}] != {to}.d[{d}]) fail(VALUE_ERROR, "could not broadcast a value of '
                f'length %lld along dimension {d} of length %lld", (long long){value}.d[{i}], '
                f"(long long){to}.d[{d}]);"
            )
            w.line(f"from.s[{d}] = {value}.s[{i}];")
        w.line(f"copy({to}, from);")


@write.register(ARange)
def _arange(op: ARange, node: Apply, w: Writer) -> None:
    start, stop, step = (w[x] for x in node.inputs)
    (out,) = node.outputs
    ctype = w.ctype(out)
    n = w.name("n")
    if "float" in out.type.dtype:
        w.line(f"const i64 {n} = (i64)std::ceil(((double){stop} - {start}) / {step});")
    else:
        w.line(f'if ({step} == 0) fail(ZERO_DIVISION_ERROR, "ARange: step is 0");')
        w.line(f"const i64 {n} = range_length({start}, {stop}, {step});")
    name = w.new_array(out, [f"{n} < 0 ? 0 : {n}"])
    w.line(
        f"for (i64 k = 0; k < {name}.d[0]; ++k) "
        f"{name}.p[k] = ({ctype})({ctype})({start}) + ({ctype})k * (({ctype})(({start}) + ({step})) - ({ctype})({start}));"
    )
