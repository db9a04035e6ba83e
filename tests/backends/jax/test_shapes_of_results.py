"""Arrays whose shapes are computed, reductions, products, linear algebra, as Python has them."""

import numpy as np
import pytensor.tensor as pt
import pytensor.tensor.linalg as linalg
import pytest

from tests.backends.graphs.pairs import Pair

rng = np.random.default_rng(4)


@pytest.fixture(scope="module")
def shaped():
    x, n, v, z = pt.dmatrix("x"), pt.lscalar("n"), pt.dvector("v"), pt.dtensor3("z")
    outputs = [
        x.reshape((-1,)),
        x.reshape((x.shape[1], x.shape[0])),
        x.reshape((n, -1)),
        x.flatten(),
        pt.tile(x, (2, n)),
        pt.repeat(v, n),
        pt.arange(n),
        pt.arange(1, n + 3, 2),
        pt.arange(n, -2, -1),
        pt.arange(0.0, n, 0.5),
        pt.arange(v.shape[0]),
        pt.eye(n),
        pt.eye(n, n + 1, 1),
        pt.diag(v),
        pt.diag(x),
        pt.tri(n, 3, 0),
        pt.tril(x),
        pt.triu(x, 1),
        pt.alloc(v, n, v.shape[0]),
        pt.zeros((n, x.shape[0])),
        pt.ones_like(x),
        pt.full((n, 2), v[0]),
        pt.stack([v, v * 2], 1),
        pt.roll(x, 1, 0),
        x[:, None, :],
        pt.squeeze(x[:1]),
        pt.specify_shape(x, (4, 3)),
        pt.moveaxis(z, 0, 2),
        pt.shape(z),
        pt.broadcast_to(v, (n, v.shape[0])),
        pt.atleast_3d(x),
        pt.linspace(0, 1, 5),
        pt.outer(v, v),
    ]
    return Pair([x, n, v, z], outputs, "jax")


def test_shapes(shaped):
    x, v = rng.normal(size=(4, 3)), rng.normal(size=3)
    shaped.agree(x, 4, v, rng.normal(size=(2, 3, 4)), rtol=1e-12)
    shaped.agree(x, 2, v, np.zeros((2, 0, 4)), rtol=1e-12)


def test_a_shape_that_was_declared(shaped):
    shaped.both_raise(AssertionError, np.zeros((6, 3)), 3, np.zeros(3), np.zeros((2, 3, 4)))


def test_shapes_that_do_not_fit():
    x, n = pt.dmatrix("x"), pt.lscalar("n")
    pair = Pair([x, n], [x.reshape((n, 3))], "jax")
    pair.agree(np.ones((4, 3)), 4)
    pair.both_raise(ValueError, np.ones((4, 3)), 5)
    pair = Pair([x, n], [pt.alloc(x, n, 2, 3) + 1], "jax")
    pair.agree(np.ones((2, 3)), 2)
    pair.both_raise(ValueError, np.ones((5, 3)), 2)
    pair.both_raise(ValueError, np.ones((1, 3)), 2)  # no broadcasting that was not declared


def test_products_that_do_not_fit():
    A, b, B, C = pt.dmatrix("A"), pt.dvector("b"), pt.dtensor3("B"), pt.dtensor3("C")
    pair = Pair([A, b, B, C], [A @ b, b @ A, b @ b, B @ C, pt.tensordot(B, C, [[2], [1]])], "jax")
    matrices = [rng.normal(size=(2, 3, 3)) for _ in "BC"]
    pair.agree(rng.normal(size=(3, 3)), np.ones(3), *matrices, rtol=1e-12)
    pair.both_raise(ValueError, np.ones((3, 3)), np.ones(2), *matrices)
    pair.both_raise(ValueError, np.ones((3, 3)), np.ones(3), matrices[0], np.ones((2, 2, 3)))


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", "bool"])
def test_reductions(dtype):
    x = pt.tensor3("x", dtype=dtype)
    of_numbers = [pt.mean, pt.var] if dtype != "bool" else []
    functions = [pt.sum, pt.prod, pt.max, pt.min, pt.any, pt.all, pt.argmax, pt.argmin, *of_numbers]
    outputs = [
        f(x, axis=axis, keepdims=keepdims)
        for f in functions
        for axis, keepdims in ((None, False), (0, False), ((0, 2), True), (-1, False))
    ]
    pair = Pair([x], outputs, "jax")
    ties = rng.integers(0, 2 if dtype == "bool" else 4, size=(2, 3, 4)).astype(dtype)
    pair.agree(ties, rtol=1e-5, atol=1e-6)


def test_reductions_of_nothing():
    x = pt.dmatrix("x")
    pair = Pair([x], [x.sum(0), x.prod(1), pt.all(x > 0, axis=0), pt.any(x > 0)], "jax")
    pair.agree(np.zeros((0, 3)))
    Pair([x], [pt.max(x, axis=0)], "jax").both_raise(ValueError, np.zeros((0, 3)))


def test_linear_algebra():
    A, b, B = pt.dmatrix("A"), pt.dvector("b"), pt.dtensor3("B")
    S = A @ A.T + 3 * pt.eye(3)
    L = linalg.cholesky(S)
    solved, inverse, det = linalg.solve(A, b), linalg.matrix_inverse(A), linalg.det(A)
    lower = linalg.solve_triangular(L, b, lower=True)
    outputs = [
        *(L, solved, inverse, det, lower),
        linalg.slogdet(S)[1],
        linalg.pinv(A),
        linalg.svd(A, compute_uv=False),
        linalg.eigh(S)[0],
        linalg.expm(A),
        pt.abs(linalg.qr(A)[1]),
        pt.vectorize(lambda a, b: linalg.solve(a, b), signature="(m,m),(m)->(m)")(B, b),
        pt.einsum("bij,bjk->ik", B, B),
    ]
    cost = L.sum() + solved.sum() + inverse.sum() + det + lower.sum()
    pair = Pair([A, b, B], [*outputs, *pt.grad(cost, [A, b])], "jax")
    values = [rng.normal(size=s) for s in ((3, 3), 3, (2, 3, 3))]
    pair.agree(*values, rtol=1e-8, atol=1e-9)
