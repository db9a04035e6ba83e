"""Gradients of weights leave the loop: one large product instead of one at every step.

``acc[t] = acc[t-1] + dot(a[t].T, b[t])`` over T steps, with the rows of a and b being m examples,
becomes the product of a (k, T m) and a (T m, n) matrix after the loop, to which a and b are given
as sequences and traces. That saves reading and writing the accumulator at each step, and a large
product runs at several times the speed of a small one. Sums of what has a trace then anyway, as
the gradients of biases, go the same way.

PyTensor's ``scan_push_out_add`` and ``scan_push_out_dot1`` do this for products, whatever they
have to store. Here there is a condition on memory, so use this rewriter instead of them
(``mode.excluding(*REPLACED)``); together with them it takes what they leave.

**Memory.** What is stored anyway costs nothing: sequences, and traces that are used. Another
operand is stored only if it has no more axes than the largest of the loop's sequences, states and
used traces. Axes of length one are not counted, and an axis that a reshape has put together from
two counts as two. So a product adds at most two arrays, each no larger than what the loop keeps
for every step already, up to the lengths of single axes: T m (k + n) numbers of the size of hidden
states, to save reading and writing 2 T k n numbers of the accumulator.

Attention is what the condition is there for. The gradient of its last layer is
``dot(p.reshape((P m, k)).T, e.reshape((P m, 1)))`` with p of P places times m examples. Storing p
at all steps would take P times the memory of a state, to save a sum of k numbers; it stays in the
loop, unless p has a trace already. ``acc + x[t]`` with an x that has no trace stays as well: x is
as large as the accumulator.
"""

from __future__ import annotations

import dataclasses
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter, copy_stack_trace
from pytensor.scan.op import Scan
from pytensor.tensor.basic import ScalarFromTensor
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.subtensor import Subtensor

from symopt.backends.c.rewriting.accumulators import (
    Accumulator,
    axes,
    find_accumulators,
    is_product,
    linear_path,
)
from symopt.backends.c.rewriting.changed_loops import (
    copied_values,
    with_equal_values_merged,
    with_states_and_traces,
)

POSITION = 0.06
"""Right after PyTensor's own rewrites of loops (0.05), before canonicalisation (1) simplifies what
comes after the loop, and before traces are cut to what is used (1.61)."""

REPLACED = ("scan_push_out_add", "scan_push_out_dot1")
"""PyTensor's rewrites to leave out."""


class ProductsAfterLoops(GraphRewriter):
    """Moves products that are summed over time, and sums of traces, to after the loop.

    Taken are accumulators of which only the last value is used (``find_accumulators``), whose
    terms are products of matrices, or values with a trace, followed by transpositions and sums.
    An accumulator with other terms as well keeps those. Loops with a condition stay as they are.
    """

    def apply(self, fgraph: FunctionGraph, *args: Any, **kwargs: Any) -> None:
        for node in list(fgraph.toposort()):
            if isinstance(node.op, Scan) and not node.op.info.as_while:
                _move(fgraph, node)


