"""Elementwise operations: fused, several outputs, broadcast, in place where an input is read for
the last time.

The expression becomes a function of rows whose elements are neighbours, which the compiler
vectorises; exp, tanh and their like come from glibc's libmvec (within 4 units in the last place).
``run_elementwise`` (runtime.cpp) calls it over arrays of any strides, on several threads where that
pays.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.scalar.basic import ScalarOp
from pytensor.tensor.elemwise import Elemwise

from symopt.backends.c import vector_math
from symopt.backends.c.operations.scalar_code import cost, scalar_code
from symopt.backends.c.program.values import Buffer, NotNative, literal
from symopt.backends.c.program.writer import Writer, write

MAX_OPERANDS = 64
"""As in runtime.h."""

_INEXACT = re.compile(rf"\b({'|'.join(vector_math.FUNCTIONS)})f?\s*\(")
"""Functions whose vector form rounds otherwise than the one of single numbers."""


@write.register(Elemwise)
def _elementwise(op: Elemwise, node: Apply, w: Writer) -> None:
    if node.outputs[0].type.ndim == 0:
        write_scalars(op.scalar_op, node, w)
        return
    if is_of_ones(node, w):
        _write_ones(op.scalar_op, node, w)
        return
    loop = plan(node, w)
    loop.stored = [o for o in loop.stored if w.readers(node.outputs[o])]
    kernel = w.function(loop.kernel(op.scalar_op, node, w), "kernel")
    dims = loop.write_dims(w)
    written = loop.write_outputs(w, dims)
    with w.block():
        loop.write_work(w, dims, written, "work", kernel, cost(op.scalar_op))
        w.line("run_elementwise(host, work);")


@write.register(ScalarOp)
def _scalar(op: ScalarOp, node: Apply, w: Writer) -> None:
    write_scalars(op, node, w)


def write_scalars(op: ScalarOp, node: Apply, w: Writer) -> None:
    """Values without dimensions are local variables."""
    names = [w[v] for v in node.inputs]
    outputs = [w.name("v") for _ in node.outputs]
    code = scalar_code(op, node, w, names, outputs).replace("@", "s")
    for variable, name in zip(node.outputs, outputs, strict=True):
        w.line(f"{w.ctype(variable)} {name};")
        w.bind(variable, name, None)
    w.line(f"{{ {code} }}")


def is_of_ones(node: Apply, w: Writer) -> bool:
    """Whether a node's arrays have one element by declaration, and its results no place of their
    own.
    """
    if any(output in w.places for output in node.outputs):
        return False
    return all(size == 1 for v in (*node.inputs, *node.outputs) for size in v.type.shape)


def _write_ones(op: ScalarOp, node: Apply, w: Writer) -> None:
    """Arrays of one element are local variables too."""
    names = [
        literal(v.data.reshape(()), w.ctype(v)) if isinstance(v, Constant) else f"*{w[v]}.p"
        for v in node.inputs
    ]
    outputs = [w.name("v") for _ in node.outputs]
    code = scalar_code(op, node, w, names, outputs).replace("@", "s")
    for variable, name in zip(node.outputs, outputs, strict=True):
        ctype, array = w.ctype(variable), w.name("v")
        ones = ", ".join(["1"] * w.ndim(variable))
        w.line(f"{ctype} {name};")
        w.line(f"{w.type_of(variable)} {array} = {{&{name}, {{{ones}}}, {{{ones}}}}};")
        w.bind(variable, array, Buffer(None, w.depth, own=False))
    w.line(f"{{ {code} }}")


@dataclass(frozen=True)
class Total:
    """What a loop adds up over the elements of one of its outputs.

    Attributes
    ----------
    output
        Number of the output.
    ctype
        Of the sum.
    element
        The type that an element is added as.
    start
        The sum of nothing, a literal.
    step
        Code that sets ``c``, the sum with an element, from ``a``, the sum without, and ``b``, the
        element.
    join
        Code that sets ``c`` from two sums ``a`` and ``b``.
    symbol
        OpenMP's name of ``join``, if it has one: the compiler then knows how to join vectors of
        sums.
    """

    output: int
    ctype: str
    element: str
    start: str
    step: str
    join: str
    symbol: str | None


@dataclass
class Loop:
    """What is read and written, element by element.

    Attributes
    ----------
    node
        The node of an ``Elemwise``, or one like it.
    slots
        For each input of the node its place in ``operands``, or a literal.
    operands
        The arrays that are read, each once.
    live
        The dimensions that are not 1 by declaration; the last one is the row.
    stored
        Numbers of the node's outputs that become arrays.
    totals
        What is added up.
    """

    node: Apply
    slots: list[int | str]
    operands: list[Variable]
    live: list[int]
    stored: list[int]
    totals: list[Total] = field(default_factory=list)

    @property
    def ndim(self) -> int:
        return int(self.node.outputs[0].type.ndim)

    def broadcast(self, variable: Variable) -> list[bool]:
        return [size == 1 for size in variable.type.shape]

    def constant(self, operand: Variable) -> bool:
        """Whether it has one value for each row."""
        return self.broadcast(operand)[self.live[-1]]

    def kernel(self, op: ScalarOp, node: Apply, w: Writer) -> str:
        """The function of rows, named ``@``."""
        loads: list[str] = []
        rows: list[str] = []
        for i, operand in enumerate(self.operands):
            ctype = w.ctype(operand)
            at = f"({ctype}*)(p[{i}] + r * s[{i}])"
            if self.constant(operand):
                rows.append(f"const {ctype} i{i}_i = *{at};")
            else:
                rows.append(f"const {ctype}* i{i} = {at};")
                loads.append(f"const {ctype} i{i}_i = i{i}[k];")
        stores = []
        for o, output in enumerate(node.outputs):
            loads.append(f"{w.ctype(output)} o{o}_i;")
        for i, o in enumerate(self.stored, len(self.operands)):
            ctype = w.ctype(node.outputs[o])
            rows.append(f"{ctype}* o{o} = ({ctype}*)(p[{i}] + r * s[{i}]);")
            stores.append(f"o{o}[k] = o{o}_i;")
        return row_function(rows, loads, self.expression(op, node, w), stores, self.totals)

    def expression(self, op: ScalarOp, node: Apply, w: Writer) -> str:
        """Code that sets ``o0_i``... from ``i0_i``..."""
        inputs = [slot if isinstance(slot, str) else f"i{slot}_i" for slot in self.slots]
        code = scalar_code(op, node, w, inputs, [f"o{o}_i" for o in range(len(node.outputs))])
        return code.replace("@", "s")

    def reading(self, d: int) -> list[Variable]:
        """The operands that have dimension ``d``."""
        return [v for v in self.operands if not self.broadcast(v)[d]]

    def dims(self, w: Writer) -> list[str]:
        """The dimensions, as the first operands have them."""
        reading = [self.reading(d) for d in range(self.ndim)]
        return [f"{w[found[0]]}.d[{d}]" if found else "1" for d, found in enumerate(reading)]

    def position(self, operand: Variable) -> int:
        """Among the node's inputs."""
        return self.node.inputs.index(operand)

    def write_dims(self, w: Writer) -> list[str]:
        """Check the shapes of what is read and name the dimensions."""
        dims = self.dims(w)
        for d in range(self.ndim):
            for other in self.reading(d)[1:]:
                first = self.position(self.reading(d)[0])
                w.line(
                    f"if ({w[other]}.d[{d}] != {dims[d]}) broadcast_error({first}, {dims[d]}, "
                    f"{self.position(other)}, {w[other]}.d[{d}], {d});"
                )
        return dims

    def write_outputs(self, w: Writer, dims: list[str]) -> list[str]:
        """Arrays for the outputs: those of inputs that nobody reads any more, or new ones."""
        taken: set[Variable] = set()
        return [self.write_output(self.node.outputs[o], w, dims, taken) for o in self.stored]

    def write_output(
        self, output: Variable, w: Writer, dims: list[str], taken: set[Variable]
    ) -> str:
        """An array for an output, perhaps that of an input which is not in ``taken``."""
        if output not in w.places:
            for operand in self.operands:
                if self._can_take(operand, output, w, taken):
                    taken.add(operand)
                    w.alias(output, operand)
                    return w[output]
        return w.new_array(output, dims)

    def _can_take(
        self, operand: Variable, output: Variable, w: Writer, taken: set[Variable]
    ) -> bool:
        return (
            operand not in taken
            and operand.type.dtype == output.type.dtype
            and not any(self.broadcast(operand)[d] for d in self.live)
            and w.can_overwrite(operand)
        )

    def readings(self) -> list[tuple[int, bool]]:
        """How each operand is read, then how each output is written: a ``Reading`` of runtime.h."""
        found = []
        for operand in self.operands:
            mask = sum(1 << d for d, b in enumerate(self.broadcast(operand)) if b)
            found.append((mask, self.constant(operand)))
        return found + [(0, False)] * len(self.stored)

    def write_work(
        self,
        w: Writer,
        dims: list[str],
        written: list[str],
        work: str,
        kernel: str,
        unit_cost: int,
    ) -> None:
        """Declare ``work``, ready to run."""
        arrays = [w[operand] for operand in self.operands] + written
        w.line(f"Operand {work}_operands[{len(arrays)}];")
        for i, (array, (mask, constant)) in enumerate(zip(arrays, self.readings(), strict=True)):
            w.line(f"operand({work}_operands[{i}], {array}, {mask}, {str(constant).lower()});")
        w.line(
            f"Work {work} = {{{kernel}, {self.ndim}, {len(arrays)}, {len(written)}, {unit_cost}, "
            f"{{{', '.join(dims)}}}, {work}_operands}};"
        )


