"""Indexing: slices, integers, and vectors of integers, read, set and added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.tensor.subtensor import IncSubtensor, Subtensor

from symopt.backends.c.program.writer import Writer, write
from symopt.backends.indices import entries


def write_view(w: Writer, name: str, x: str, ndim: int, index: Sequence[Any]) -> None:
    """Set the array ``name`` to ``x[index]``."""
    w.line(f"{name}.p = {x}.p;")
    o = 0
    for d in range(ndim):
        entry = index[d] if d < len(index) else slice(None)
        if not isinstance(entry, slice):
            w.line(f"{name}.p += index_in({w[entry]}, {x}.d[{d}], {d}) * {x}.s[{d}];")
            continue
        if entry == slice(None):
            w.line(f"{name}.d[{o}] = {x}.d[{d}]; {name}.s[{o}] = {x}.s[{d}];")
        else:
            start, stop, step = (
                ("false", "0") if part is None else ("true", w[part])
                for part in (entry.start, entry.stop, entry.step)
            )
            with w.block():
                w.line(
                    f"const Slice c = resolve({x}.d[{d}], {', '.join(start)}, {', '.join(stop)}, "
                    f"{step[1] if step[0] == 'true' else 1});"
                )
                w.line(
                    f"if (c.length) {name}.p += c.start * {x}.s[{d}]; {name}.d[{o}] = c.length; "
                    f"{name}.s[{o}] = c.step * {x}.s[{d}];"
                )
        o += 1


@write.register(Subtensor)
def _subtensor(op: Subtensor, node: Apply, w: Writer) -> None:
    x, *given = node.inputs
    (out,) = node.outputs
    index = entries(op.idx_list, given)
    if w.ndim(out):
        write_view(w, w.view(out, x), w[x], w.ndim(x), index)
        return
    at = [f"index_in({w[e]}, {w[x]}.d[{d}], {d}) * {w[x]}.s[{d}]" for d, e in enumerate(index)]
    w.scalar(out, f"{w[x]}.p[{' + '.join(at)}]")


@write.register(IncSubtensor)
def _inc_subtensor(op: IncSubtensor, node: Apply, w: Writer) -> None:
    x, y, *given = node.inputs
    (out,) = node.outputs
    index = entries(op.idx_list, given)
    name = write_copy(w, out, x)
    dims = w.ndim(x) - sum(not isinstance(e, slice) for e in index)
    ctype = w.ctype(out)
    with w.block():
        if dims == 0:
            at = [
                f"index_in({w[e]}, {name}.d[{d}], {d}) * {name}.s[{d}]" for d, e in enumerate(index)
            ]
            sign = "" if op.set_instead_of_inc else "+"
            w.line(f"{name}.p[{' + '.join(at)}] {sign}= ({ctype}){w[y]};")
            return
        part = w.name("v")
        w.line(f"Array<{ctype}, {dims}> {part};")
        write_view(w, part, name, w.ndim(x), index)
        write_into(w, part, dims, ctype, y, add=not op.set_instead_of_inc)


def write_copy(w: Writer, out: Variable, x: Variable) -> str:
    """An array to write into, with the elements of ``x``: itself if nobody else reads it."""
    if x in w.fills:
        dims, value = w.fills[x]
        name = w.new_array(out, dims)
        w.line(f"fill(host, {name}, {value});")
        return name
    once = out.owner is not None and out.owner.inputs.count(x) == 1
    if once and w.can_overwrite(x) and out not in w.places:
        w.alias(out, x)
        return w[out]
    name = w.new_array(out, [f"{w[x]}.d[{d}]" for d in range(w.ndim(x))])
    w.line(f"copy({name}, {w[x]});")
    return name


def write_into(w: Writer, to: str, ndim: int, ctype: str, y: Variable, add: bool) -> None:
    """Set the array ``to`` to ``y``, which may be broadcast, or add it there."""
    if w.ndim(y) == 0:
        value = w.name("v")
        w.line(f"const {ctype} {value} = ({ctype}){w[y]};")
        broadcast: list[bool] = []
        pointer, source = f"(char*)&{value}", None
    else:
        broadcast = [size == 1 for size in y.type.shape]
        pointer, source = f"(char*){w[y]}.p", w[y]
    yctype = ctype if source is None else w.ctype(y)
    missing = ndim - len(broadcast)
    strides = []
    for d in range(ndim):
        i = d - missing
        if i < 0 or broadcast[i]:
            strides.append("0")
            continue
        w.line(
            f'if ({source}.d[{i}] != {to}.d[{d}]) fail(VALUE_ERROR, "IncSubtensor: a value of length %lld '
            f'does not fit dimension {d} of length %lld", (long long){source}.d[{i}], (long long){to}.d[{d}]);'
        )
        strides.append(f"{source}.s[{d - missing}] * (i64)sizeof({yctype})")
    if missing < 0:  # leading dimensions of 1
        raise AssertionError("y has at most the dimensions of the part")
    constant = strides[-1] == "0"
    load = f"const {yctype}* y = (const {yctype}*)(p[0] + r * s[0]);"
    loads = [f"const {yctype} y0 = *y;"] if constant else []
    value = "y0" if constant else "y[k]"
    previous = "o[k] + " if add else ""
    text = "\n".join(
        [
            "__attribute__((noinline, hot)) void @(i64 rows, i64 n, char* const* p, const i64* s, double*) {",
            "for (i64 r = 0; r < rows; ++r) {",
            load,
            *loads,
            # The array is an operand twice where it is read: its elements may have to be gathered.
            f"const {ctype}* x = (const {ctype}*)(p[1] + r * s[1]);",
            f"{ctype}* o = ({ctype}*)(p[2] + r * s[2]);",
            "#pragma omp simd",
            f"for (i64 k = 0; k < n; ++k) o[k] = ({ctype})({previous.replace('o[k]', 'x[k]')}{value});",
            "} }",
        ]
    )
    kernel = w.function(text, "kernel")
    w.line(
        f"Operand operands[3] = {{{{{pointer}, {{{', '.join(strides)}}}, sizeof({yctype}), "
        f"{str(constant).lower()}}}}};"
    )
    w.line(f"operand(operands[1], {to}, 0, false);")
    w.line(f"operand(operands[2], {to}, 0, false);")
    w.line(f"Work work = {{{kernel}, {ndim}, 3, 1, 1, {{}}, operands}};")
    w.line(f"std::memcpy(work.dims, {to}.d, sizeof {to}.d);")
    w.line("run_elementwise(host, work);")
