"""Theano 1.0.5's ``theano.tensor.nnet.neighbours``: patches of images."""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp
from symopt.nnet.neighbours import images2neibs as images2neibs
from symopt.nnet.neighbours import neibs2images as neibs2images


class Images2Neibs(ReplacedOp):
    """``Images2Neibs(mode)(ten4, neib_shape, neib_step)``: see :func:`images2neibs`."""

    def __init__(self, mode: str = "valid") -> None:
        self.mode = mode

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        ten4, neib_shape, *rest = inputs
        step = rest[0] if rest else kwargs.get("neib_step")
        return images2neibs(ten4, neib_shape, step, self.mode)


__getattr__ = fallback(__name__, "symopt.legacy.theano.tensor.basic")
