"""Theano 1.0.5's ``theano.tensor.sharedvar``: shared tensors, which are PyTensor's."""

from __future__ import annotations

from typing import Any

from pytensor.compile.sharedvalue import SharedVariable as SharedVariable
from pytensor.compile.sharedvalue import shared_constructor as shared_constructor
from pytensor.tensor.sharedvar import TensorSharedVariable as TensorSharedVariable
from pytensor.tensor.sharedvar import load_shared_variable as load_shared_variable
from pytensor.tensor.type import TensorType as TensorType
from pytensor.tensor.variable import _tensor_py_operators as _tensor_py_operators

from symopt.legacy.theano._fallback import fallback

ScalarSharedVariable = TensorSharedVariable

__getattr__ = fallback(__name__, "pytensor.tensor.sharedvar")


def tensor_constructor(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    broadcastable: Any = None,
    target: str = "cpu",
) -> TensorSharedVariable:
    """A shared tensor of an array; see :func:`theano.shared`.

    Raises
    ------
    TypeError
        ``value`` is no array, or ``target`` is not "cpu".
    """
    import numpy as np
    from pytensor.tensor.sharedvar import tensor_constructor as construct

    if target != "cpu":
        raise TypeError(f"shared: target={target!r}; expected 'cpu'.")
    if not isinstance(value, np.ndarray):
        raise TypeError(f"shared: a {type(value).__name__}; expected an array.")
    shape = None if broadcastable is None else tuple(1 if b else None for b in broadcastable)
    return construct(
        value, name=name, strict=strict, allow_downcast=allow_downcast, borrow=borrow, shape=shape
    )


def scalar_constructor(
    value: Any,
    name: str | None = None,
    strict: bool = False,
    allow_downcast: bool | None = None,
    borrow: bool = False,
    target: str = "cpu",
) -> TensorSharedVariable:
    """A shared scalar of a Python or NumPy number, float64 or int64 for Python's."""
    import numpy as np

    if not isinstance(value, np.number | float | int | complex):
        raise TypeError(f"shared: a {type(value).__name__}; expected a number.")
    return tensor_constructor(
        np.asarray(value), name, strict, allow_downcast, borrow, target=target
    )
