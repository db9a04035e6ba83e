"""Sparse matrices, which the device has no form of."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.sparse
import pytensor.tensor as pt
import pytest
import scipy.sparse

import symopt


@pytest.mark.filterwarnings("ignore:.*BLAS:UserWarning")
def test_with_fallback_the_function_runs_on_the_host():
    X = pytensor.shared(scipy.sparse.csr_matrix(np.eye(4)))
    W, y = pytensor.shared(np.ones((4, 1))), pt.dvector("y")
    cost = pt.mean((pytensor.sparse.dot(X, W).flatten() - y) ** 2)
    f = symopt.function([y], cost, backend=symopt.jax_backend(fallback=True))
    with pytest.warns(UserWarning, match="no type of arrays"):
        np.testing.assert_allclose(f(np.arange(4.0)), 1.5)
