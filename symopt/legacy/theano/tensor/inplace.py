"""Theano 1.0.5's ``theano.tensor.inplace``: elementwise operations over their first input.

PyTensor's compiler works in place where it can prove that nobody looks at the input again, and
refuses a graph that asks for it by hand elsewhere. So ``add_inplace(a, b)`` is ``a + b`` here:
the same value; the argument keeps its own.
"""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano.tensor import basic as _basic

_ENDING = "_inplace"


def __getattr__(name: str) -> Any:
    plain = name.removesuffix(_ENDING)
    if name.endswith(_ENDING) and not plain.startswith("__") and hasattr(_basic, plain):
        return getattr(_basic, plain)
    raise AttributeError(f"theano.tensor.inplace has no {name!r}.", name=name)
