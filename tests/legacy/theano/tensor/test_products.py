"""dot, tensordot, batched products: NumPy's numbers and Theano's errors."""

import numpy as np
import pytest

import symopt.legacy.theano.tensor as T
from tests.legacy.theano.tensor.evaluate import value

RNG = np.random.default_rng(0)
A, B = RNG.normal(size=(2, 3, 4)), RNG.normal(size=(2, 4, 5))
SYMBOLS = [None, T.vector, T.matrix, T.tensor3, T.tensor4]


@pytest.mark.core
@pytest.mark.parametrize(
    ("a", "b", "subscripts"),
    [
        (A, B, "bij,bjk->bik"),
        (A, B[:, :, 0], "bij,bj->bi"),
        (A[:, 0], B, "bj,bjk->bk"),
        (A[:, 0], B[:, :, 0], "bj,bj->b"),
        (A[:, 0, 0], B, "b,bjk->bjk"),
        (A, B[:, 0, 0], "bij,b->bij"),
        (A[:, None], B, "bhij,bjk->bhik"),
    ],
)
def test_batched_dot(a, b, subscripts):
    x, y = SYMBOLS[a.ndim]("x"), SYMBOLS[b.ndim]("y")
    product = T.batched_dot(x, y)
    wanted = np.einsum(subscripts, a, b)
    assert product.ndim == wanted.ndim
    np.testing.assert_allclose(value(product, x=a, y=b), wanted)
    gradient = T.grad((product * wanted).sum(), x)
    into, out = subscripts.split("->")
    first, second = into.split(",")
    np.testing.assert_allclose(
        value(gradient, x=a, y=b), np.einsum(f"{out},{second}->{first}", wanted, b)
    )


def test_batched_tensordot():
    x, y = T.tensor3("x"), T.tensor3("y")
    np.testing.assert_allclose(
        value(T.batched_tensordot(x, y, axes=[[2], [1]]), x=A, y=B), np.matmul(A, B)
    )
    np.testing.assert_allclose(
        value(T.batched_tensordot(x, y, 2), x=A, y=A), np.einsum("bij,bij->b", A, A)
    )
    with pytest.raises(ValueError, match="batch axis"):
        T.batched_tensordot(x, y, [[0], [1]])
    with pytest.raises(ValueError, match="to sum over"):
        T.batched_tensordot(x, y, 3)
    with pytest.raises(TypeError, match="scalar"):
        T.batched_dot(T.scalar(), x)


def test_tensordot():
    x, y = T.tensor3("x"), T.tensor3("y")
    np.testing.assert_allclose(
        value(T.tensordot(x, y, [[0, 2], [0, 1]]), x=A, y=B), np.tensordot(A, B, [[0, 2], [0, 1]])
    )
    np.testing.assert_allclose(value(T.tensordot(x, y, axes=3), x=A, y=A), (A * A).sum())
    for axes in ([[0], [0, 1]], [[3], [0]], 4, [[0]]):
        with pytest.raises(ValueError, match="tensordot"):
            T.tensordot(x, y, axes)


def test_dot_and_outer():
    x, y = T.tensor3("x"), T.tensor3("y")
    np.testing.assert_allclose(value(T.dot(x, y), x=A, y=B), np.dot(A, B))
    np.testing.assert_allclose(value(T.dot(x, 2.0), x=A), 2 * A)
    np.testing.assert_allclose(
        value(T.outer(x, T.vector("v")), x=A, v=B[0, 0]), np.outer(A, B[0, 0])
    )
    assert T.dot(T.imatrix(), T.imatrix()).dtype == "int32"
