"""Loops with another body: equal values computed once, fewer states, more traces."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import copy_stack_trace
from pytensor.scan.op import Scan, ScanInfo


def copied_values(op: Scan) -> dict[Variable, Variable]:
    """New variables for those of a loop's body, the same one for equal values.

    New ones, because PyTensor 3.3 does not let the old ones be built on. Equal ones are found here,
    because PyTensor's ``MergeOptimizer`` leaves some of those that a gradient with attention has.
    """
    copies: dict[Variable, Variable] = {v: v.type() for v in op.inner_inputs}
    constants: dict[Any, Constant] = {}
    known: dict[Any, list[Variable]] = {}
    for node in op.fgraph.toposort():
        inputs = [
            constants.setdefault((v.type, v.signature()), v)
            if isinstance(v, Constant)
            else copies[v]
            for v in node.inputs
        ]
        key = (node.op, *map(id, inputs), *(v.type for v in node.outputs))
        if key not in known:
            known[key] = [v.type() for v in node.outputs]
            Apply(node.op, inputs, known[key])
        copies.update(zip(node.outputs, known[key], strict=True))
    return copies | {v: v for v in op.inner_outputs if isinstance(v, Constant)}


def with_equal_values_merged(fgraph: FunctionGraph, loop: Apply) -> Apply:
    """The loop with each value of its body computed once, which is put in the place of it.

    PyTensor does that when it compiles the body, which is later than rewrites of the loop.
    """
    op = loop.op
    inner = copied_values(op)
    inputs, outputs = (
        [inner[v] for v in variables] for variables in (op.inner_inputs, op.inner_outputs)
    )
    new = _like(op, inputs, outputs, op.info).make_node(*loop.inputs)
    pairs = list(zip(loop.outputs, new.outputs, strict=True))
    for old, replacement in pairs:
        copy_stack_trace(old, replacement)
    fgraph.replace_all(pairs, reason="symopt_equal_values")
    return new


def with_states_and_traces(
    loop: Apply,
    inner: Mapping[Variable, Variable],
    states: Mapping[int, Variable],
    traces: list[Variable],
) -> Apply:
    """A loop like ``loop``, with some of its sit-sot states and more traces (nit-sots).

    Parameters
    ----------
    loop
        A ``Scan`` node without a condition.
    inner
        Variables of the new body for those of the old one (``copied_values``).
    states
        The new value of each sit-sot state that stays, by its index, in order.
    traces
        Values of the new body that get a trace. These come after the other traces.
    """
    op, info = loop.op, loop.op.info

    def of(kinds: str, what: str, variables: Any) -> list[Variable]:
        return [v for kind in kinds.split() for v in getattr(op, what.format(kind))(variables)]

    def copied(kinds: str, what: str, variables: Any) -> list[Variable]:
        return [inner[v] for v in of(kinds, what, variables)]

    old_states = op.inner_sitsot(op.inner_inputs)
    initial = op.outer_sitsot(loop.inputs)
    new_op = _like(
        op,
        [
            *copied("seqs mitmot mitsot", "inner_{}", op.inner_inputs),
            *(inner[old_states[index]] for index in states),
            *copied("untraced_sit_sot non_seqs", "inner_{}", op.inner_inputs),
        ],
        [
            *copied("mitmot mitsot", "inner_{}_outs", op.inner_outputs),
            *states.values(),
            *copied("nitsot", "inner_{}_outs", op.inner_outputs),
            *traces,
            *copied("untraced_sit_sot", "inner_{}_outs", op.inner_outputs),
        ],
        dataclasses.replace(
            info,
            sit_sot_in_slices=tuple(info.sit_sot_in_slices[index] for index in states),
            n_nit_sot=info.n_nit_sot + len(traces),
        ),
    )
    n_steps = loop.inputs[0]
    return new_op.make_node(
        n_steps,
        *of("seqs mitmot mitsot", "outer_{}", loop.inputs),
        *(initial[index] for index in states),
        *of("untraced_sit_sot nitsot", "outer_{}", loop.inputs),
        *[n_steps] * len(traces),
        *of("non_seqs", "outer_{}", loop.inputs),
    )


def _like(op: Scan, inputs: list[Variable], outputs: list[Variable], info: ScanInfo) -> Scan:
    """A loop with another body and the settings of ``op``."""
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
