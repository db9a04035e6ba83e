"""Assertions: known ones fail while tracing, others end the call without a write. Prints."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from pytensor.graph.basic import Apply
from pytensor.printing import Print
from pytensor.raise_op import CheckAndRaise

from symopt.backends.jax.host import is_known
from symopt.backends.jax.trace import Trace, lower


@lower.register(CheckAndRaise)
def _check(op: CheckAndRaise, node: Apply, trace: Trace, value: Any, *conditions: Any) -> Any:
    def error() -> Exception:
        return op.exc_type(op.msg)

    for condition in conditions:
        if is_known(condition):
            if not condition.all():
                raise error()
        else:
            trace.check(jnp.all(condition.astype(bool)), error)
    return value


@lower.register(Print)
def _print(op: Print, node: Apply, trace: Trace, value: Any) -> Any:
    """The host prints when the device comes to it."""
    jax.debug.callback(lambda given: op.global_fn(op, np.asarray(given)), value)
    return value
