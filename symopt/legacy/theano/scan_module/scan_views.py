"""``theano.map``, ``reduce``, ``foldl`` and ``foldr``: loops of a simpler form."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from symopt.legacy.theano.scan_module.scan import scan
from symopt.legacy.theano.updates import OrderedUpdates

_Pair = tuple[Any, OrderedUpdates]


def map(  # Theano's name
    fn: Callable[..., Any],
    sequences: Any,
    non_sequences: Any = None,
    truncate_gradient: int = -1,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> _Pair:
    """``fn`` of each slice of ``sequences``: outputs with a first axis for the slices, and updates.

    The arguments are those of :func:`scan`.
    """
    return scan(
        fn,
        sequences=sequences,
        outputs_info=[],
        non_sequences=non_sequences,
        truncate_gradient=truncate_gradient,
        go_backwards=go_backwards,
        mode=mode,
        name=name,
    )


def reduce(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    go_backwards: bool = False,
    mode: Any = None,
    name: str | None = None,
) -> _Pair:
    """The states after the last slice of ``sequences``, and updates.

    The arguments are those of :func:`scan`; each entry of ``outputs_info`` should be a state.
    """
    outputs, updates = scan(
        fn,
        sequences=sequences,
        outputs_info=outputs_info,
        non_sequences=non_sequences,
        go_backwards=go_backwards,
        mode=mode,
        name=name,
    )
    if isinstance(outputs, list | tuple):
        return [output[-1] for output in outputs], updates
    return outputs[-1], updates


def foldl(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> _Pair:
    """:func:`reduce` from the first slice to the last."""
    return reduce(fn, sequences, outputs_info, non_sequences, False, mode, name)


def foldr(
    fn: Callable[..., Any],
    sequences: Any,
    outputs_info: Any,
    non_sequences: Any = None,
    mode: Any = None,
    name: str | None = None,
) -> _Pair:
    """:func:`reduce` from the last slice to the first."""
    return reduce(fn, sequences, outputs_info, non_sequences, True, mode, name)