class _Traces:
    """The values of a loop's body that can be had after the loop, for all steps."""

    def __init__(self, fgraph: FunctionGraph, loop: Apply, accumulators: list[Accumulator]) -> None:
        op = loop.op
        self.loop, self.op, self.new = loop, op, list[Variable]()
        inner = op.inner_inputs
        self.sequences = dict(zip(op.inner_seqs(inner), op.outer_seqs(loop.inputs), strict=True))
        self.positions: dict[Variable, int] = {}
        outer = op.outer_nitsot_outs(loop.outputs)
        for value, trace in zip(op.inner_nitsot_outs(op.inner_outputs), outer, strict=True):
            if any(not _takes_part(client) for client, _ in fgraph.clients[trace]):
                self.positions.setdefault(value, loop.outputs.index(trace))
        self.axes = axes(op)
        sums = {accumulator.state for accumulator in accumulators}
        traces = op.outer_sitsot_outs(loop.outputs)
        states = [
            state
            for state, trace in zip(op.inner_sitsot(inner), traces, strict=True)
            if state not in sums and fgraph.clients[trace]
        ]
        states += [*op.inner_mitmot(inner), *op.inner_mitsot(inner)]
        kept = (*self.sequences, *self.positions, *states)
        self.most_axes = max((sum(self.axes[v]) for v in kept), default=0)
        self.fixed = {*op.inner_non_seqs(inner)}

    def has(self, value: Variable) -> bool:
        return value in self.sequences or value in self.positions or value in self.new

    def may_have(self, value: Variable) -> bool:
        """Whether there is a trace of ``value``, or may be."""
        return self.has(value) or (
            not isinstance(value, Constant)
            and value not in self.fixed
            and sum(self.axes[value]) <= self.most_axes
        )

    def add(self, value: Variable) -> None:
        if not self.has(value):
            self.new.append(value)

    def get(self, value: Variable, loop: Apply, shift: int) -> Any:
        """The trace of ``value``, from the new loop.

        Its traces stand ``shift`` places before those of the old one.
        """
        n_steps = loop.inputs[0]
        if value in self.sequences:
            return _first(self.sequences[value], n_steps)
        if value in self.positions:
            position = self.positions[value]
            length = self.loop.inputs[self._length_of(position)]
            trace = loop.outputs[position - shift]
            return trace if length is n_steps else _first(trace, n_steps)
        return loop.op.outer_nitsot_outs(loop.outputs)[self.new.index(value) - len(self.new)]

    def _length_of(self, position: int) -> int:
        info = self.op.info
        first_trace = info.n_mit_mot + info.n_mit_sot + info.n_sit_sot
        return self.op.nit_sot_arg_offset + position - first_trace


@dataclasses.dataclass
class _Moved:
    """A term of an accumulator and where it is taken from: the value, and what is done to it."""

    term: Variable
    leaf: Variable
    moves: tuple[Apply, ...]


def _move(fgraph: FunctionGraph, loop: Apply) -> None:
    if not find_accumulators(fgraph, loop):
        return
    # The gradient computes the operands of each product anew; a trace is to serve them all.
    loop = with_equal_values_merged(fgraph, loop)
    accumulators = find_accumulators(fgraph, loop)
    traces = _Traces(fgraph, loop, accumulators)
    moved = [_products(accumulator, traces) for accumulator in accumulators]
    for accumulator, ours in zip(accumulators, moved, strict=True):
        ours += _sums(accumulator, traces, {m.term for m in ours})
    chosen = [(a, m) for a, m in zip(accumulators, moved, strict=True) if m]
    if chosen:
        _rebuild(fgraph, loop, chosen, traces)


def _products(accumulator: Accumulator, traces: _Traces) -> list[_Moved]:
    """The terms that are products whose operands there are traces of, or will be."""
    moved = []
    for term in accumulator.terms:
        for value, moves in linear_path(term):
            if not is_product(value):
                continue
            operands = [_operand(v, traces)[0] for v in value.owner.inputs]
            if all(traces.may_have(v) for v in operands):
                for operand in operands:
                    traces.add(operand)
                moved.append(_Moved(term, value, moves))
    return moved


def _sums(accumulator: Accumulator, traces: _Traces, done: set[Variable]) -> list[_Moved]:
    """The other terms, where they are computed from a value that there is a trace of."""
    moved = []
    for term in accumulator.terms:
        if term not in done:
            paths = (_Moved(term, v, moves) for v, moves in linear_path(term) if traces.has(v))
            moved += list(paths)[:1]
    return moved


def _operand(value: Variable, traces: _Traces) -> tuple[Variable, list[Apply]]:
    """What to have a trace of for an operand of a product, and how it is transposed then."""
    moves: list[Apply] = []
    while not traces.has(value) and value.owner and isinstance(value.owner.op, DimShuffle):
        moves.insert(0, value.owner)
        value = value.owner.inputs[0]
    return value, moves


