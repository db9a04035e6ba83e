"""The axis of an operation, which is a property of it or an input, depending on the PyTensor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pytensor.graph.basic import Constant, Variable

from symopt.backends.c.program.values import NotNative


def constant_axis(op: Any, given: Sequence[Variable], ndim: int) -> int:
    """The axis, counted from the front; ``given`` holds it where the operation has it as an input."""
    if not given:
        return int(op.axis)
    (axis,) = given
    if not isinstance(axis, Constant):
        raise NotNative("its axis is known at run time only")
    return int(axis.data) % ndim
