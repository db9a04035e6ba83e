"""``theano.scan``: Theano's interface to PyTensor's loop."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytensor
import pytensor.tensor as pt
from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.type import TensorType

from symopt.legacy.theano.scan_module._arguments import (
    State,
    listed,
    number_of_steps,
    sequence,
    state,
)
from symopt.legacy.theano.scan_module._default_updates import default_updates
from symopt.legacy.theano.scan_module.scan_utils import get_updates_and_outputs, until
from symopt.legacy.theano.updates import OrderedUpdates
from symopt.nnet.unbroadcast import forget_shape, unbroadcast
from symopt.pytensor_internals import shallow_static_shapes

_IGNORED = "theano.scan: the stopping condition {} is ignored, since there is one step."


def scan(
    fn: Callable[..., Any],
    sequences: Any = None,
    outputs_info: Any = None,
    non_sequences: Any = None,
    n_steps: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
    profile: Any = False,
    allow_gc: bool | None = None,
    strict: bool = False,
    return_list: bool = False,
) -> tuple[Any, OrderedUpdates]:
    """A loop in a graph: ``fn`` written once, run at each step.

    With sequences s, states h and other arguments w, step t computes::

        h_t, y_t = fn(s_t, h_{t-1}, w)

    Parameters
    ----------
    fn
        Builds one step. It is called with the slices of the sequences (each sequence's taps in the
        order in which they are given), the past values of the states, and the non-sequences. It
        returns outputs (a variable, or a list or tuple of them), updates of shared variables (a
        dict or a list of pairs), or a stopping condition (:class:`until`); of several of these, in
        this order.
    sequences
        A tensor, a ``dict(input=, taps=)``, or a list of those. Loops run over the first axis, to
        the end of the shortest.
    outputs_info
        For each output of ``fn``: its initial state (a tensor as large as the output), None for
        an output that does not feed back, or a ``dict(initial=, taps=)``, where ``taps`` are
        negative and ``initial`` has a first axis for all of them. None or [] stands for None for
        every output.
    non_sequences
        What ``fn`` takes besides. Variables that it uses without being given them are found.
    n_steps
        An int or a symbolic integer. None, NaN or an infinity count the sequences. With 1 or -1
        there is no loop: ``fn`` is applied once, to the first slice of each sequence.
    truncate_gradient
        Through how many steps, from the last, gradients go back; -1 is all.
    go_backwards
        Whether to read the sequences from their ends.
    mode
        Without effect: loops are compiled as the function that they are in.
    name, profile, allow_gc
        As for PyTensor's Scan.
    strict
        Whether every shared variable that ``fn`` uses has to be in ``non_sequences``.
    return_list
        Whether a single output is given as a list of one.

    Returns
    -------
    outputs
        Each has a first axis more than the output of ``fn``, for the steps. A variable if there is
        one (unless ``return_list``), a list if there are several, None if there is none.
    updates
        An ``OrderedUpdates`` of the shared variables that the loop changes, for
        ``theano.function(updates=)``: those that ``fn`` returned, and default updates (random
        streams).

    Raises
    ------
    ValueError
        An output of another dtype or number of dimensions than its state; taps that are no such
        thing; outputs and ``outputs_info`` of different numbers; no way to tell how many steps.

    Notes
    -----
    A state whose initial value has length 1 along an axis by construction broadcasts there inside
    ``fn``, as in Theano, and what ``fn`` returns for it need not be known to have that length.
    Gradients of such states are accepted too; Theano refused some.
    """
    inputs = [sequence(entry) for entry in listed(sequences)]
    states = [state(entry, index) for index, entry in enumerate(listed(outputs_info))]
    others = [
        entry if isinstance(entry, Variable) else pt.as_tensor_variable(entry)
        for entry in listed(non_sequences)
    ]
    steps = number_of_steps(n_steps)
    once = steps == 1
    defaults: dict[SharedVariable, Variable] = {}
    ones: list[list[int | None]] = []
    slices = sum(len(entry["taps"]) for entry in inputs)

    def step(*arguments: Any) -> Any:
        given = list(arguments[:slices]), list(arguments[slices:])
        taken = _broadcasting(given[1], states)
        condition, outputs, updates = get_updates_and_outputs(
            fn(*given[0], *(given[1] if once else taken))
        )
        if once:
            if condition is not None:
                warnings.warn(_IGNORED.format(condition), stacklevel=2)
            return outputs, updates
        found = default_updates([*outputs, condition, *updates.values()], arguments, updates)
        defaults.update(found)
        for variable in found:
            variable.default_update = None  # it is given as an update, and put back at the end
        updates = OrderedUpdates({**updates, **found})
        ones.extend(_ones(output) for output in outputs)
        with_state = {i for i, entry in enumerate(states) if entry.taps}
        outputs = [_unbroadcast(y) if i in with_state else y for i, y in enumerate(outputs)]
        ends = [] if condition is None else [until(condition)]
        return (outputs, {v: _as_general(v, update) for v, update in updates.items()}, *ends)

    with _put_back(defaults), shallow_static_shapes(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of its result, of default updates
        warnings.filterwarnings("ignore", ".*treated as untraced variable", UserWarning)
        outputs, updates = pytensor.scan(
            step,
            sequences=inputs,
            outputs_info=[entry.info(once) for entry in states],
            non_sequences=others,
            n_steps=steps,
            truncate_gradient=truncate_gradient,
            go_backwards=go_backwards,
            name=name,
            profile=profile,
            allow_gc=allow_gc,
            strict=strict,
            return_list=True,
            return_updates=True,
        )
    if once:
        results = [_along_steps(output) for output in outputs]
    else:
        results = [_known(*pair) for pair in zip(outputs or [], ones, strict=True)]
    if len(results) == 1 and return_list is not True:
        return results[0], OrderedUpdates(updates)
    return (results if results or once else None), OrderedUpdates(updates)


@contextmanager
def _put_back(defaults: dict[SharedVariable, Variable]) -> Iterator[None]:
    """At the end, have all of ``defaults`` as default updates."""
    try:
        yield
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            for variable, update in defaults.items():
                variable.default_update = update


def _as_general(variable: Any, update: Any) -> Any:
    """An update of which no more lengths are known than of the variable that it is for."""
    if not isinstance(update, Variable) or not isinstance(update.type, TensorType):
        return update
    unknown = [axis for axis, length in enumerate(variable.type.shape) if length is None]
    return forget_shape(update, unknown) if variable.type.ndim == update.type.ndim else update


def _unbroadcast(output: Any) -> Any:
    """An output that broadcasts nowhere, as the state that it becomes."""
    if not isinstance(output.type, TensorType):
        return output
    return unbroadcast(output, *range(output.type.ndim))


def _broadcasting(arguments: Sequence[Any], states: Sequence[State]) -> list[Any]:
    """``arguments`` of the step, where those of states broadcast as their initial values do."""
    taken, rest = [], list(arguments)
    for entry in states:
        for _ in entry.taps:
            taken.append(entry.broadcasting(rest.pop(0)))
    return taken + rest


def _ones(variable: Any) -> list[int | None]:
    """The lengths of a tensor that are known to be 1."""
    return [n if n == 1 else None for n in getattr(variable.type, "shape", ())]


def _known(output: Any, ones: list[int | None]) -> Any:
    """An output of the loop, known to have the lengths that the step's has."""
    if 1 not in ones or ones == _ones(output)[1:]:
        return output
    return pt.specify_shape(output, [None, *ones])


def _along_steps(output: Any) -> Any:
    """An output of one step, whose first axis has length 1 without saying so."""
    return unbroadcast(output, 0) if isinstance(output.type, TensorType) else output
