"""A measurement of matrix products: ``python -m theano.misc.check_blas`` of old."""

from __future__ import annotations

import time
from typing import Any

import numpy as np


def execute(
    execute: bool = True,
    verbose: bool = True,
    M: int = 2000,
    N: int = 2000,
    K: int = 2000,
    iters: int = 10,
    order: Any = "C",
) -> tuple[float, str]:
    """Time ``iters`` products of an (M, K) and a (K, N) matrix, each added to an (M, N) one.

    Returns
    -------
    seconds : float
        For all of them; 0.0 if ``execute`` is off.
    impl : str
        What computed them.
    """
    from symopt.legacy.theano.compile.function import function
    from symopt.legacy.theano.compile.recipe import backend_of_functions
    from symopt.legacy.theano.compile.sharedvalue import shared
    from symopt.legacy.theano.configparser import config

    def matrix(*shape: int) -> Any:
        return shared(np.ones(shape, dtype=config.floatX, order=order))

    a, b, c = matrix(M, K), matrix(K, N), matrix(M, N)
    step = function([], updates=[(c, 0.4 * c + 0.8 * a.dot(b))])
    impl = f"symopt's {backend_of_functions().name} backend ({config.floatX})"
    if verbose:
        print(f"{impl}; `symopt doctor` says which BLAS it has")
    if not execute:
        return 0.0, impl
    step()
    started = time.perf_counter()
    for _ in range(iters):
        step()
    return time.perf_counter() - started, impl
