"""Loops keep what their gradients need, instead of computing it a second time.

PyTensor's gradient of a loop computes again, at each step, all values of the loop's body that it
reads: of an LSTM the product of the hidden state with the recurrent weights, which is a third of
its work, and all gates. Here the loop writes such values to further traces, and its gradient
reads these, reversed, as further sequences::

    forward    z = x[t] + h[t-1] @ U;  i = sigmoid(z[:, :n]);  ...           + trace of i
    backward   z = x[t] + h[t-1] @ U;  i = sigmoid(z[:, :n]);  dz = di * i * (1 - i)
            -> dz = di * i[t] * (1 - i[t])
"""

from __future__ import annotations

import dataclasses
from typing import Any

from pytensor.compile.ops import view_op
from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import GraphRewriter, copy_stack_trace
from pytensor.graph.traversal import apply_depends_on
from pytensor.scan.op import Scan, ScanInfo
from pytensor.tensor.blockwise import Blockwise
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.math import Dot
from pytensor.tensor.type import TensorType

from symopt.backends.rewriting.correspondence import Correspondence, find_correspondence
from symopt.backends.rewriting.recomputation import (
    Recomputation,
    n_bytes,
    values_read,
)

POSITION = 0.02
"""Before PyTensor's own rewrites of loops (0.05), while a gradient is as ``grad`` wrote it."""

DEFAULT_BUDGET = 8.0


class KeepForwardValues(GraphRewriter):
    """Gives loops traces of what their gradients would compute again.

    Kept is what takes a product (also convolutions and whatever is not known to be cheap) or a
    transcendental function to compute from what the gradient has anyway, chosen so that as
    little as possible is kept: gates after their activation, and not before it as well. What is
    cheap elementwise arithmetic or a view of something else is computed again. See
    ``Recomputation.choose``.

    Loops with a condition (``until``), loops whose length or traces are not as ``scan`` builds
    them, and what a gradient does not read at the mirrored time step are left as they are.

    Parameters
    ----------
    budget
        How much more memory the traces may take, as a multiple of what the loop keeps for this
        gradient anyway: each trace and sequence of the loop that the gradient reads, counted once.
        Memory is that of one step, in bytes, from static shapes, with 64 for each dimension that is
        not known. If what is worth keeping takes more, values are kept in the order of saved
        operations for each byte, as far as the budget goes. Existing traces cost nothing. Default
        8.0; 0 keeps nothing.
    """

    def __init__(self, budget: float = DEFAULT_BUDGET) -> None:
        super().__init__()
        self.budget = budget

    def apply(self, fgraph: FunctionGraph, *args: Any, **kwargs: Any) -> None:
        if self.budget <= 0:
            return
        loops = [node for node in fgraph.toposort() if isinstance(node.op, Scan)]
        # Last ones first: what the gradient of a gradient wants of the first gradient, that one
        # then wants of the loop.
        for i in reversed(range(len(loops))):
            for j in range(i):
                loops[j], loops[i] = self._keep(fgraph, loops[j], loops[i])

    def _keep(self, fgraph: FunctionGraph, forward: Apply, backward: Apply) -> tuple[Apply, Apply]:
        """Both loops, as they are now in the graph."""
        if forward.op.info.as_while or backward.op.info.as_while:
            return forward, backward
        common = find_correspondence(forward, backward)
        if common is None or not apply_depends_on(backward, forward):
            return forward, backward
        kept = self._choose(common)
        if not kept:
            return forward, backward
        new = [value for value in kept if value not in common.stored]
        longer = _with_traces(fgraph, forward, new)
        n_old = len(forward.outputs) - forward.op.info.n_untraced_sit_sot
        traces: dict[Variable, Any] = {
            value: longer.outputs[forward.outputs.index(common.stored[value])]
            if value in common.stored
            else longer.outputs[n_old + new.index(value)]
            for value in kept
        }
        return longer, _with_sequences(fgraph, common, traces)

    def _choose(self, common: Correspondence) -> list[Variable]:
        """The forward values that become sequences of the gradient."""
        op, equal = common.forward.op, common.equal
        constant_in_time = {equal[v] for v in op.inner_non_seqs(op.inner_inputs)}
        reads: dict[Variable, list[Variable]] = {}
        for node in op.fgraph.toposort():
            inputs = [equal.get(v, v) for v in values_read(node) if not isinstance(v, Constant)]
            # what does not move in time is computed once, outside of the loop
            if constant_in_time.issuperset(inputs):
                constant_in_time.update(equal[v] for v in node.outputs)
            else:
                reads |= {v: inputs for v in node.outputs if equal[v] is v}
        storable = {
            value
            for copy, value in common.of.items()
            if copy.type == value.type and isinstance(value.type, TensorType)
        }
        recomputation = Recomputation(
            reads=reads,
            wanted=_wanted(common) - constant_in_time,
            at_hand={*common.read, *common.stored, *constant_in_time},
            storable=storable,
        )
        already = {source: n_bytes(inner) for inner, source in common.sources.items()}
        kept = recomputation.choose(self.budget * sum(already.values()))
        read = recomputation.readers(kept)
        return kept + [v for v in common.stored if v in read and v in storable - {*common.read}]


