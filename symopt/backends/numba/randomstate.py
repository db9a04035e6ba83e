"""Draws from NumPy's ``RandomState`` with Numba: in Python, which is what they are meant to do."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

from pytensor.graph.basic import Apply
from pytensor.link.numba.dispatch.basic import generate_fallback_impl, numba_funcify

from symopt.random.randomstate_op import RandomFunction


@numba_funcify.register(RandomFunction)
def _draw(op: RandomFunction, node: Apply, **kwargs: Any) -> Callable:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Numba will use object mode", UserWarning)
        return generate_fallback_impl(op, node, **kwargs)
