"""Theano 1.0.5's ``theano.tensor.nnet.ctc``; it needs no library here."""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.nnet.ctc import connectionist_temporal_classification as ctc


def ctc_available() -> bool:
    """True: it is made of other operations."""
    return True


def ctc_present() -> bool:
    """True: it is made of other operations."""
    return True


ctc_available.msg = ctc_present.msg = None  # type: ignore[attr-defined]
ctc_available.path = ctc_present.path = None  # type: ignore[attr-defined]


class ConnectionistTemporalClassification(ReplacedOp):
    """``ConnectionistTemporalClassification()(activations, labels, lengths)``: see :func:`ctc`."""

    def __init__(self, compute_grad: bool = True, openmp: Any = None) -> None:
        self.compute_grad = compute_grad

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        return ctc(*inputs)


__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
