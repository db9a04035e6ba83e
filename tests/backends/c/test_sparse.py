"""Sparse matrices stay outside of programs."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.sparse
import pytensor.tensor as pt
import pytest
import scipy.sparse

import symopt


@pytest.mark.filterwarnings("ignore:.*BLAS:UserWarning")
def test_a_linear_model_of_a_sparse_matrix():
    """Its gradient asks for the shape of the sparse one, which a program has no value for."""
    matrix = scipy.sparse.csr_matrix(np.eye(4) + np.diag([1.0, 2.0, 3.0], 1))
    X, W = pytensor.shared(matrix, name="X"), pytensor.shared(np.zeros((4, 1)), name="W")
    y = pt.dvector("y")
    error = pytensor.sparse.dot(X, W).flatten() - y
    cost = pt.mean(error**2)
    updates = [(W, W - 0.05 * pytensor.grad(cost, W))]
    f = symopt.function([y], cost, updates=updates, backend="c")
    wanted, w = np.arange(4.0), np.zeros((4, 1))
    for _ in range(3):
        difference = matrix @ w - wanted[:, None]
        np.testing.assert_allclose(f(wanted), (difference**2).mean(), rtol=1e-12)
        w = w - 0.05 * (matrix.T @ difference) * 2 / 4
        np.testing.assert_allclose(W.get_value(), w, rtol=1e-12)


def test_a_sparse_value_that_becomes_another_ones(caplog):
    """PyTensor copies it; a program would take it for an array."""
    ones = scipy.sparse.csr_matrix(np.eye(3))
    A, B = pytensor.shared(ones), pytensor.shared(2 * ones)
    y = pt.dvector("y")
    f = symopt.function([y], y.sum(), updates=[(A, B)], backend="c")
    assert f([1.0, 2.0]) == 3
    np.testing.assert_array_equal(A.get_value().toarray(), 2 * np.eye(3))
    assert not caplog.records  # PyTensor logs rewrites that fail
