"""Loops that share a launch: elementwise operations of one kernel, and reductions of what they
compute.

A reduction to a number belongs to the loop over the elements that it adds up. Where nobody else
reads these, they are never stored: the norm of a gradient reads the gradient and writes a number.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from pytensor.graph.basic import Apply, Variable
from pytensor.scalar.basic import identity
from pytensor.tensor.elemwise import CAReduce, Elemwise

from symopt.backends.c.operations.elementwise import Loop, can_fail, is_exact, is_of_ones, plan
from symopt.backends.c.operations.reductions import (
    mask_of,
    needs_elements,
    operation_of,
    total_of,
)
from symopt.backends.c.operations.scalar_code import cost
from symopt.backends.c.program.batches import Launch, Readers, launch_of
from symopt.backends.c.program.writer import Writer, write


@dataclass(eq=False)
class _ElementwiseLaunch(Launch):
    loop: Loop
    kernel: str
    unit_cost: int
    reductions: list[Apply] = field(default_factory=list)


@launch_of.register(Elemwise)
def _elementwise(op: Elemwise, node: Apply, readers: Readers, w: Writer) -> Launch | None:
    if node.outputs[0].type.ndim == 0 or is_of_ones(node, w):
        return None
    loop = plan(node, w)
    if can_fail(loop.expression(op.scalar_op, node, w)):
        return None
    alone = _reduced_along(node, readers)
    if alone is not None:
        (kept,) = alone.outputs
        return Launch([node, alone], alone, [kept], lambda _, w: _write_along(loop, alone, w))
    reductions, stored = [], []
    for o, output in enumerate(node.outputs):
        reading = [r for r in readers.get(output, ()) if r is not None and _is_to_number(r)]
        reductions += [(o, reduction) for reduction in reading]
        if len(reading) < len(readers.get(output, ())):
            stored.append(o)
    totals = [total_of(r.op, r, w, o) for o, r in reductions]
    loop = replace(loop, stored=stored, totals=totals)
    return _launch(op, loop, [node, *(r for _, r in reductions)], [r for _, r in reductions], w)


@launch_of.register(CAReduce)
def _reduction(op: CAReduce, node: Apply, readers: Readers, w: Writer) -> Launch | None:
    """A reduction of an array that is there already."""
    if not _is_to_number(node):
        return None
    copy = Elemwise(identity)
    loop = replace(plan(copy.make_node(*node.inputs), w), stored=[], totals=[total_of(op, node, w)])
    return _launch(copy, loop, [node], [node], w)


def _launch(
    op: Elemwise, loop: Loop, nodes: list[Apply], reductions: list[Apply], w: Writer
) -> Launch:
    kernel = loop.kernel(op.scalar_op, loop.node, w)
    starts = tuple(total.start for total in loop.totals)
    key = kernel, starts, len(loop.operands)
    written = [loop.node.outputs[o] for o in loop.stored]
    unit_cost = cost(op.scalar_op) + len(reductions)
    return _ElementwiseLaunch(nodes, key, written, _write, loop, kernel, unit_cost, reductions)


def _reduced_along(node: Apply, readers: Readers) -> Apply | None:
    """The reduction along some dimensions that is all that reads a node."""
    reading = [reader for output in node.outputs for reader in readers.get(output, ())]
    if len(reading) == 1 and reading[0] is not None and isinstance(reading[0].op, CAReduce):
        return None if _is_to_number(reading[0]) else reading[0]
    return None


def _is_to_number(node: Apply) -> bool:
    return (
        isinstance(node.op, CAReduce)
        and node.outputs[0].type.ndim == 0
        and node.inputs[0].type.ndim > 0
    )


def _write(launches: Sequence[Launch], w: Writer) -> None:
    batch = [launch for launch in launches if isinstance(launch, _ElementwiseLaunch)]
    if len(batch) == 1 and len(batch[0].nodes) == 1:
        (node,) = batch[0].nodes
        write(node.op, node, w)
        return
    first, made = batch[0], _Made(w)
    readers = Counter(variable for launch in batch for variable in launch.loop.operands)
    shared = frozenset(variable for variable, count in readers.items() if count > 1)
    forms: dict[tuple[int, str], int] = {}
    rows = [_row(launch.loop, shared, forms, made, w) for launch in batch]
    for launch in batch:
        for node in launch.reductions:
            w.scalar(node.outputs[0])
    slot, kernel = w.scratch(), w.function(first.kernel, "kernel")
    reads, writes = len(first.loop.operands), len(first.loop.stored)
    with w.block():
        for (_, text), i in forms.items():
            w.line(f"static const Reading form{i}[] = {{{text}}};")
        listed = ", ".join(f"{{{ndim}, form{i}}}" for (ndim, _), i in forms.items())
        w.line(f"static const Form forms[] = {{{listed}}};")
        w.line(f"static const int places[] = {{{', '.join(rows)}}};")
        arrays = ", ".join(f"any({name})" for name in made.names) or "{NULL, NULL, NULL}"
        w.line(f"const AnyArray made[] = {{{arrays}}};")
        w.line(
            f"static const Launch launch = {{{kernel}, {reads}, {writes}, {first.unit_cost}, "
            f"{_bool(is_exact(first.kernel))}, {_not_empty(first)}, {len(batch)}, forms, places}};"
        )
        w.line(f"Work* const works = make_works(host, in, made, launch, {slot});")
        if first.reductions:
            _write_reductions(w, batch)
        else:
            w.line(f"run_elementwise_many(host, works, {len(batch)});")


def _write_along(loop: Loop, reduction: Apply, w: Writer) -> None:
    """A loop whose one value is reduced along some dimensions."""
    op, node = reduction.op, loop.node
    (value,), (out,) = reduction.inputs, reduction.outputs
    loop = replace(loop, stored=[node.outputs.index(value)])
    kernel = w.function(loop.kernel(node.op.scalar_op, node, w), "kernel")
    operation = w.function(operation_of(op, reduction, w), "reduction")
    dims, mask = loop.write_dims(w), mask_of(op, loop.ndim)
    if needs_elements(op):
        gone = " || ".join(f"{size} == 0" for d, size in enumerate(dims) if mask >> d & 1)
        w.line(
            f'if ({gone}) fail(VALUE_ERROR, "zero-size array to reduction operation {op.scalar_op} '
            'which has no identity");'
        )
    name = w.new_array(out, [size for d, size in enumerate(dims) if not mask >> d & 1])
    with w.block():
        w.line(
            f"Array<{w.ctype(value)}, {loop.ndim}> none = {{}};"
        )  # a piece is wherever it is computed
        loop.write_work(w, dims, ["none"], "work", kernel, cost(node.op.scalar_op) + 1)
        w.line(f"reduce_along<{operation}, {w.ctype(value)}>(host, work, {mask}, {name}.p);")


class _Made:
    """The arrays of a launch that are no inputs of the program, each once."""

    def __init__(self, w: Writer) -> None:
        self.names: list[str] = []
        self._w = w

    def place(self, variable: Variable) -> int:
        """Where an array stands: a number for ``Launch.places``."""
        number = self._w.input_number(variable)
        return self.named(self._w[variable]) if number is None else number

    def named(self, name: str) -> int:
        """The same for an array that the program has made."""
        if name not in self.names:
            self.names.append(name)
        return -1 - self.names.index(name)


def _row(
    loop: Loop,
    shared: frozenset[Variable],
    forms: dict[tuple[int, str], int],
    made: _Made,
    w: Writer,
) -> str:
    """A loop's numbers in ``Launch.places``. ``shared``: what other loops of it read too."""
    taken = set(shared)
    written: list[int | str] = []
    for output in (loop.node.outputs[o] for o in loop.stored):
        place = w.places.get(output)
        if place is not None and place.output is not None and len(w.readers(output)) == 1:
            del w.places[output]
            written.append(place.output)
        else:
            written.append(loop.write_output(output, w, loop.dims(w), taken))
    places = [made.place(variable) for variable in loop.operands]
    places += [name if isinstance(name, int) else made.named(name) for name in written]
    arrays = [*loop.operands, *(loop.node.outputs[o] for o in loop.stored)]
    positions = [loop.position(v) for v in loop.operands] + [0] * len(loop.stored)
    readings = [
        f"{{{position}, sizeof({w.ctype(array)}), {mask}, {_bool(constant)}}}"
        for array, position, (mask, constant) in zip(
            arrays, positions, loop.readings(), strict=True
        )
    ]
    form = forms.setdefault((loop.ndim, ", ".join(readings)), len(forms))
    return ", ".join(map(str, [form, *places]))


