"""``theano.tensor.raw_random``: draws from explicit states of NumPy's generator."""

from __future__ import annotations

from typing import Any

from pytensor.graph.basic import Apply

from symopt.legacy.theano._fallback import fallback
from symopt.random.randomstate import RandomStreamsBase as RandomStreamsBase
from symopt.random.randomstate_draws import binomial as binomial
from symopt.random.randomstate_draws import choice as choice
from symopt.random.randomstate_draws import choice_helper as choice_helper
from symopt.random.randomstate_draws import multinomial as multinomial
from symopt.random.randomstate_draws import multinomial_helper as multinomial_helper
from symopt.random.randomstate_draws import normal as normal
from symopt.random.randomstate_draws import permutation as permutation
from symopt.random.randomstate_draws import permutation_helper as permutation_helper
from symopt.random.randomstate_draws import poisson as poisson
from symopt.random.randomstate_draws import random_integers as random_integers
from symopt.random.randomstate_draws import random_integers_helper as random_integers_helper
from symopt.random.randomstate_draws import uniform as uniform
from symopt.random.randomstate_op import RandomFunction as RandomFunction
from symopt.random.randomstate_size import draw_shape
from symopt.random.randomstate_type import RandomStateType as RandomStateType
from symopt.random.randomstate_type import random_state_type as random_state_type

__all__ = [
    "RandomFunction",
    "RandomStateType",
    "RandomStreamsBase",
    "binomial",
    "choice",
    "choice_helper",
    "multinomial",
    "multinomial_helper",
    "normal",
    "permutation",
    "permutation_helper",
    "poisson",
    "random_integers",
    "random_integers_helper",
    "random_make_inplace",
    "random_state_type",
    "uniform",
]


def _infer_ndim_bcast(ndim: int | None, shape: Any, *args: Any) -> tuple[int, Any, Any]:
    """Of draws: the number of dimensions, the shape as a vector, and where they broadcast."""
    vector, static = draw_shape("raw_random", ndim, shape, *args)
    return len(static), vector, tuple(length == 1 for length in static)


def random_make_inplace(node: Apply) -> Any:
    """In Theano a rewrite; here states are never written in place, so it leaves nodes alone."""
    return False


__getattr__ = fallback(__name__)
