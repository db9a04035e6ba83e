"""The node of a program: a graph inside, a compiled function outside."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.op import Op
from pytensor.scalar.basic import ScalarType

from symopt.backends.c import vector_math
from symopt.backends.c.program import build
from symopt.backends.c.program.batches import in_batches
from symopt.backends.c.program.order import readers_first, root, writers_last
from symopt.backends.c.program.values import Place
from symopt.backends.c.program.writer import Writer


class Program(Op):
    """Computes a graph by one C++ function.

    Attributes
    ----------
    fgraph
        The graph. It holds operations with a native form only and destroys nothing by itself.
    destroy_map
        Which outputs are written over an input: a shared variable and its new value.
    """

    __props__ = ()

    def __init__(
        self,
        fgraph: FunctionGraph,
        overwrites: Mapping[int, int] | None = None,
        name: str | None = None,
    ) -> None:
        self.fgraph = fgraph
        self.name = name
        self.overwrites = dict(overwrites or {})
        self.destroy_map = {out: [into] for out, into in self.overwrites.items()}
        self.threads = 0

    def make_node(self, *inputs: Variable) -> Apply:
        return Apply(self, list(inputs), [output.type() for output in self.fgraph.outputs])

    def __eq__(self, other: object) -> bool:
        return self is other

    def __hash__(self) -> int:
        return id(self)

    def __str__(self) -> str:
        return f"Program{{{self.name or ''}{len(self.fgraph.apply_nodes)} nodes}}"

    def perform(self, node: Apply, inputs: Any, outputs: Any, params: Any = None) -> None:
        raise NotImplementedError("a program runs compiled; see make_thunk")

    @cached_property
    def order(self) -> list[Apply]:
        """The nodes in the order in which they run: what overwrites an input comes last."""
        return writers_last(self.fgraph, self.overwrites)

    @cached_property
    def written(self) -> Writer:
        """The program."""
        w = Writer()
        for variable in self.fgraph.inputs:
            w.add_input(variable)
        outputs = self.fgraph.outputs
        in_place: dict[Variable, int] = {}
        for i, variable in enumerate(map(root, outputs)):
            if variable.owner is not None and w.ndim(variable) and variable not in in_place:
                ctype, ndim = w.ctype(variable), w.ndim(variable)
                code = f"output<{ctype}, {ndim}>(host, {i}, {{dims}})"
                w.places[variable] = Place(code, output=i)
                in_place[variable] = i
        chosen = self.overwrites
        before = readers_first(self.fgraph, chosen)
        w.nodes(in_batches(self.order, outputs, set(before), before, w), outputs)
        for i, variable in enumerate(outputs):
            value = root(variable)
            if in_place.get(value) != i or value in w.places:
                _write_output(w, variable, i)
        return w

    @cached_property
    def source(self) -> str:
        """The C++ of the program."""
        return self.written.source(_includes())

    def make_thunk(
        self,
        node: Apply,
        storage_map: Any,
        compute_map: Any,
        no_recycling: Any,
        impl: str | None = None,
    ) -> Any:
        """What runs the program. The compiler starts now, and is waited for at the first call."""
        build.start_runtime()
        library = build.compile_program(self.source)
        functions = list(self.written.libraries)
        for needed in functions:
            needed.start()
        runtime = build.runtime()
        cells = {v: storage_map[x] for v, x in zip(self.fgraph.inputs, node.inputs, strict=True)}

        def argument(variable: Variable, cell: list[Any], reuse: int = -1) -> tuple[Any, ...]:
            number = np.dtype(variable.type.dtype).num
            ndim = getattr(variable.type, "ndim", 0)
            return cell, number, ndim, reuse, isinstance(variable.type, ScalarType)

        inputs = [
            argument(v, [np.asarray(v.data)] if isinstance(v, Constant) else cells[v])
            for v in self.written.inputs
        ]
        outputs = [
            argument(v, storage_map[x], self.overwrites.get(i, -1))
            for i, (v, x) in enumerate(zip(self.fgraph.outputs, node.outputs, strict=True))
        ]

        def address() -> int:
            for needed in functions:
                needed.load_for_programs()
            return library.address()

        handle = runtime.make(inputs, outputs, self.written.slots, address, self.written.failures)
        computed = [compute_map[x] for x in node.outputs] if compute_map is not None else []

        def thunk() -> None:
            runtime.call(handle)
            for entry in computed:
                entry[0] = True

        thunk.cthunk = handle  # type: ignore[attr-defined]  # PyTensor's loop in C calls it directly
        thunk.inputs = [storage_map[x] for x in node.inputs]  # type: ignore[attr-defined]
        thunk.outputs = [storage_map[x] for x in node.outputs]  # type: ignore[attr-defined]
        thunk.lazy = False  # type: ignore[attr-defined]
        return thunk


def _write_output(w: Writer, variable: Variable, index: int) -> None:
    """Copy a value to where the output is wanted."""
    ctype, ndim = w.ctype(variable), w.ndim(variable)
    if ndim == 0:
        w.line(f"*({ctype}*)host->output(host, {index}, 0, NULL) = {w[variable]};")
    else:
        w.line(f"copy(output<{ctype}, {ndim}>(host, {index}, {w[variable]}.d), {w[variable]});")


def _includes() -> str:
    """What stands behind runtime.h in every program."""
    return '#include "batches.h"\n#include "reduce.h"\n' + vector_math.declarations()