def _bool(value: bool) -> str:
    return str(value).lower()


def _not_empty(launch: _ElementwiseLaunch) -> str:
    """The operation of a launch that needs an element, as a literal."""
    for node in launch.reductions:
        if needs_elements(node.op):
            return f'"{node.op.scalar_op}"'
    return "NULL"


def _write_reductions(w: Writer, batch: Sequence[_ElementwiseLaunch]) -> None:
    """Run works of reductions, and name their results."""
    totals = batch[0].loop.totals
    start, join = [], []
    for t, total in enumerate(totals):
        ctype = total.ctype
        start.append(f"put_total<{ctype}>(total + {t}, {total.start});")
        join += [
            f"{{ const {ctype} a = get_total<{ctype}>(total + {t}), b = get_total<{ctype}>(part + {t});",
            f"{ctype} c; {{ {total.join} }} put_total(total + {t}, c); }}",
        ]
    starting = w.function("\n".join(["void @(double* total) {", *start, "}"]), "start")
    joining = w.function(
        "\n".join(["void @(double* total, const double* part) {", *join, "}"]), "join"
    )
    w.line(f"const Totals totals = {{{len(totals)}, {starting}, {joining}}};")
    w.line(f"double total[{len(batch) * len(totals)}];")
    w.line(f"run_reductions(host, {w.scratch()}, works, {len(batch)}, totals, total);")
    for j, launch in enumerate(batch):
        for t, (total, node) in enumerate(zip(totals, launch.reductions, strict=True)):
            out = node.outputs[0]
            value = f"get_total<{total.ctype}>(total + {j * len(totals) + t})"
            w.line(f"{w[out]} = ({w.ctype(out)}){value};")
