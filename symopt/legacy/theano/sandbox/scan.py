"""``theano.sandbox.scan``: the loop of Theano before 0.8 whose states are buffers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytensor.tensor as pt

from symopt.errors import ShapeError
from symopt.legacy.theano.scan_module._arguments import listed
from symopt.legacy.theano.scan_module.scan import scan as _scan
from symopt.legacy.theano.updates import OrderedUpdates


def scan(
    fn: Callable[..., Any],
    sequences: Any = None,
    states: Any = None,
    params: Any = None,
    n_steps: Any = None,
    mode: Any = None,
    name: str | None = None,
    profile: Any = False,
) -> tuple[Any, OrderedUpdates]:
    """``theano.scan`` where each state is a buffer, along whose first axis the steps are written.

    Parameters
    ----------
    fn
        As for :func:`theano.scan`.
    sequences
        A tensor, or a list of them, without taps.
    states
        For each output of ``fn``: a buffer that begins with the initial state, a
        ``dict(membuf=, taps=)`` whose buffer begins with as many states as the taps go back,
        ``dict(steps=)`` for an output that does not feed back, or None for one that is kept in
        all steps. A buffer holds the last of the initial states and the steps, as many as it is
        long.
    params
        What ``fn`` takes besides.
    n_steps
        An int or a symbolic integer; has to be given.
    mode, name, profile
        As for :func:`theano.scan`.

    Returns
    -------
    The buffers, and updates. A buffer that is longer than the initial states and the steps
    together ends with the last step (in Theano what it held before follows).

    Raises
    ------
    ValueError
        ``n_steps`` is missing, or a state has taps and no buffer.
    """
    if n_steps is None:
        raise ShapeError("theano.sandbox.scan: n_steps is None; expected a number of steps.")
    buffers = [_buffer(entry, i) for i, entry in enumerate(listed(states))]
    outputs, updates = _scan(
        fn,
        sequences=sequences,
        outputs_info=[info for info, _, _ in buffers] or None,
        non_sequences=params,
        n_steps=n_steps,
        mode=mode,
        name=name,
        profile=profile,
        return_list=True,
    )
    kept = [
        _kept(output, *(buffers[i][1:] if buffers else (None, None)))
        for i, output in enumerate(outputs or [])
    ]
    if not kept:
        return None, updates
    return (kept[0] if len(kept) == 1 else kept), updates


def _buffer(given: Any, index: int) -> tuple[Any, Any, Any]:
    """An entry of ``outputs_info``, the initial states in a row, and how many rows to keep."""
    entry = {} if given is None else given
    if not isinstance(entry, Mapping):
        entry = {"membuf": entry}
    buffer, taps = entry.get("membuf"), entry.get("taps")
    if buffer is None:
        if taps is not None:
            raise ShapeError(
                f"theano.sandbox.scan: states[{index}] has taps {taps} and no 'membuf'; give it a "
                "buffer that begins with the initial states."
            )
        return None, None, entry.get("steps")
    buffer = pt.as_tensor_variable(buffer)
    taps = [int(tap) for tap in listed(taps)] or [-1]
    first = buffer[: -min(taps)]
    initial = buffer[0] if taps == [-1] else first
    return {"initial": initial, "taps": taps}, first, buffer.shape[0]


def _kept(steps: Any, first: Any, count: Any) -> Any:
    """The last ``count`` of the initial states and the steps."""
    if first is not None:
        steps = pt.concatenate([first, steps])
    return steps if count is None else steps[-pt.minimum(count, steps.shape[0]) :]
