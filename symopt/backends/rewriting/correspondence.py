"""Which values of a loop's gradient are values of the loop itself, at the mirrored time step.

The gradient of a loop is a loop that runs backwards: its step s belongs to step n - 1 - s of the
other. Its body holds again what the loop's own body computes, from reversed sequences::

    forward    h[t] = tanh(x[t] + h[t-1] @ U)             reads x[:n], writes a trace H of n + 1
    backward   ... (h[t-1] @ U) ...                       reads H[:-1][::-1][:g], and U

Here inputs are matched by the slices that lead from one loop's variables to the other's, and then
nodes, from the inputs on: equal operations on matched values give matched values. Nothing is
matched that cannot be proved to be equal.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from dataclasses import dataclass

from pytensor.graph.basic import Apply, Constant, Variable
from pytensor.scalar import Add
from pytensor.scan.op import ScanInfo
from pytensor.tensor.basic import Alloc, AllocEmpty, ScalarFromTensor
from pytensor.tensor.elemwise import Elemwise
from pytensor.tensor.shape import Shape
from pytensor.tensor.subtensor import IncSubtensor, Subtensor, indices_from_subtensor


@dataclass
class Correspondence:
    """What two loops, ``forward`` and ``backward``, have in common.

    Values of the forward body are named by the first of those that are equal.
    """

    forward: Apply
    backward: Apply
    equal: dict[Variable, Variable]
    """From values of the forward body to the first one that is equal."""
    of: dict[Variable, Variable]
    """From values of the backward body to those of the forward one."""
    read: dict[Variable, Variable]
    """The forward values that the backward body has as inputs: which input it is."""
    sources: dict[Variable, Variable]
    """The forward loop's traces and sequences that the backward loop reads, by those inputs."""
    stored: dict[Variable, Variable]
    """The forward values that are the newest ones of a trace: the trace."""


def find_correspondence(forward: Apply, backward: Apply) -> Correspondence | None:
    """The correspondence of two ``Scan`` nodes; None if the inputs have none that moves in time."""
    equal, nodes = _number(forward)
    taps = {
        outer: {k: equal.get(inner, inner) for k, inner in inner_of.items()}
        for outer, inner_of in _mirrors(forward).items()
    }
    op = backward.op
    of: dict[Variable, Variable] = {}
    sources: dict[Variable, Variable] = {}
    pairs = zip(op.outer_seqs(backward.inputs), op.inner_seqs(op.inner_inputs), strict=True)
    for outer, inner in pairs:
        found = _from_the_end(outer, taps)
        if found is None:
            continue
        source, k, left = found
        # With the initial values of a trace left out it has an element for each step of the
        # forward loop, and so the backward loop has no more steps.
        if k in taps[source] and k + left >= max(taps[source]):
            of[inner], sources[inner] = taps[source][k], source
    if not of:
        return None
    constant_in_time = _non_sequences(forward)
    for outer, inner in _non_sequences(backward).items():
        if outer in constant_in_time:
            of[inner] = equal.get(constant_in_time[outer], constant_in_time[outer])
    read = {value: inner for inner, value in reversed(of.items())}
    for node in op.fgraph.toposort():
        if all(isinstance(i, Constant) or i in of for i in node.inputs):
            same = nodes.get(_key(node, of))
            if same is not None:
                of.update(zip(node.outputs, same.outputs, strict=True))
    traces = {tap[0]: trace for trace, tap in taps.items() if 0 in tap and trace.owner is forward}
    return Correspondence(forward, backward, equal, of, read, sources, traces)


def _number(loop: Apply) -> tuple[dict[Variable, Variable], dict[object, Apply]]:
    """For each value of a loop's body the first that is equal, and its nodes by what they do."""
    op = loop.op
    equal: dict[Variable, Variable] = {}
    first: dict[Variable, Variable] = {}
    for outer, inner in (
        *zip(op.outer_seqs(loop.inputs), op.inner_seqs(op.inner_inputs), strict=True),
        *zip(op.outer_non_seqs(loop.inputs), op.inner_non_seqs(op.inner_inputs), strict=True),
    ):
        equal[inner] = first.setdefault(outer, inner)
    nodes: dict[object, Apply] = {}
    for node in op.fgraph.toposort():
        same = nodes.setdefault(_key(node, equal), node)
        equal.update(zip(node.outputs, same.outputs, strict=True))
    return equal, nodes


