"""
What is bought together, by sparse matrices: a baseline, and a linear model on it.
"""

import numpy as np
import scipy.sparse
import theano
import theano.sparse as sparse
import theano.tensor as T


def cooccurrence(sessions, n_items):
    rows, cols = [], []
    for s in sessions:
        for a, b in zip(s[:-1], s[1:]):
            rows.append(a)
            cols.append(b)
    ones = np.ones(len(rows), dtype="float64")
    return scipy.sparse.csr_matrix((ones, (rows, cols)), shape=(n_items, n_items))


def similarity(sessions, n_items):
    x = sparse.csr_matrix(name="x", dtype="float64")
    w = T.dmatrix("w")
    assert isinstance(x, sparse.SparseVariable)
    dense = sparse.dot(x, w)
    score = sparse.structured_dot(x, w)
    both = sparse.add(x, sparse.transpose(x))
    f = theano.function(
        [x, w],
        [
            dense,
            score,
            sparse.dense_from_sparse(both),
            T.grad((dense**2).sum(), w),
            sparse.sp_sum(x, axis=1),
        ],
    )
    m = cooccurrence(sessions, n_items)
    return f(m, np.linspace(-1, 1, n_items * 2).reshape(n_items, 2))


def linear_model(sessions, n_items, steps=5):
    """A sparse input, weights trained by its gradient."""
    X = theano.shared(cooccurrence(sessions, n_items), name="X")
    W = theano.shared(np.zeros((n_items, 1)), name="W")
    y = T.dvector("y")
    error = sparse.dot(X, W).flatten() - y
    cost = T.mean(error**2) + 0.01 * abs(W).sum()
    f = theano.function([y], cost, updates=[(W, W - 0.05 * T.grad(cost, W))])
    return [float(f(np.arange(n_items, dtype="float64") / n_items)) for i in range(steps)]
