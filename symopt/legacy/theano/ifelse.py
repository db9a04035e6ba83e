"""``ifelse``: one of two branches is computed, as a condition says when the function runs."""

from __future__ import annotations

import importlib
from typing import Any

from pytensor.graph.basic import Variable
from pytensor.tensor import as_tensor_variable

from symopt.legacy.theano._fallback import fallback

try:
    _conditional: Any = importlib.import_module("pytensor.conditional.op")  # PyTensor 3.3
    __getattr__ = fallback(__name__, "pytensor.conditional.op")
except ModuleNotFoundError:
    _conditional = importlib.import_module("pytensor.ifelse")
    __getattr__ = fallback(__name__, "pytensor.ifelse")

IfElse = _conditional.IfElse


def ifelse(condition: Any, then_branch: Any, else_branch: Any, name: str | None = None) -> Any:
    """``then_branch`` where ``condition`` holds, else ``else_branch``; only that is computed.

    Parameters
    ----------
    condition
        A scalar; 0 does not hold, anything else does.
    then_branch, else_branch
        A variable, a number or an array, or a list or tuple of as many.
    name
        The name of the Op.

    Returns
    -------
    variable, list or tuple
        As ``then_branch`` is.

    Raises
    ------
    TypeError
        The branches differ in dtype or number of dimensions.
    ValueError
        They differ in number.
    """
    kind = type(then_branch) if type(then_branch) in (list, tuple) else None
    then_list, else_list = (
        list(branch) if isinstance(branch, list | tuple) else [branch]
        for branch in (then_branch, else_branch)
    )
    if len(then_list) != len(else_list):
        raise ValueError(
            "The number of values on the `then` branch should have the same number of variables "
            f"as the `else` branch: (variables on `then` {len(then_list)}, variables on `else` "
            f"{len(else_list)})"
        )
    pairs = [(_variable(t), _variable(e)) for t, e in zip(then_list, else_list, strict=True)]
    for t, e in pairs:
        _check_types(t, e)
    results = _conditional.ifelse(condition, [t for t, _ in pairs], [e for _, e in pairs], name)
    if kind is None:
        return results[0]
    return kind(results)


def _variable(value: Any) -> Variable:
    return value if isinstance(value, Variable) else as_tensor_variable(value)


def _check_types(t: Any, e: Any) -> None:
    alike = type(t.type) is type(e.type) and all(
        getattr(t.type, each, None) == getattr(e.type, each, None) for each in ("dtype", "ndim")
    )
    if not alike:
        raise TypeError(
            f"The two branches should have identical types, but they are {t.type} and {e.type} "
            "respectively. This error could be raised if for example you provided a one element "
            "list on the `then` branch but a tensor on the `else` branch."
        )