def _rebuild(
    fgraph: FunctionGraph,
    loop: Apply,
    chosen: list[tuple[Accumulator, list[_Moved]]],
    traces: _Traces,
) -> None:
    """Puts a loop without these terms, and their sums, in the place of ``loop``."""
    op = loop.op
    rest = {a.index: _without(a.terms, [m.term for m in ours]) for a, ours in chosen}
    gone = {index for index, terms in rest.items() if not terms}
    staying = [i for i in range(op.info.n_sit_sot) if i not in gone]

    inner = copied_values(op)
    states = [inner[v] for v in op.inner_sitsot(op.inner_inputs)]
    new_states = [inner[v] for v in op.inner_sitsot_outs(op.inner_outputs)]
    for index, terms in rest.items():
        if terms:
            new_states[index] = pt.add(states[index], *(inner[v] for v in terms))
    updates = {index: new_states[index] for index in staying}
    new = with_states_and_traces(loop, inner, updates, [inner[v] for v in traces.new])

    old_states = op.outer_sitsot_outs(loop.outputs)
    kept_states = dict(zip(staying, new.op.outer_sitsot_outs(new.outputs), strict=True))
    initial = op.outer_sitsot(loop.inputs)
    pairs: list[tuple[Variable, Any]] = []
    for kind in ("mitmot", "mitsot", "nitsot", "untraced_sit_sot"):
        same = (getattr(o.op, f"outer_{kind}_outs")(o.outputs) for o in (loop, new))
        pairs += zip(*same, strict=False)  # the new traces come last
    pairs += [(old_states[index], trace) for index, trace in kept_states.items()]
    for accumulator, ours in chosen:
        index = accumulator.index
        last = kept_states[index][-1] if index in kept_states else initial[index][0]
        total = pt.add(last, *(_sum_over_time(m, traces, new, len(gone)) for m in ours))
        pairs += [(old, total) for old in accumulator.lasts]
    for old, replacement in pairs:
        copy_stack_trace(old, replacement)
    fgraph.replace_all(pairs, reason="symopt_products")


def _sum_over_time(moved: _Moved, traces: _Traces, loop: Apply, shift: int) -> Any:
    """The sum of a term over all steps, from traces."""
    if traces.has(moved.leaf):
        total = traces.get(moved.leaf, loop, shift).sum(axis=0)
    else:
        a, b = (_all_steps(v, traces, loop, shift) for v in moved.leaf.owner.inputs)
        # A (k, T m) matrix as the transpose of a (T m, k) one, which is a view of a trace of a.T,
        # as the operand of a gradient is.
        rows = a.dimshuffle(0, 2, 1).reshape((a.shape[0] * a.shape[2], a.shape[1]))
        total = pt.dot(rows.T, b.reshape((b.shape[0] * b.shape[1], b.shape[2])))
    for node in moved.moves:
        total = node.op(total, *node.inputs[1:])
    return total


def _all_steps(operand: Variable, traces: _Traces, loop: Apply, shift: int) -> Any:
    value, moves = _operand(operand, traces)
    trace = traces.get(value, loop, shift)
    for node in moves:
        trace = trace.dimshuffle(0, *(o if o == "x" else o + 1 for o in node.op.new_order))
    return trace


def _first(sequence: Any, n_steps: Variable) -> Any:
    """The part of a sequence that a loop reads, which ``scan`` has often cut to it already."""
    node = sequence.owner
    if (
        node is not None
        and isinstance(node.op, Subtensor)
        and node.op.idx_list == (slice(None, 0, None),)
        and _same(node.inputs[1], n_steps)
    ):
        return sequence
    return sequence[:n_steps]


def _same(bound: Variable, n_steps: Variable) -> bool:
    """Whether a bound of a slice is ``n_steps``, which is a tensor where a bound is a scalar."""
    if isinstance(bound, Constant) and isinstance(n_steps, Constant):
        return int(bound.data) == int(n_steps.data)
    if bound.owner is not None and isinstance(bound.owner.op, ScalarFromTensor):
        bound = bound.owner.inputs[0]
    return bound is n_steps


def _takes_part(client: Any) -> bool:
    """Whether a client reads no more than one step of a trace, so that it may be cut to that."""
    return (
        isinstance(client, Apply)
        and isinstance(client.op, Subtensor)
        and isinstance(next(iter(client.op.idx_list), None), int)
    )


def _without(terms: list[Variable], moved: list[Variable]) -> list[Variable]:
    """The terms that are not moved; one that is added twice may be moved once or twice."""
    rest = list(terms)
    for term in moved:
        rest.remove(term)
    return rest
