"""Indexing by arrays of integers, NumPy's way: read, set and added to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.op import Op
from pytensor.tensor.subtensor import AdvancedIncSubtensor, AdvancedSubtensor

from symopt.backends.c.operations.index_arrays import Indexed
from symopt.backends.c.operations.indexing import write_copy
from symopt.backends.c.program.values import NotNative
from symopt.backends.c.program.writer import Writer, write
from symopt.backends.indices import ROWS, entries
from symopt.backends.pytensor_versions import AdvancedIncSubtensor1, AdvancedSubtensor1


@write.register(AdvancedSubtensor)
def _read(op: AdvancedSubtensor, node: Apply, w: Writer) -> None:
    _take(w, node, op.idx_list)


@write.register(AdvancedSubtensor1)
def _read_rows(op: Op, node: Apply, w: Writer) -> None:
    _take(w, node, ROWS)


@write.register(AdvancedIncSubtensor)
def _write(op: AdvancedIncSubtensor, node: Apply, w: Writer) -> None:
    if op.ignore_duplicates and not op.set_instead_of_inc:
        raise NotNative("it adds once where an index is repeated")
    _put(w, node, op.idx_list, add=not op.set_instead_of_inc)


@write.register(AdvancedIncSubtensor1)
def _write_rows(op: Any, node: Apply, w: Writer) -> None:
    _put(w, node, ROWS, add=not op.set_instead_of_inc)


def _take(w: Writer, node: Apply, form: Sequence[Any]) -> None:
    """``x[index]``; ``form`` says which inputs are the index of which axis."""
    x, *given = node.inputs
    (out,) = node.outputs
    indexed = Indexed.of(w, entries(form, given), w.ndim(x))
    if not indexed.arrays:
        _copy_view(w, indexed, x, out)
        return
    part, dims = indexed.write(w, w[x], w.ctype(x), w.ndim(x))
    to = w.new_array(out, dims)
    with w.block():
        _pair(w, "front", [(dims[r], "0", f"{part}.s[{a}]") for r, a in indexed.front_axes()])
        behind = [(dims[r], f"{to}.s[{r}]", f"{part}.s[{a}]") for r, a in indexed.behind_axes()]
        _pair(w, "behind", behind)
        count = f"elements({indexed.sizes})"
        w.line(f"take(host, {to}.p, {part}.p, front, {indexed.at}, {count}, behind);")


def _put(w: Writer, node: Apply, form: Sequence[Any], add: bool) -> None:
    """A copy of ``x`` whose elements at the index are set to ``y``, or have it added."""
    x, y, *given = node.inputs
    (out,) = node.outputs
    if add and (x.type.dtype == "bool" or ("float" in y.type.dtype and "int" in x.type.dtype)):
        raise NotNative(f"it adds {y.type.dtype} to {x.type.dtype}")
    indexed = Indexed.of(w, entries(form, given), w.ndim(x))
    if w.ndim(y) > indexed.ndim:
        raise NotNative("its value has more dimensions than the indexed elements")
    name = write_copy(w, out, x)
    ctype = w.ctype(out)
    with w.block():
        part, dims = indexed.write(w, name, ctype, w.ndim(x))
        value, strides = _value(w, y, dims, may_broadcast=not indexed.by_one_vector)
        first = len(indexed.front)
        last = first + indexed.array_ndim
        front = [(dims[r], f"{part}.s[{a}]", strides[r]) for r, a in indexed.front_axes()]
        _pair(w, "front", front)
        _pair(w, "index", [(dims[r], "0", strides[r]) for r in range(first, last)])
        behind = [(dims[r], f"{part}.s[{a}]", strides[r]) for r, a in indexed.behind_axes()]
        _pair(w, "behind", behind)
        at = indexed.at
        if not indexed.arrays:
            at = w.name("at")
            w.line(f"const i64 {at}[] = {{0}};")
        w.line(f"put<{str(add).lower()}>(host, {part}.p, {value}, front, {at}, index, behind);")


def _pair(w: Writer, name: str, axes: Sequence[tuple[str, str, str]]) -> None:
    w.line(f"Pair {name};" + "".join(f" {name}.add({', '.join(axis)});" for axis in axes))


def _copy_view(w: Writer, indexed: Indexed, x: Variable, out: Variable) -> None:
    """Single elements and slices only: PyTensor's operation copies them."""
    part, dims = indexed.write(w, w[x], w.ctype(x), w.ndim(x))
    if dims:
        w.line(f"copy({w.new_array(out, dims)}, {part});")
    else:
        w.scalar(out, f"*{part}.p")


def _value(
    w: Writer, y: Variable, dims: Sequence[str], may_broadcast: bool
) -> tuple[str, list[str]]:
    """A pointer to the elements of ``y`` and their strides along the dimensions of the result."""
    if w.ndim(y) == 0:
        name = w.name("v")
        w.line(f"const {w.ctype(y)} {name} = {w[y]};")
        return f"&{name}", ["0"] * len(dims)
    missing, strides = len(dims) - w.ndim(y), ["0"] * len(dims)
    for i, size in enumerate(y.type.shape):
        d = missing + i
        if size == 1:
            continue
        strides[d] = w.name("s")
        w.line(
            f"const i64 {strides[d]} = fitted({w[y]}.d[{i}], {w[y]}.s[{i}], {dims[d]}, "
            f"{str(may_broadcast).lower()}, {d});"
        )
    return f"{w[y]}.p", strides
