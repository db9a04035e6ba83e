"""One of two branches: only the one that is taken is computed, and only its errors count."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
from jax import lax
from pytensor.graph.basic import Apply, Variable

from symopt.backends.jax.host import NotOnHost, is_known
from symopt.backends.jax.trace import Check, MoreIsFed, Trace, lower
from symopt.backends.pytensor_versions import IfElse


@lower.register(IfElse)
def _if_else(op: Any, node: Apply, trace: Trace, condition: Any, *_: Any) -> list[Any]:
    branches = node.inputs[1:]
    yes, no = branches[: op.n_outs], branches[op.n_outs :]
    if is_known(condition):
        return trace.compute(yes if condition else no)
    checks: tuple[list[Check], list[Check]] = ([], [])
    holds = jnp.asarray(condition).astype(bool).reshape(())
    try:
        results, failed = lax.cond(
            holds, _branch(trace, yes, checks[0]), _branch(trace, no, checks[1])
        )
    except MoreIsFed:
        raise
    except Exception as error:  # whatever a form raises for shapes that do not fit
        # One branch cannot be computed for these shapes, or their results differ in shape: a
        # program for each, if the host knows which it is.
        try:
            trace.expression(node.inputs[0])
        except NotOnHost:
            raise error from None
        taken = trace.known(node.inputs[0], node, "condition")
        return trace.compute(yes if taken else no)
    for taken, of_branch in ((holds, checks[0]), (~holds, checks[1])):
        for k, check in enumerate(of_branch):
            trace.check(~(taken & (failed == k)), check.error)
    return results


def _branch(
    trace: Trace, variables: list[Variable], checks: list[Check]
) -> Callable[[], tuple[list[Any], Any]]:
    """Computes a branch, and the number of its first check that does not hold, or -1."""

    def run() -> tuple[list[Any], Any]:
        branch = trace.branch()
        values = [jnp.asarray(value) for value in branch.compute(variables)]
        checks[:] = branch.checks
        failed = jnp.asarray(-1)
        for k in reversed(range(len(checks))):
            failed = jnp.where(checks[k].holds, failed, k)
        return values, failed

    return run
