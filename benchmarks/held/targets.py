"""The targets of issue 5 ("Held to")."""

from __future__ import annotations

from dataclasses import dataclass

MOST_COLD, MOST_WARM = 15.0, 3.0
"""Seconds from a fresh process to the end of the LSTM's first step, by the state of the cache."""

LEAST_MEMORY = 1.0
"""PyTorch's peak memory over symopt's."""


@dataclass(frozen=True)
class Target:
    """A peer that symopt has to be ``least`` times as fast as.

    Attributes
    ----------
    benchmark, case
        Where it is measured.
    row
        The peer's row there.
    least
        The least ratio: the peer's median step over symopt's.
    """

    benchmark: str
    case: str
    row: str
    least: float


RATIOS = (
    Target("lstm", "lstm", "torch nn.LSTM", 1.0),
    Target("lstm", "lstm", "pytensor CVM, OpenBLAS", 2.5),
    Target("lstm", "lstm", "theano, OpenBLAS", 3.0),
    Target("gru", "gru", "torch, step by step", 1.5),
    *(
        Target("update", f"{rule} {size}", row, least)
        for size in ("small", "large")
        for rule, row, least in (
            ("adadelta", "hand-written OpenMP loop", 0.9),
            ("adam", "torch fused", 1.0),
            ("adadelta", "torch foreach", 4.0),
            ("adadelta", "optax, jitted and donated", 3.0),
        )
    ),
)