def can_fail(code: str) -> bool:
    """Whether code may end a program with an error."""
    return "fail(" in code


def is_exact(kernel: str) -> bool:
    """Whether all operations of a kernel round correctly: each number is then the same in any
    vector.
    """
    return _INEXACT.search(kernel) is None


def row_function(
    rows: list[str],
    loads: list[str],
    expression: str,
    stores: list[str],
    totals: list[Total],
) -> str:
    """A function over rows of neighbours, of its own: inside a large one it would count as cold."""
    lines, before, behind, added, clauses = [], [], [], [], []
    # An error must not leave a simd loop; the compiler can make no vectors of one that may throw
    # anyway.
    simd = "" if can_fail(expression) else "#pragma omp simd"
    for t, total in enumerate(totals):
        ctype, symbol = total.ctype, total.symbol
        if symbol is None:
            symbol = f"@_{t}"
            lines += [
                f"static inline {ctype} {symbol}_join({ctype} a, {ctype} b)"
                f" {{ {ctype} c; {{ {total.join} }} return c; }}",
                f"#pragma omp declare reduction({symbol} : {ctype} : omp_out = "
                f"{symbol}_join(omp_out, omp_in)) initializer(omp_priv = {total.start})",
            ]
        before.append(f"{ctype} t{t} = get_total<{ctype}>(total + {t});")
        behind.append(f"put_total(total + {t}, t{t});")
        added += [
            f"{{ const {ctype} a = t{t}; const {total.element} b = ({total.element})o{total.output}_i;",
            f"{ctype} c; {{ {total.step} }} t{t} = c; }}",
        ]
        clauses.append(f" reduction({symbol} : t{t})")
    lines += [
        "__attribute__((noinline, hot)) void @(i64 rows, i64 n, char* const* p, const i64* s, double* total) {",
        *before,
        "for (i64 r = 0; r < rows; ++r) {",
        *rows,
        f"{simd}{''.join(clauses)}",
        "for (i64 k = 0; k < n; ++k) {",
        *loads,
        f"{{ {expression} }}",
        *stores,
        *added,
        "} }",
        *behind,
        "}",
    ]
    return "\n".join(lines)


def plan(node: Apply, w: Writer) -> Loop:
    """How to loop over the elements of a node."""
    if not node.inputs:
        raise NotNative("it has no inputs")
    operands: list[Variable] = []
    slots: list[int | str] = []
    for variable in node.inputs:
        if isinstance(variable, Constant) and variable.data.size == 1:
            slots.append(literal(variable.data.reshape(()), w.ctype(variable)))
            continue
        if variable not in operands:
            operands.append(variable)
        slots.append(operands.index(variable))
    if len(operands) + len(node.outputs) > MAX_OPERANDS:
        raise NotNative(f"it reads and writes more than {MAX_OPERANDS} arrays")
    ndim = node.outputs[0].type.ndim
    broadcast = [[size == 1 for size in v.type.shape] for v in operands]
    live = [d for d in range(ndim) if not all(b[d] for b in broadcast)] or [ndim - 1]
    return Loop(node, slots, operands, live, list(range(len(node.outputs))))