def _key(node: Apply, names: dict[Variable, Variable]) -> object:
    return node.op, *(
        i.signature() if isinstance(i, Constant) else names.get(i, i) for i in node.inputs
    )


def _non_sequences(loop: Apply) -> dict[Variable, Variable]:
    op = loop.op
    inner = op.inner_non_seqs(op.inner_inputs)
    return dict(zip(op.outer_non_seqs(loop.inputs), inner, strict=True))


def _mirrors(loop: Apply) -> dict[Variable, dict[int, Variable]]:
    """For what a loop reads and writes over time, the values that its body has of it.

    A value under k is, at step n - 1 - s, what lies s + k before the last of the sequence or
    trace. That needs proof that a sequence has exactly n steps and a trace its initial ones more.
    A trace that is written before it is read again (mit-mot) has no such values.
    """
    op, info, n_steps = loop.op, loop.op.info, loop.inputs[0]
    found: dict[Variable, dict[int, Variable]] = {}
    for outer, inner in zip(
        op.outer_seqs(loop.inputs), op.inner_seqs(op.inner_inputs), strict=True
    ):
        if _is_sequence_of(outer, n_steps):
            found.setdefault(outer, {0: inner})
    for trace, buffer, taps, written in _traces(loop, info):
        if _is_buffer_of(buffer, n_steps, -min(taps)):
            found[trace] = {0: written} | {-tap: value for tap, value in taps.items()}
    for trace, size, written in zip(
        op.outer_nitsot_outs(loop.outputs),
        op.outer_nitsot(loop.inputs),
        op.inner_nitsot_outs(op.inner_outputs),
        strict=True,
    ):
        if _is_same(size, n_steps):
            found[trace] = {0: written}
    return found


def _traces(
    loop: Apply, info: ScanInfo
) -> Iterator[tuple[Variable, Variable, dict[int, Variable], Variable]]:
    """Recurrent outputs: trace, initial buffer, inner inputs by tap, inner output."""
    op = loop.op
    yield from zip(
        [*op.outer_mitsot_outs(loop.outputs), *op.outer_sitsot_outs(loop.outputs)],
        [*op.outer_mitsot(loop.inputs), *op.outer_sitsot(loop.inputs)],
        [
            dict(zip(taps, values, strict=True))
            for taps, values in zip(
                info.mit_sot_in_slices + info.sit_sot_in_slices,
                [
                    *op.inner_mitsot_grouped(op.inner_inputs),
                    *([value] for value in op.inner_sitsot(op.inner_inputs)),
                ],
                strict=True,
            )
        ],
        [*op.inner_mitsot_outs(op.inner_outputs), *op.inner_sitsot_outs(op.inner_outputs)],
        strict=True,
    )


def _from_the_end(
    variable: Variable, ends: Container[Variable]
) -> tuple[Variable, int, int] | None:
    """``(end, k, left)`` if ``variable[s]`` is ``end[-1 - k - s]``, through slices.

    ``left`` elements at the start of ``end`` are not in it, and perhaps more. How many steps
    a slice leaves in need not be known: a loop fails if a sequence is too short.
    """
    slices = []
    while variable not in ends:
        taken = _first_axis(variable)
        if taken is None:
            return None
        slices.append(taken)
        variable = variable.owner.inputs[0]
    front, back, is_reversed, is_cut = 0, 0, False, False
    for taken in reversed(slices):
        start, stop, step = _number_of(taken.start), _number_of(taken.stop), _number_of(taken.step)
        if step == -1 and taken.start is None and taken.stop is None and not is_cut:
            front, back, is_reversed = back, front, not is_reversed
        elif step in (None, 1) and (taken.start is None or (start is not None and start >= 0)):
            front += start or 0
            if stop is not None and stop < 0:
                back -= stop
            elif taken.stop is not None:
                is_cut = True
        else:
            return None
    return (variable, front, back) if is_reversed else None


