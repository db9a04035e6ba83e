"""Scan as a loop in the program: its body is written in place, its traces are filled row by row.

The semantics are those of PyTensor's ``Scan.perform``: buffers that are shorter than the loop are
circular, what a loop that stops early did not reach is zero. A value that a trace keeps is computed
in its row where possible.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

from pytensor.compile.builders import OpFromGraph
from pytensor.graph.basic import Apply, Constant, Variable, clone_get_equiv
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter
from pytensor.scan.op import Scan

from symopt.backends.c.program.order import root
from symopt.backends.c.program.values import Buffer, Place
from symopt.backends.c.program.writer import Writer, write
from symopt.backends.c.rewriting.mode import rewriting_mode
from symopt.config import config

_inner_graphs: WeakKeyDictionary[FunctionGraph, FunctionGraph] = WeakKeyDictionary()


@cache
def inner_rewriter(keep_budget: float, symbolic: bool = False) -> GraphRewriter:
    """The rewrites of the c backend's mode, but for programs and what works in place.

    ``symbolic``: for the definition of an operation, in which that operation is not to be found
    again.
    """
    excluded = ("inplace", "c_blas_destructive") + symbolic * ("symbolic_op_recognition",)
    return rewriting_mode(keep_budget).excluding(*excluded).optimizer


def inner_graph(op: Scan | OpFromGraph) -> FunctionGraph:
    """The graph inside an operation, rewritten once."""
    fgraph: Any = op.fgraph
    if fgraph not in _inner_graphs:
        # PyTensor 3.3 keeps graphs inside operations frozen.
        frozen = hasattr(fgraph, "unfreeze")
        clone = fgraph.unfreeze() if frozen else fgraph.clone(clone_inner_graphs=False)
        inner_rewriter(config.keep_budget, isinstance(op, OpFromGraph)).rewrite(clone)
        _inner_graphs[fgraph] = clone
    return _inner_graphs[fgraph]


def _copy(fgraph: FunctionGraph) -> FunctionGraph:
    """The graph over inputs of its own: PyTensor has the same ones in a loop inside this one."""
    inputs: list[Variable] = [variable.type() for variable in fgraph.inputs]
    memo: dict[Any, Any] = dict(zip(fgraph.inputs, inputs, strict=True))
    copies: dict[Any, Any] = clone_get_equiv(
        fgraph.inputs, fgraph.outputs, copy_inputs=False, copy_orphans=False, memo=memo
    )
    return FunctionGraph(inputs, [copies[v] for v in fgraph.outputs], clone=False)


@write.register(OpFromGraph)
def _inline(op: OpFromGraph, node: Apply, w: Writer) -> None:
    inner = _copy(inner_graph(op))
    for inside, outside in zip(inner.inputs, node.inputs, strict=True):
        w.alias(inside, outside)
    w.nodes(list(inner.toposort()), inner.outputs)
    for outside, inside in zip(node.outputs, inner.outputs, strict=True):
        w.alias(outside, inside)
    for inside in (*inner.inputs, *inner.outputs):
        w.release(inside)


@dataclass
class _Trace:
    """One output of a loop over its steps.

    Attributes
    ----------
    name
        Of the array.
    position
        Of the row that the next step writes.
    taps
        Steps back that the body reads.
    oldest
        The number of rows that stand there before the first step.
    turning
        Whether it may be circular (all but those of gradients, which are both read and written).
    """

    name: str
    position: str
    taps: tuple[int, ...]
    oldest: int
    turning: bool = True


@write.register(Scan)
def _scan(op: Scan, node: Apply, w: Writer) -> None:
    _Loop(op, node, w).write()


class _Loop:
    def __init__(self, op: Scan, node: Apply, w: Writer) -> None:
        self.op, self.node, self.w = op, node, w
        self.info = op.info
        self.inner = _copy(inner_graph(op))
        self.steps = w.name("n")
        self.step = w.name("i")
        self.traces: list[_Trace] = []
        self.states: list[tuple[str, Buffer | None]] = []

    def write(self) -> None:
        w, info, node = self.w, self.info, self.node
        for variable in (*self.inner.inputs, *self.inner.outputs):
            w.ctype(variable)
        w.line(f"const i64 {self.steps} = {w[node.inputs[0]]};")
        w.line(
            f'if ({self.steps} < 0) fail(INDEX_ERROR, "Scan was asked to run for negative number of step '
            f'%lld", (long long){self.steps});'
        )
        self._check_sequences()
        self._start_traces()
        self._start_states()
        w.line(f"i64 {self.step} = 0;")
        go = w.name("go")
        w.line(f"bool {go} = true;")
        with w.body(f"for (; {self.step} < {self.steps} && {go}; ++{self.step})"):
            self._bind_inputs()
            self._want_outputs()
            w.nodes(list(self.inner.toposort()), self.inner.outputs)
            outputs = self._saved_outputs()
            self._keep(outputs)
            if info.as_while:
                w.line(f"{go} = !{w[self.inner.outputs[-1]]};")
            for variable in (*self.inner.inputs, *self.inner.outputs):
                if not isinstance(variable, Constant):
                    w.release(variable)
                w.places.pop(variable, None)
        self._finish()

    # ---- in front of the loop

    def _check_sequences(self) -> None:
        w = self.w
        for i, sequence in enumerate(self.op.outer_seqs(self.node.inputs)):
            w.line(
                f'if ({w[sequence]}.d[0] < {self.steps}) fail(VALUE_ERROR, "Sequence {i} has %lld steps but '
                f"the Scan's required number of steps is %lld\", (long long){w[sequence]}.d[0], "
                f"(long long){self.steps});"
            )

    def _start_traces(self) -> None:
        w, op, info, inputs = self.w, self.op, self.info, self.node.inputs
        initial = [*op.outer_mitmot(inputs), *op.outer_mitsot(inputs), *op.outer_sitsot(inputs)]
        taps = [*info.mit_mot_in_slices, *info.mit_sot_in_slices, *info.sit_sot_in_slices]
        for k, (before, steps_back) in enumerate(zip(initial, taps, strict=True)):
            out = self.node.outputs[k]
            oldest, gradient = -min(steps_back), k < info.n_mit_mot
            if w.can_overwrite(before) and (out not in w.places or info.as_while):
                w.alias(out, before)
                name = w[out]
            else:
                dims, name = w.name("d"), w.name("v")
                sizes = ", ".join(f"{w[before]}.d[{d}]" for d in range(w.ndim(before)))
                w.line(f"const i64 {dims}[] = {{{sizes}}};")
                made, buffer = w.place(out, w.ctype(out), w.ndim(out), dims, anywhere=info.as_while)
                w.line(f"auto {name} = {made};")
                w.bind(out, name, buffer, whole=True)
                rows = f"{name}.d[0]" if gradient else str(oldest)
                w.line(f"copy_rows({name}, {w[before]}, {rows});")
            position = w.name("at")
            w.line(
                f'if ({self.steps} && {name}.d[0] == 0) fail(VALUE_ERROR, "Scan: output {k} has no room for '
                'a step");'
            )
            w.line(f"i64 {position} = {name}.d[0] ? modulo({oldest}, {name}.d[0]) : 0;")
            self.traces.append(_Trace(name, position, tuple(steps_back), oldest, not gradient))
        first = len(initial)
        for k, length in enumerate(op.outer_nitsot(inputs)):
            out = self.node.outputs[first + k]
            name, position, dims = w.name("v"), w.name("at"), w.name("d")
            w.line(
                f"{w.type_of(out)} {name}; i64 {position} = 0; i64 {dims}[{w.ndim(out)}] = {{0}};"
            )
            made, buffer = w.place(out, w.ctype(out), w.ndim(out), dims, anywhere=info.as_while)
            with w.block(f"if ({self.steps} == 0)"):
                w.line(f"{name} = {made};")
            w.bind(out, name, buffer, whole=True)
            trace = _Trace(name, position, (), 0)
            self.traces.append(trace)
            self._made[name] = (made, dims, w[length])

    @property
    def _made(self) -> dict[str, tuple[str, str, str]]:
        return self.__dict__.setdefault("_made_arrays", {})

    def _start_states(self) -> None:
        w, op = self.w, self.op
        first = len(self.traces)
        for k, before in enumerate(op.outer_untraced_sit_sot(self.node.inputs)):
            out = self.node.outputs[first + k]
            ctype, ndim, name = w.ctype(out), w.ndim(out), w.name("v")
            if ndim == 0:
                w.line(f"{ctype} {name} = {w[before]};")
                w.bind(out, name, None)
                self.states.append((name, None))
                continue
            buffer = w.new_buffer()
            w.line(f"auto {name} = fresh<{ctype}, {ndim}>(slots[{buffer.slot}], {w[before]}.d);")
            w.line(f"copy({name}, {w[before]});")
            w.bind(out, name, buffer, whole=True)
            self.states.append((name, buffer))

    # ---- the body

    def _bind_inputs(self) -> None:
        w, op, info = self.w, self.op, self.info
        inside = list(self.inner.inputs)
        outer = self.node.inputs
        for sequence in op.outer_seqs(outer):
            self._bind_row(inside.pop(0), w[sequence], self.step, carried=False)
        for trace in self.traces[: info.n_mit_mot + info.n_mit_sot + info.n_sit_sot]:
            for tap in trace.taps:
                row = w.name("row")
                w.line(f"const i64 {row} = modulo({trace.position} + ({tap}), {trace.name}.d[0]);")
                self._bind_row(inside.pop(0), trace.name, row, carried=True)
        for name, buffer in self.states:
            variable = inside.pop(0)
            if buffer is None:
                copy = w.name("v")
                w.line(f"const {w.ctype(variable)} {copy} = {name};")
                w.bind(variable, copy, None)
            else:
                own = Buffer(buffer.slot, w.depth, carried=True, pinned=True)
                w.bind(variable, name, own, whole=True)
        for variable, given in zip(inside, op.outer_non_seqs(outer), strict=True):
            w.alias(variable, given)

    def _bind_row(self, variable: Variable, array: str, row: str, carried: bool) -> None:
        w, name = self.w, self.w.name("v")
        ndim = w.ndim(variable)
        if ndim == 0:
            w.line(f"const {w.ctype(variable)} {name} = {array}.p[{row} * {array}.s[0]];")
            w.bind(variable, name, None)
            return
        w.line(f"{w.type_of(variable)} {name}; {name}.p = {array}.p + {row} * {array}.s[0];")
        for d in range(ndim):
            w.line(f"{name}.d[{d}] = {array}.d[{d + 1}]; {name}.s[{d}] = {array}.s[{d + 1}];")
        w.bind(variable, name, Buffer(None, w.depth, own=False, carried=carried))

    def _want_outputs(self) -> None:
        """Ask for values in the rows that keep them, where no tap of this step reads that row."""
        w, info = self.w, self.info
        outputs = self.inner.outputs[info.n_mit_mot_outs :]
        for trace, variable in zip(self.traces[info.n_mit_mot :], outputs, strict=False):
            value = root(variable)
            if value.owner is None or w.ndim(value) == 0 or value in w.places:
                continue
            ctype, ndim, name = w.ctype(value), w.ndim(value), trace.name
            free = self.step if name in self._made else f"{name}.d[0] > {trace.oldest}"
            at = f"{free} ? {name}.p + {trace.position} * {name}.s[0] : NULL"
            w.places[value] = Place(
                f"placed<{ctype}, {ndim}>({at}, {name}.d + 1, {{slot}}, {{dims}})"
            )

    def _saved_outputs(self) -> list[str]:
        """The values of a step, those copied that stand in memory which the next lines overwrite."""
        w, names = self.w, []
        for variable in self.inner.outputs:
            value = w.value(variable)
            buffer = value.buffer
            state = next((n for n, b in self.states if b is not None and n == value.name), None)
            if (
                buffer is None
                or not buffer.carried
                or (state is not None and self._own(variable, state))
            ):
                names.append(value.name)
                continue
            copy = w.name("v")
            w.line(
                f"auto {copy} = fresh<{w.ctype(variable)}, {w.ndim(variable)}>({w.scratch()}, {value.name}.d);"
            )
            w.line(f"copy({copy}, {value.name});")
            names.append(copy)
        return names

    def _own(self, variable: Variable, state: str) -> bool:
        """Whether a value that stands in a state's memory is that state's new value, and no other."""
        info = self.info
        first = info.n_mit_mot_outs + info.n_mit_sot + info.n_sit_sot + info.n_nit_sot
        places = [i for i, v in enumerate(self.inner.outputs) if v is variable]
        return places == [first + [n for n, _ in self.states].index(state)]

    def _keep(self, names: list[str]) -> None:
        w, info = self.w, self.info
        values = iter(names)
        for trace, slices in zip(self.traces, info.mit_mot_out_slices, strict=False):
            for tap in slices:
                row = f"modulo({trace.position} + ({tap}), {trace.name}.d[0])"
                w.line(f"keep({trace.name}, {row}, {next(values)});")
        for trace in self.traces[info.n_mit_mot :]:
            value = next(values)
            if trace.name in self._made:
                made, dims, length = self._made[trace.name]
                with w.block(f"if ({self.step} == 0)"):
                    w.line(f"{dims}[0] = {length};")
                    position = names.index(value)
                    for d in range(w.ndim(self.inner.outputs[position])):
                        w.line(f"{dims}[{d + 1}] = {value}.d[{d}];")
                    w.line(f"{name_check(trace.name, dims)}{trace.name} = {made};")
            w.line(f"keep({trace.name}, {trace.position}, {value});")
        for name, buffer in self.states:
            value = next(values)
            if buffer is None:
                w.line(f"{name} = {value};")
                continue
            with w.block(f"if ({value}.p != {name}.p)"):
                w.line(
                    f"{name} = fresh<{self._state_type(name)}>(slots[{buffer.slot}], {value}.d);"
                )
                w.line(f"copy({name}, {value});")
        for trace in self.traces:
            w.line(f"if (++{trace.position} >= {trace.name}.d[0]) {trace.position} = 0;")

    def _state_type(self, name: str) -> str:
        w = self.w
        k = [n for n, _ in self.states].index(name)
        out = self.node.outputs[len(self.traces) + k]
        return f"{w.ctype(out)}, {w.ndim(out)}"

    # ---- behind the loop

    def _finish(self) -> None:
        w = self.w
        for trace in self.traces:
            if trace.turning:
                with w.block(f"if ({self.steps})"):
                    w.line(
                        f"finish({trace.name}, {self.step} + {trace.oldest}, {trace.position}, "
                        f"{self.steps} - {self.step}, {w.scratch()});"
                    )


def name_check(name: str, dims: str) -> str:
    """Room for at least one row: a trace of none cannot keep the step."""
    return f'if ({dims}[0] < 1) fail(VALUE_ERROR, "Scan: an output has no room for a step"); '
