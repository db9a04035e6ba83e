"""Writing a graph as C++: names of values, the memory they stand in, and the text.

A value of no dimensions is a local variable; every other one is an ``Array`` (``runtime.h``): a
pointer, dims and strides. Memory is planned while the program is written. Each new array stands in
a slot, a piece of memory that the program keeps between calls and that grows to the largest array
it has held. The slot is free for another array behind the last reader of the first, so that a
program allocates nothing once it has seen its shapes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import singledispatch
from math import inf
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.op import Op
from pytensor.scalar.basic import ScalarType
from pytensor.tensor.type import DenseTensorType

from symopt.backends.c.program.values import (
    CTYPES,
    MAX_DIMS,
    Body,
    Buffer,
    NotNative,
    Place,
    Scope,
    Value,
    literal,
)


@singledispatch
def write(op: Op, node: Apply, w: Writer) -> None:
    """Write the code that computes ``node``; a module of ``operations`` registers each type of op.

    Raises
    ------
    NotNative
        There is no native form of this node.
    """
    raise NotNative("symopt has no native form of it")


@dataclass(eq=False)
class Step:
    """Nodes that are written as one: what the last of them reads is needed until all have run."""

    nodes: list[Apply]

    def write(self, w: Writer) -> None:
        """Write the code that computes them."""
        (node,) = self.nodes
        write(node.op, node, w)


@singledispatch
def parts_of(op: Op, node: Apply) -> Sequence[Variable]:
    """Values of which a node's result consists, which may be computed in its memory right away."""
    return ()


@singledispatch
def start_parts(op: Op, node: Apply, w: Writer) -> None:
    """Make the result of a node with parts, and places in it for parts not computed yet."""