def _first_axis(variable: Variable) -> slice | None:
    """The slice of the first axis that ``variable`` is, with variables as bounds."""
    if variable.owner is None or not isinstance(variable.owner.op, Subtensor):
        return None
    _, *bounds = variable.owner.inputs
    index = indices_from_subtensor(bounds, variable.owner.op.idx_list)
    return index[0] if len(index) == 1 and isinstance(index[0], slice) else None


def _number_of(bound: Variable | int | None) -> int | None:
    """A bound if it is a known number."""
    if isinstance(bound, Variable) and bound.owner and isinstance(bound.owner.op, ScalarFromTensor):
        bound = bound.owner.inputs[0]
    if isinstance(bound, Constant):
        return int(bound.data)
    return bound if isinstance(bound, int) else None


def _is_same(a: Variable, b: Variable) -> bool:
    """Whether two integers are the same variable, or the same number."""
    if a.owner is not None and isinstance(a.owner.op, ScalarFromTensor):
        a = a.owner.inputs[0]
    return a is b or (_number_of(a) is not None and _number_of(a) == _number_of(b))


def _length(variable: Variable) -> int | None:
    return variable.type.shape[0]


def _is_length_of(size: Variable, variable: Variable) -> bool:
    """Whether ``size`` is ``variable.shape[0]``."""
    if size.owner is None or not isinstance(size.owner.op, Subtensor):
        return False
    shape, *bounds = size.owner.inputs
    index = indices_from_subtensor(bounds, size.owner.op.idx_list)
    return (
        shape.owner is not None
        and isinstance(shape.owner.op, Shape)
        and shape.owner.inputs[0] is variable
        and len(index) == 1
        and not isinstance(index[0], slice)
        and _number_of(index[0]) == 0
    )


def _is_sequence_of(sequence: Variable, n_steps: Variable) -> bool:
    """Whether a loop's sequence has as many elements as it has steps; fewer it cannot have."""
    if _length(sequence) is not None and _length(sequence) == _number_of(n_steps):
        return True
    if _is_length_of(n_steps, sequence):
        return True
    prefix = _first_axis(sequence)
    return (
        prefix is not None
        and _number_of(prefix.step) in (None, 1)
        and isinstance(prefix.stop, Variable)
        and _is_same(prefix.stop, n_steps)
        and (prefix.start is None or _number_of(prefix.start) == 0)
    )


def _is_buffer_of(buffer: Variable, n_steps: Variable, n_initial: int) -> bool:
    """Whether a trace's buffer was made for ``n_initial`` elements and one for each step."""
    number = _number_of(n_steps)
    if number is not None and _length(buffer) == number + n_initial:
        return True
    while buffer.owner is not None and isinstance(buffer.owner.op, IncSubtensor):
        buffer = buffer.owner.inputs[0]
    if buffer.owner is None or not isinstance(buffer.owner.op, Alloc | AllocEmpty):
        return False
    size = buffer.owner.inputs[isinstance(buffer.owner.op, Alloc)].owner
    if size is None or not isinstance(size.op, Elemwise) or not isinstance(size.op.scalar_op, Add):
        return False
    a, *others = size.inputs
    if len(others) != 1:
        return False
    return any(
        _is_same(steps, n_steps) and _is_number(initial, n_initial)
        for steps, initial in ((a, others[0]), (others[0], a))
    )


def _is_number(size: Variable, n: int) -> bool:
    """Whether ``size`` is n: that number, or the length of something that has it."""
    if _number_of(size) is not None or size.owner is None or len(size.owner.inputs) == 0:
        return _number_of(size) == n
    shape = size.owner.inputs[0]
    if shape.owner is None or not _is_length_of(size, shape.owner.inputs[0]):
        return False
    sized = shape.owner.inputs[0]
    prefix = _first_axis(sized)
    return _length(sized) == n or (
        # initial values h[:n]: a loop that is given fewer of them has nothing to start from
        prefix is not None
        and prefix.start is None
        and prefix.step is None
        and _number_of(prefix.stop) == n
    )
