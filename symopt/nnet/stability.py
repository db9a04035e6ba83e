r"""Rewrites that keep the logarithm of a softmax, and its gradient, finite.

PyTensor replaces ``log(softmax(x))`` by a log-softmax, also with indexing between the two, and
``log(sigmoid(x))`` and ``log(1 - sigmoid(x))`` by softplus; it cancels p / p in the gradient of
``log(p)`` for ``p = softmax(x)``. That covers one-hot targets and binary cross-entropy. Missing
are:

- the gradient of ``log(p[arange(n), y])``. It is ``scatter(g / p[arange(n), y]) * p``, whose
  division stays behind the scatter; a probability that underflows gives 0/0.
- ``log(p.flatten()[indices])``, as in dl4mt, forward and backward: a reshape in between.

The two rewrites here add these. They look for PyTensor's softmax, whoever wrote it, and are
registered for all modes, FAST_COMPILE too, when this module is imported.

What they cannot find: a softmax and its logarithm in different functions or on different sides of a
scan's boundary; ``log(p + 1e-8)`` (finite, with small gradients); products of probabilities, as
of :func:`~symopt.nnet.h_softmax`.
"""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply, Variable
from pytensor.graph.fg import FunctionGraph
from pytensor.graph.rewriting.basic import copy_stack_trace, node_rewriter
from pytensor.tensor import subtensor
from pytensor.tensor.basic import get_underlying_scalar_constant_value
from pytensor.tensor.elemwise import DimShuffle
from pytensor.tensor.exceptions import NotScalarConstantError
from pytensor.tensor.math import log, mul
from pytensor.tensor.rewriting.basic import register_canonicalize
from pytensor.tensor.shape import Reshape
from pytensor.tensor.special import Softmax, log_softmax

# AdvancedSubtensor1, of a vector of indices, is there up to PyTensor 3.2 or so.
_SCATTERS = {
    getattr(subtensor, scatter): getattr(subtensor, gather)
    for scatter, gather in (
        ("AdvancedIncSubtensor", "AdvancedSubtensor"),
        ("AdvancedIncSubtensor1", "AdvancedSubtensor1"),
        ("IncSubtensor", "Subtensor"),
    )
    if hasattr(subtensor, scatter)
}
_MOVES = (Reshape, DimShuffle, *_SCATTERS.values())


@register_canonicalize
@node_rewriter([log])
def log_of_moved_softmax(fgraph: FunctionGraph, node: Apply) -> list[Variable] | None:
    """Replace ``log(move(softmax(x)))`` by ``move(log_softmax(x))``.

    ``move`` is any chain of reshapes, transpositions and indexings.
    """
    moves = []
    source = node.inputs[0]
    while source.owner is not None and isinstance(source.owner.op, _MOVES):
        moves.append(source.owner)
        source = source.owner.inputs[0]
    if source.owner is None or not isinstance(source.owner.op, Softmax):
        return None
    result = log_softmax(source.owner.inputs[0], axis=source.owner.op.axis)
    for move in reversed(moves):
        result = move.op(result, *move.inputs[1:])
    if result.type != node.outputs[0].type:
        return None
    copy_stack_trace(node.outputs, result)
    return [result]


@register_canonicalize
@node_rewriter([mul])
def product_before_scatter(fgraph: FunctionGraph, node: Apply) -> list[Variable] | None:
    """Replace ``p * scatter(v)`` by ``scatter(v * gather(p))``, for ``p = softmax(x)``.

    ``scatter`` adds v to zeros at some indices, maybe followed by a reshape; ``gather`` takes the
    elements of p at the same indices and is computed in the graph anyway. If v is
    ``g / gather(p)``, canonicalization then cancels the division.
    """
    for p in node.inputs:
        if p.owner is None or not isinstance(p.owner.op, Softmax):
            continue
        for scattered in node.inputs:
            found = _scattered(fgraph, p, scattered)
            if found is None:
                continue
            scatter, gathered, reshape = found
            zeros, v, *indices = scatter.inputs
            result = scatter.op(zeros, mul(v, gathered), *indices)
            if reshape is not None:
                result = reshape.op(result, *reshape.inputs[1:])
            others = list(node.inputs)
            others.remove(p)
            others.remove(scattered)
            result = mul(result, *others) if others else result
            if result.type != node.outputs[0].type:
                return None
            copy_stack_trace(node.outputs, result)
            return [result]
    return None


def _scattered(
    fgraph: FunctionGraph, p: Variable, scattered: Variable
) -> tuple[Apply, Variable, Apply | None] | None:
    """The scatter behind ``scattered``, the gather of ``p`` that matches, a reshape between."""
    if scattered.owner is None or scattered.type.broadcastable != p.type.broadcastable:
        return None
    if type(scattered.owner.op) in _SCATTERS:
        scatter, reshape, sources = scattered.owner, None, [p]
    elif isinstance(scattered.owner.op, Reshape):
        reshape = scattered.owner
        scatter = reshape.inputs[0].owner
        if scatter is None or type(scatter.op) not in _SCATTERS:
            return None
        sources = [
            client.outputs[0]
            for client, _ in fgraph.clients.get(p, ())
            if isinstance(client.op, Reshape)
            and _same_shape(fgraph, client.outputs[0], scatter.outputs[0])
        ]
    else:
        return None
    if scatter.op.set_instead_of_inc or not _is_zero(scatter.inputs[0]):
        return None
    for source in sources:
        for client, _ in fgraph.clients.get(source, ()):
            if _gathers_what(client, scatter):
                return scatter, client.outputs[0], reshape
    return None


def _gathers_what(gather: Any, scatter: Apply) -> bool:
    """Whether a node takes elements at the very indices that ``scatter`` adds to."""
    return (
        isinstance(gather, Apply)
        and type(gather.op) is _SCATTERS[type(scatter.op)]
        and getattr(gather.op, "idx_list", None) == getattr(scatter.op, "idx_list", None)
        and list(gather.inputs[1:]) == list(scatter.inputs[2:])
        and gather.outputs[0].type.broadcastable == scatter.inputs[1].type.broadcastable
    )


def _same_shape(fgraph: FunctionGraph, a: Variable, b: Variable) -> bool:
    if a.type.ndim != b.type.ndim:
        return False
    if a.type.ndim == 1:  # both hold the elements of one array
        return True
    feature = getattr(fgraph, "shape_feature", None)
    return feature is not None and all(feature.same_shape(a, b, i, i) for i in range(a.type.ndim))


def _is_zero(x: Variable) -> bool:
    try:
        return bool(get_underlying_scalar_constant_value(x) == 0)
    except NotScalarConstantError:
        return False
