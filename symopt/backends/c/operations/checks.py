"""Assertions and declared shapes."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pytensor.graph.basic import Apply, Constant
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor.shape import SpecifyShape
from pytensor.tensor.type_other import NoneTypeT

from symopt.backends.c.program.values import NotNative
from symopt.backends.c.program.writer import Writer, write

_KINDS = {
    ValueError: "VALUE_ERROR",
    IndexError: "INDEX_ERROR",
    AssertionError: "ASSERTION_ERROR",
    ZeroDivisionError: "ZERO_DIVISION_ERROR",
}

LONGEST = 400
"""Of a message: there is room for 480 bytes (runtime.h)."""


@dataclass(frozen=True)
class _Failure:
    """An exception that C++ has no kind for, or whose message is too long for it."""

    exception: type[Exception]
    message: str

    def __call__(self, text: str) -> Exception:
        return self.exception(self.message)


@write.register(CheckAndRaise)
def _check(op: CheckAndRaise, node: Apply, w: Writer) -> None:
    kind = _KINDS.get(op.exc_type)
    if kind is None or len(op.msg) > LONGEST:
        kind = w.failure(_Failure(op.exc_type, op.msg))
    value, *conditions = node.inputs
    for condition in conditions:
        if w.ndim(condition):
            raise NotNative("its condition is an array")
        message = json.dumps(op.msg[:LONGEST])
        w.line(f'if (!({w[condition]})) fail({kind}, "%s", {message});')
    w.alias(node.outputs[0], value)


@write.register(SpecifyShape)
def _specify_shape(op: SpecifyShape, node: Apply, w: Writer) -> None:
    value, *sizes = node.inputs
    for d, size in enumerate(sizes):
        if isinstance(size.type, NoneTypeT):
            continue
        expected = w[size]
        if isinstance(size, Constant):
            expected = str(int(size.data))
        w.line(
            f"if ({w[value]}.d[{d}] != (i64){expected}) fail(ASSERTION_ERROR, "
            f'"SpecifyShape: dim %d of input has shape %lld, expected %lld.", {d}, '
            f"(long long){w[value]}.d[{d}], (long long){expected});"
        )
    w.alias(node.outputs[0], value)