def _wanted(common: Correspondence) -> set[Variable]:
    """The forward values that the backward body reads to compute what is its own."""
    wanted: set[Variable] = set()
    seen: set[Variable] = set()
    waiting = list(common.backward.op.inner_outputs)
    while waiting:
        value = waiting.pop()
        if value in seen:
            continue
        seen.add(value)
        if value in common.of:
            wanted.add(common.of[value])
        elif value.owner is not None:
            waiting += values_read(value.owner)
    return wanted


def _with_traces(fgraph: FunctionGraph, loop: Apply, values: list[Variable]) -> Apply:
    """The loop with traces of some of its inner values, put in its place."""
    op, info, n_new = loop.op, loop.op.info, len(values)
    inner = _copied(op.fgraph, {}, {})
    n_out = info.n_mit_mot_outs + info.n_mit_sot + info.n_sit_sot + info.n_nit_sot
    outputs = [*op.inner_outputs[:n_out], *values, *op.inner_outputs[n_out:]]
    first_non_seq = info.n_outer_inputs - info.n_non_seqs
    lengths = [loop.inputs[0]] * n_new
    new = _loop(
        op,
        [inner[v] for v in op.inner_inputs],
        [inner.get(v, v) for v in outputs],
        dataclasses.replace(info, n_nit_sot=info.n_nit_sot + n_new),
    ).make_node(*loop.inputs[:first_non_seq], *lengths, *loop.inputs[first_non_seq:])
    n_traces = info.n_outer_outputs - info.n_untraced_sit_sot
    same = [*new.outputs[:n_traces], *new.outputs[n_traces + n_new :]]
    _replace(fgraph, loop, same)
    return new


def _with_sequences(
    fgraph: FunctionGraph, common: Correspondence, traces: dict[Variable, Any]
) -> Apply:
    """The gradient with reversed traces as sequences for some of its inner values."""
    loop, op, info = common.backward, common.backward.op, common.backward.op.info
    new = {value: value.type() for value in traces}
    given = {
        copy: new[value] if value in new else common.read[value]
        for copy, value in common.of.items()
        if copy.owner is not None
        and (value in new or value in common.read)
        and copy.type == value.type
    }
    views: dict[Variable, Any] = {value: view_op(value) for value in new.values()}
    inner = _copied(op.fgraph, given, views)
    inputs = [inner[v] for v in op.inner_inputs]
    n_steps, sequences = loop.inputs[0], [trace[::-1] for trace in traces.values()]
    node = _loop(
        op,
        [*inputs[: info.n_seqs], *new.values(), *inputs[info.n_seqs :]],
        [inner.get(v, v) for v in op.inner_outputs],
        dataclasses.replace(info, n_seqs=info.n_seqs + len(new)),
    ).make_node(
        *loop.inputs[: 1 + info.n_seqs],
        *(sequence[:n_steps] for sequence in sequences),
        *loop.inputs[1 + info.n_seqs :],
    )
    _replace(fgraph, loop, node.outputs)
    return node


def _copied(
    fgraph: Any, given: dict[Variable, Variable], views: dict[Variable, Variable]
) -> dict[Variable, Variable]:
    """New variables for those of a loop's body; ``given`` ones are not computed.

    PyTensor moves elementwise operations on sequences out of a loop, where s * (1 - s) of a gate
    is one more array over all time steps, written and read again; inside it costs nothing. So
    they get ``views`` of the sequences, which PyTensor drops when it compiles the body. Products
    get the sequences: PyTensor moves those out that are summed over time, and should.

    PyTensor 3.3 freezes bodies, whose nodes then cannot be cloned; hence by hand.
    """
    copies: dict[Variable, Variable] = {v: v.type() for v in fgraph.inputs}
    copies |= {v: copies.get(by, by) for v, by in given.items()}
    for node in fgraph.toposort():
        inputs = [copies.get(v, v) for v in node.inputs]
        if not _is_product(node) and not _feeds_products(fgraph, node):
            inputs = [views.get(v, v) for v in inputs]
        outputs = [v.type() for v in node.outputs]
        Apply(node.op, inputs, outputs)
        for old, new in zip(node.outputs, outputs, strict=True):
            copies.setdefault(old, new)
    return copies


def _feeds_products(fgraph: Any, node: Apply) -> bool:
    """Whether a node is a transposition for products."""
    return isinstance(node.op, DimShuffle) and all(
        isinstance(client, Apply) and _is_product(client)
        for client, _ in fgraph.clients[node.outputs[0]]
    )


def _is_product(node: Apply) -> bool:
    return isinstance(node.op.core_op if isinstance(node.op, Blockwise) else node.op, Dot)


def _loop(op: Scan, inputs: list[Variable], outputs: list[Variable], info: ScanInfo) -> Scan:
    return Scan(
        inputs,
        outputs,
        info,
        mode=op.mode,
        truncate_gradient=op.truncate_gradient,
        name=op.name,
        profile=op.profile,
        allow_gc=op.allow_gc,
        strict=op.strict,
    )


def _replace(fgraph: FunctionGraph, loop: Apply, outputs: list[Variable]) -> None:
    for old, new in zip(loop.outputs, outputs, strict=True):
        copy_stack_trace(old, new)
    pairs = list(zip(loop.outputs, outputs, strict=True))
    fgraph.replace_all(pairs, reason="symopt_keep")
