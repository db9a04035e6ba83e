"""Subclasses of PyTensor's own Ops that were written for Theano.

``class ConsiderConstant(theano.compile.ViewOp)`` with a ``grad``: PyTensor's ViewOp has
``pullback``, which the class would inherit, and its ``grad`` would never be called. Each class
that is made from now on and defines ``grad``, ``L_op`` or ``R_op`` alone gets PyTensor's method in
terms of its own. (Tried with PyTensor 3.0.7 and 3.3.7.)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytensor.graph.op
from pytensor.graph.basic import Variable

from symopt.legacy.theano.gof._op_methods import ARGUMENTS_CHANGED, adapt_methods

_Op: Any = pytensor.graph.op.Op


def watch_subclasses() -> None:
    """Adapt every Op class that is defined from now on; legacy code may call ``grad`` of any Op."""
    pytensors_own = _Op.__dict__.get("__init_subclass__")  # PyTensor 3.0 has none

    def __init_subclass__(cls: Any, **keywords: Any) -> None:
        adapt_methods(cls, ARGUMENTS_CHANGED)
        if pytensors_own is None:
            super(_Op, cls).__init_subclass__(**keywords)
        else:
            pytensors_own.__func__(cls, **keywords)
        _adapt_gradients(cls)

    _Op.__init_subclass__ = classmethod(__init_subclass__)
    _Op.grad = _grad
    _Op.L_op = _L_op


def _adapt_gradients(cls: Any) -> None:
    own = cls.__dict__
    if "pullback" not in own and ("grad" in own or "L_op" in own):
        cls.pullback = _by_L_op if "L_op" in own else _by_grad
    if "pushforward" not in own and "R_op" in own:
        cls.pushforward = pushforward_by_R_op


def _by_grad(
    op: Any, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence[Variable]
) -> Any:
    return op.grad(inputs, cotangents)


def _by_L_op(
    op: Any, inputs: Sequence[Variable], outputs: Sequence[Variable], cotangents: Sequence[Variable]
) -> Any:
    return op.L_op(inputs, outputs, cotangents)


def pushforward_by_R_op(
    op: Any, inputs: Sequence[Variable], outputs: Sequence[Variable], tangents: Sequence[Variable]
) -> list[Variable]:
    """PyTensor's ``pushforward`` of an Op that has Theano's ``R_op``."""
    from pytensor.gradient import DisconnectedType, disconnected_type

    points = [None if isinstance(t.type, DisconnectedType) else t for t in tangents]
    return [disconnected_type() if r is None else r for r in op.R_op(inputs, points)]


def _grad(op: Any, inputs: Sequence[Variable], output_grads: Sequence[Variable]) -> Any:
    """The gradient by each input, from the gradients by the outputs."""
    pullback = _pytensors_pullback(type(op))
    if pullback is None:
        raise NotImplementedError(f"grad not implemented for Op {op}")
    return pullback(op, inputs, op.make_node(*inputs).outputs, output_grads)


def _L_op(
    op: Any,
    inputs: Sequence[Variable],
    outputs: Sequence[Variable],
    output_grads: Sequence[Variable],
) -> Any:
    """As ``grad``, with the outputs at hand."""
    pullback = _pytensors_pullback(type(op))
    if pullback is None:
        return op.grad(inputs, output_grads)
    return pullback(op, inputs, outputs, output_grads)


def _pytensors_pullback(kind: type) -> Callable[..., Any] | None:
    """The pullback that a class has from PyTensor; its own grad may be what is asking for it."""
    for each in kind.__mro__:
        pullback = each.__dict__.get("pullback")
        if pullback is not None and pullback not in (_by_grad, _by_L_op):
            return None if each is _Op else pullback
    return None
