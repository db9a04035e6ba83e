"""Draws from NumPy's ``RandomState``: the program calls the host for them."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply

from symopt.backends.jax.trace import Trace, lower, on_host
from symopt.random.randomstate_op import RandomFunction


@lower.register(RandomFunction)
def _draw(op: RandomFunction, node: Apply, trace: Trace, *inputs: Any) -> Any:
    return on_host(trace, node, inputs)
