"""Parameters in the shapes of the LSTM tutorial, and gradients for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.lstm.problem import Sizes, make_params

RULES = ("adadelta", "adam")

RHO, ADADELTA_EPSILON = 0.95, 1e-6
LR, BETA1, BETA2, ADAM_EPSILON = 1e-3, 0.9, 0.999, 1e-8

Arrays = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Problem:
    """The rule, the initial parameters and the gradients, the same at every step."""

    rule: str
    params: Arrays
    grads: Arrays


def make_problem(rule: str, sizes: Sizes, seed: int = 123) -> Problem:
    """Gradients of about 0.01: not so small that their squares come near the denormals."""
    rng = np.random.default_rng(seed)
    params = make_params(sizes, rng)
    grads = {
        name: (0.01 * rng.standard_normal(value.shape)).astype(np.float32)
        for name, value in params.items()
    }
    return Problem(rule, params, grads)