class Writer:
    """A program in the making.

    Attributes
    ----------
    inputs
        The graph's inputs and constants, in the order of the program's inputs.
    slots
        Number of slots so far.
    fills
        Arrays full of one value that only those read who write into a copy, with their dims and
        that value: each reader makes its own.
    libraries
        Of functions that the program calls.
    failures
        What makes the exceptions that C++ has no kinds for, from their texts.
    """

    def __init__(self) -> None:
        self.inputs: list[Variable] = []
        self._input_names: dict[str, int] = {}
        self.slots = 0
        self.depth = 0
        self.places: dict[Variable, Place] = {}
        self.started: set[Apply] = set()
        self.fills: dict[Variable, tuple[list[str], str]] = {}
        self.libraries: dict[Any, None] = {}
        self.failures: list[Callable[[str], Exception]] = []
        self._free: list[int] = []
        self._scratch: list[int] = []
        self._values: dict[Variable, Value] = {}
        self._functions: dict[str, str] = {}
        self._support: dict[str, None] = {}
        self._constants: dict[tuple[Any, bytes], str] = {}
        self._scopes: list[Scope] = []
        self._lines: list[str | list[str]] = []
        self._bodies: list[Body] = []
        self._openings: list[str] = []
        self._names = 0

    # ---- text

    def line(self, text: str) -> None:
        """Add code, one line or several."""
        self._lines.append(text)

    def name(self, prefix: str) -> str:
        """A new name."""
        self._names += 1
        return f"{prefix}{self._names}"

    def function(self, text: str, prefix: str) -> str:
        """The name of a function that ``text`` defines as ``@``; equal texts are one function."""
        if text not in self._functions:
            self._functions[text] = f"{prefix}{len(self._functions)}"
        return self._functions[text]

    def support(self, text: str) -> None:
        """Code in front of all functions, once."""
        if text.strip():
            self._support[text] = None

    def failure(self, exception: Callable[[str], Exception]) -> str:
        """The kind of error, for ``fail``, with which a program raises ``exception(text)``."""
        if exception not in self.failures:
            self.failures.append(exception)
        return f"GIVEN_ERROR + {self.failures.index(exception)}"

    @contextmanager
    def block(self, head: str = "") -> Iterator[None]:
        """Lines inside braces."""
        self.line(f"{head} {{" if head else "{")
        yield
        self.line("}")

    def source(self, includes: str) -> str:
        """The whole program."""
        functions = [text.replace("@", name) for text, name in self._functions.items()]
        reads = self._openings
        return "\n".join(
            [
                '#include "runtime.h"',
                includes,
                *self._support,
                "using namespace symopt;",
                "namespace {",
                *functions,
                "void program(Host* host, Slot* slots, const Input* in) {",
                *reads,
                *(x for part in self._lines for x in ([part] if isinstance(part, str) else part)),
                "}",
                "}",
                'extern "C" int symopt_run(Host* host, Slot* slots, const Input* in) {',
                "try { program(host, slots, in); return 0; }",
                "catch (const Error& error) { host->error = error; return 1; }",
                "}",
                "",
            ]
        )

    # ---- types and names of values

    def ctype(self, variable: Variable) -> str:
        """The type of an element."""
        dtype = getattr(variable.type, "dtype", None)
        if not isinstance(variable.type, DenseTensorType | ScalarType) or dtype not in CTYPES:
            raise NotNative(f"programs have no values of type {variable.type}")
        return CTYPES[dtype]

    def ndim(self, variable: Variable) -> int:
        """The number of dimensions, 0 for PyTensor's scalars too."""
        ndim = int(getattr(variable.type, "ndim", 0))
        if ndim > MAX_DIMS:
            raise NotNative(f"programs have arrays of at most {MAX_DIMS} dimensions")
        return ndim

    def type_of(self, variable: Variable) -> str:
        """The type of a value: that of an element, or ``Array<element, ndim>``."""
        ctype, ndim = self.ctype(variable), self.ndim(variable)
        return f"Array<{ctype}, {ndim}>" if ndim else ctype

    def __getitem__(self, variable: Variable) -> str:
        """The name of a value; of a constant without dimensions its literal."""
        return self.value(variable).name

    def value(self, variable: Variable) -> Value:
        """What stands for a variable."""
        if variable not in self._values:
            if not isinstance(variable, Constant):
                raise NotNative(f"{variable} is not computed in the program")
            self._values[variable] = self._constant(variable)
        return self._values[variable]

    def computed(self, variable: Variable) -> bool:
        """Whether the code that computes a value has been written."""
        return variable in self._values

    def static_dims(self, variable: Variable) -> Sequence[int | None]:
        """What is known of a shape."""
        return tuple(getattr(variable.type, "shape", ()))

    # ---- making values

    def add_input(self, variable: Variable) -> None:
        """The next input of the program."""
        name, index = self.name("v"), len(self.inputs)
        self.inputs.append(variable)
        self._input_names[name] = index
        if self.ndim(variable):
            made = f"input<{self.ctype(variable)}, {self.ndim(variable)}>(in[{index}])"
            self._openings.append(f"const auto {name} = {made};")
        else:
            self._openings.append(
                f"const {self.ctype(variable)} {name} = *({self.ctype(variable)}*)in[{index}].data;"
            )
        self.bind(variable, name, Buffer(None, 0, own=False))

    def input_number(self, variable: Variable) -> int | None:
        """Which input of the program a value is, if it is one."""
        return self._input_names.get(self[variable])

    def scalar(self, variable: Variable, code: str | None = None) -> str:
        """A new value without dimensions, of the expression ``code`` or to be set."""
        name = self.name("v")
        self.line(f"{self.ctype(variable)} {name}{f' = {code}' if code is not None else ''};")
        self._values[variable] = Value(name)
        return name

    def new_array(self, variable: Variable, dims: Sequence[str]) -> str:
        """A new contiguous array of these dims, where it is wanted or in a slot."""
        ctype, ndim, name = self.ctype(variable), self.ndim(variable), self.name("v")
        sizes = self.name("d")
        self.line(f"const i64 {sizes}[] = {{{', '.join(f'(i64)({d})' for d in dims)}}};")
        wanted = self.places.get(variable)
        made, buffer = self.place(variable, ctype, ndim, sizes)
        self.line(f"auto {name} = {made};")
        self.bind(variable, name, buffer, whole=wanted is None or not wanted.strided)
        return name

    def place(
        self, variable: Variable, ctype: str, ndim: int, sizes: str, anywhere: bool = False
    ) -> tuple[str, Buffer]:
        """An expression that makes a new array of these sizes, where it is wanted unless
        ``anywhere``.
        """
        place = None if anywhere else self.places.pop(variable, None)
        if place is None:
            buffer = self.new_buffer()
            return f"fresh<{ctype}, {ndim}>(slots[{buffer.slot}], {sizes})", buffer
        buffer = Buffer(None, self.depth, own=False)
        made = place.code
        if "{slot}" in made:
            buffer.slot = self._take_slot()
        return made.replace("{slot}", f"slots[{buffer.slot}]").replace("{dims}", sizes), buffer

    def new_buffer(self) -> Buffer:
        """A slot that is free now."""
        return Buffer(self._take_slot(), self.depth)

    def bind(
        self,
        variable: Variable,
        name: str,
        buffer: Buffer | None,
        whole: bool = False,
        depth: int | None = None,
    ) -> None:
        """Let ``name`` stand for a variable; it is declared here, unless ``depth`` says where."""
        depth = self.depth if depth is None else depth
        self._values[variable] = Value(name, buffer, whole, depth)
        while buffer is not None:
            if buffer.depth == self.depth:  # what is around a loop outlives its body anyway
                buffer.holders.add(variable)
            buffer = buffer.under

    def view(self, variable: Variable, of: Variable, whole: bool = False) -> str:
        """A new array over the memory of another value, to be filled in by the caller.

        ``whole``: it has the same elements in the same order.
        """
        name, value = self.name("v"), self.value(of)
        self.line(f"{self.type_of(variable)} {name};")
        self.bind(variable, name, value.buffer, whole and value.whole)
        return name

    def alias(self, variable: Variable, of: Variable) -> None:
        """The same array under the name of another variable."""
        value = self.value(of)
        self.bind(variable, value.name, value.buffer, value.whole, value.depth)

    def scratch(self) -> str:
        """A slot for the code of this node alone."""
        slot = self._take_slot()
        self._scratch.append(slot)
        return f"slots[{slot}]"

    def readers(self, variable: Variable) -> list[tuple[Apply | None, int]]:
        """Who reads a value, as which input; None: it is an output of the graph that is being
        written.
        """
        return self._scopes[-1].readers.get(variable, [])

    def dies(self, variable: Variable) -> bool:
        """Whether the node that is being written is the last reader of a value."""
        scope = self._scopes[-1]
        return scope.last.get(variable, inf) <= scope.now

    def can_overwrite(self, variable: Variable) -> bool:
        """Whether nobody else will read the memory of ``variable``, an input of this node."""
        value = self.value(variable)
        buffer = value.buffer
        return (
            buffer is not None
            and buffer.own
            and buffer.slot is not None
            and buffer.depth == self.depth
            and value.whole
            and buffer.under is None
            and buffer.holders == {variable}
            and self.dies(variable)
            and variable not in self.places
        )

    def _take_slot(self) -> int:
        if self._free:
            return self._free.pop()
        self.slots += 1
        return self.slots - 1

    def release(self, variable: Variable) -> None:
        """Nobody reads this value any more; its slot is free when that holds for all in it."""
        value = self._values.get(variable)
        buffer = None if value is None else value.buffer
        while buffer is not None:
            if variable in buffer.holders:
                buffer.holders.remove(variable)
                if not buffer.holders and buffer.slot is not None and not buffer.pinned:
                    self._free.append(buffer.slot)
                    buffer.slot = None
            buffer = buffer.under

    # ---- graphs

    def nodes(self, order: Sequence[Apply | Step], outputs: Sequence[Variable]) -> None:
        """Write nodes in this order; the values of ``outputs`` stay."""
        steps = [entry if isinstance(entry, Step) else Step([entry]) for entry in order]
        last: dict[Variable, float] = {}
        readers: dict[Variable, list[tuple[Apply | None, int]]] = {}
        for i, step in enumerate(steps):
            for node in step.nodes:
                for variable in (*node.outputs, *node.inputs):
                    last[variable] = i
                for k, variable in enumerate(node.inputs):
                    readers.setdefault(variable, []).append((node, k))
        for k, variable in enumerate(outputs):
            last[variable] = inf
            readers.setdefault(variable, []).append((None, k))
        scope = Scope(last, readers)
        self._scopes.append(scope)
        consist = {v: n for step in steps for n in step.nodes for v in parts_of(n.op, n)}
        for i, step in enumerate(steps):
            scope.now = i
            around, self._scratch = self._scratch, []
            for variable in (v for node in step.nodes for v in node.outputs):
                if variable in consist and len(readers[variable]) == 1:
                    self._start(consist[variable])
            step.write(self)
            for variable in dict.fromkeys(v for n in step.nodes for v in (*n.inputs, *n.outputs)):
                if last[variable] == i and not isinstance(variable, Constant):
                    self.release(variable)
            self._free += self._scratch
            self._scratch = around
        self._scopes.pop()

    def _start(self, node: Apply) -> None:
        """Start a node with parts, if what else it reads is there."""
        others = set(node.inputs) - set(parts_of(node.op, node))
        if node not in self.started and all(
            isinstance(v, Constant) or v in self._values for v in others
        ):
            self.started.add(node)
            start_parts(node.op, node, self)

    @contextmanager
    def body(self, head: str) -> Iterator[None]:
        """The body of a loop. It ends no value of the graph around it, since it runs again."""
        self.depth += 1
        loop = Body()
        self._bodies.append(loop)
        self._lines.append(loop.before)
        with self.block(head):
            yield
        self._bodies.pop()
        self._free += loop.slots
        self.depth -= 1

    def once(self, variable: Variable, ctype: str, code: str) -> str | None:
        """A variable that is set in front of the loop, since only ``variable`` decides it.

        ``code`` sets ``@``, with ``{slot}`` a slot of its own and ``{value}`` the value. None
        outside of loops and where the value changes from step to step. The same code for the same
        value is one variable.
        """
        value = self.value(variable)
        if not self._bodies or value.depth >= self.depth or value.buffer is None:
            return None
        if value.buffer.depth >= self.depth:
            return None
        body = self._bodies[-1]
        key = value.name, ctype, code
        if key not in body.made:
            name = body.made[key] = self.name("h")
            self.slots += 1  # not a free one: the body may have written to that
            body.slots.append(self.slots - 1)
            text = code.replace("{slot}", f"slots[{self.slots - 1}]").replace("{value}", value.name)
            body.before.append(f"{ctype} {name}; {text.replace('@', name)}")
        return body.made[key]

    def _constant(self, constant: Constant) -> Value:
        data = np.asarray(constant.data)
        ctype = self.ctype(constant)
        if data.ndim == 0:
            return Value(literal(data, ctype))
        if data.size > 16:
            # Not in the source, which would then differ from model to model.
            self.add_input(constant)
            return self._values[constant]
        key = (ctype, data.shape), data.tobytes()
        if key not in self._constants:
            name = self._constants[key] = self.name("c")
            values = ", ".join(literal(x, ctype) for x in data.ravel()) or "0"
            sizes = ", ".join(map(str, data.shape))
            self._openings += [
                f"static const {ctype} {name}_data[] = {{{values}}};",
                f"Array<{ctype}, {data.ndim}> {name} = {{({ctype}*){name}_data, {{{sizes}}}}};",
                f"contiguous_strides({name});",
            ]
        return Value(self._constants[key], Buffer(None, 0, own=False))
