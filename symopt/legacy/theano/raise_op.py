"""An Op that raises, and assertions."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply
from pytensor.raise_op import Assert as Assert
from pytensor.raise_op import CheckAndRaise as CheckAndRaise
from pytensor.raise_op import assert_op as assert_op

from symopt.legacy.theano.gof.op import Op


class Raise(Op):  # type: ignore[misc, valid-type]
    """An Op of one input that raises when it is run.

    Parameters
    ----------
    msg
        What the exception says.
    exc
        Its class.
    """

    __props__ = ("msg", "exc")

    def __init__(self, msg: str = "", exc: type[Exception] = NotImplementedError) -> None:
        self.msg = msg
        self.exc = exc

    def __str__(self) -> str:
        return f"Raise{{{self.exc}({self.msg})}}"

    def make_node(self, x: Any) -> Apply:
        """Apply it to any variable."""
        return Apply(self, [x], [x.type()])

    def perform(self, node: Apply, inputs: Any, out_storage: Any) -> None:
        """Raise."""
        raise self.exc(self.msg)
