"""``theano.scan_module.scan_checkpoints``: loops that keep some of their steps for the gradient."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytensor.tensor as pt

from symopt.errors import ShapeError
from symopt.legacy.theano.scan_module._arguments import listed
from symopt.legacy.theano.scan_module.scan import scan
from symopt.legacy.theano.updates import OrderedUpdates


def scan_checkpoints(
    fn: Callable[..., Any],
    sequences: Any = None,
    outputs_info: Any = None,
    non_sequences: Any = None,
    name: str = "checkpointscan_fn",
    n_steps: Any = None,
    save_every_N: int = 10,
    padding: bool = True,
) -> tuple[Any, OrderedUpdates]:
    """A loop over loops of ``save_every_N`` steps, which the gradient runs again.

    Parameters
    ----------
    fn, sequences, outputs_info, non_sequences, n_steps
        As for :func:`scan`, but without taps.
    name
        The loops are named after it.
    save_every_N
        How many steps go by without being kept.
    padding
        Whether to fill the sequences with zeros to a multiple of ``save_every_N``; without it
        their length has to be one.

    Returns
    -------
    As :func:`scan`, but outputs have only every ``save_every_N``-th step, and the last.

    Raises
    ------
    RuntimeError
        An entry of ``outputs_info`` has taps.
    """
    sequences = [pt.as_tensor_variable(s) for s in listed(sequences)]
    outputs_info, others = listed(outputs_info), listed(non_sequences)
    if any(isinstance(entry, Mapping) and "taps" in entry for entry in outputs_info):
        raise CheckpointTapsError("scan_checkpoints: outputs_info has taps; expected none.")
    if n_steps is None:
        n_steps = sequences[0].shape[0]
    rounds = pt.cast(pt.ceil(n_steps / save_every_N), "int64")
    rest = n_steps % save_every_N
    steps = save_every_N * pt.ones((rounds,), "int64")
    steps = pt.set_subtensor(steps[-1], pt.switch(pt.eq(rest, 0), save_every_N, rest))
    if padding:
        sequences = [_padded(s, save_every_N) for s in sequences]
    chunks = [
        s.reshape((s.shape[0] // save_every_N, save_every_N, *s.shape[1:]), ndim=s.ndim + 1)
        for s in sequences
    ]
    without_state = [entry for entry in outputs_info if entry is None]

    def chunk(*arguments: Any) -> Any:
        slices = list(arguments[: len(chunks)])
        count = arguments[len(chunks)]
        end = len(arguments) - len(others)
        states = [*arguments[len(chunks) + 1 : end], *without_state]
        results, updates = scan(
            fn,
            sequences=slices,
            outputs_info=states,
            non_sequences=list(arguments[end:]),
            name=f"{name}_inner",
            n_steps=count,
            return_list=True,
        )
        return [result[-1] for result in results or []], updates

    return scan(
        chunk,
        sequences=[*chunks, steps],
        outputs_info=outputs_info,
        non_sequences=others,
        name=f"{name}_outer",
        n_steps=rounds,
        allow_gc=True,
    )


class CheckpointTapsError(ShapeError, RuntimeError):
    """Taps were given to ``scan_checkpoints``."""


def _padded(sequence: Any, multiple: int) -> Any:
    missing = -sequence.shape[0] % multiple
    return pt.concatenate([sequence, pt.zeros((missing, *sequence.shape[1:]), sequence.dtype)])
