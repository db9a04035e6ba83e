"""``if mask:`` as Theano answered it."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Variable
from pytensor.scalar.basic import LogicalComparison
from pytensor.tensor.elemwise import Elemwise


def given(x: Any) -> bool:
    """Whether an argument that may be a symbolic variable was given.

    Parameters
    ----------
    x
        Anything.

    Returns
    -------
    bool
        True for a symbolic variable, as in Theano; for anything else its truth.

    Raises
    ------
    TypeError
        ``x`` is a comparison of symbolic variables, which has no truth before it has a value.
    """
    return True if isinstance(x, Variable) and not _is_comparison(x) else bool(x)


def _is_comparison(x: Variable) -> bool:
    op = None if x.owner is None else x.owner.op
    return isinstance(op, Elemwise) and isinstance(op.scalar_op, LogicalComparison)
