"""Theano 1.0.5's ``theano.tensor.nlinalg``: NumPy's linear algebra."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor import linalg
from pytensor.tensor.basic import AllocDiag as AllocDiag
from pytensor.tensor.basic import ExtractDiag as ExtractDiag
from pytensor.tensor.linalg import SVD as SVD
from pytensor.tensor.linalg import Det as Det
from pytensor.tensor.linalg import Eig as Eig
from pytensor.tensor.linalg import Eigh as Eigh
from pytensor.tensor.linalg import MatrixInverse as MatrixInverse
from pytensor.tensor.linalg import MatrixPinv as MatrixPinv
from pytensor.tensor.linalg import TensorInv as TensorInv
from pytensor.tensor.linalg import TensorSolve as TensorSolve
from pytensor.tensor.linalg import det as det
from pytensor.tensor.linalg import eig as eig
from pytensor.tensor.linalg import matrix_inverse as matrix_inverse
from pytensor.tensor.linalg import pinv as pinv
from pytensor.tensor.linalg import tensorinv as tensorinv
from pytensor.tensor.linalg import tensorsolve as tensorsolve
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._allocation import diag as _diag
from symopt.legacy.theano.tensor._allocation import diagonal
from symopt.legacy.theano.tensor._constants import as_tensor_variable as as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp

QRFull = QRIncomplete = linalg.QR

__getattr__ = fallback(__name__, "pytensor.tensor.linalg", "symopt.legacy.theano.tensor.basic")


def eigh(a: Any, UPLO: str = "L") -> list[Any]:  # NumPy's name
    """Eigenvalues, ascending, and eigenvectors (columns) of a symmetric matrix.

    ``UPLO``: which triangle is read, "L" or "U".
    """
    return linalg.eigh(as_tensor_variable(a), lower=UPLO == "L")


def qr(a: Any, mode: str = "reduced") -> Any:
    """Q and R of a matrix; only R with ``mode="r"``. "complete" has all columns of Q."""
    names: dict[str, Any] = {"reduced": "economic", "complete": "full"}
    return linalg.qr(as_tensor_variable(a), names.get(mode, mode))


def svd(a: Any, full_matrices: Any = 1, compute_uv: Any = 1) -> Any:
    """U, the singular values and V transposed; the values alone without ``compute_uv``."""
    return linalg.svd(as_tensor_variable(a), bool(full_matrices), bool(compute_uv))


class lstsq(ReplacedOp):
    """``lstsq()(x, y, rcond)``: least squares; solution, residuals, rank and singular values.

    In Theano it is an operation's class; ``lstsq(x, y, rcond)``, as NumPy's, gives the same.
    """

    stands_for = (linalg.Lstsq,)

    def __new__(cls, *inputs: Any) -> Any:
        made = super().__new__(cls)
        return made(*inputs) if inputs else made

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x, y, *rest = inputs
        return linalg.Lstsq()(x, y, rest[0] if rest else kwargs.get("rcond", -1.0))


def matrix_dot(*args: Any) -> TensorVariable:
    """The product of several matrices."""
    product = as_tensor_variable(args[0])
    for a in args[1:]:
        product = pt.dot(product, a)
    return product


def matrix_power(M: Any, n: int) -> Any:  # Theano's name
    """The product of ``n`` matrices ``M``; the number 1 for ``n=0``, as in Theano."""
    return matrix_dot(*[M] * n) if n > 0 else 1


def trace(X: Any) -> TensorVariable:  # Theano's name
    """The sum of a matrix's diagonal."""
    return diagonal(X).sum()


def diag(x: Any) -> TensorVariable:
    """A diagonal matrix of a vector, or the diagonal of a matrix."""
    x = as_tensor_variable(x)
    if x.ndim not in (1, 2):
        raise TypeError(f"diag: x has {x.ndim} dimensions; expected a vector or a matrix.")
    return _diag(x)


def extract_diag(x: Any) -> TensorVariable:
    """The diagonal of a matrix."""
    return diagonal(x)


def alloc_diag(x: Any) -> TensorVariable:
    """A matrix with a vector on its diagonal."""
    return _diag(as_tensor_variable(x))


def norm(x: Any, ord: Any) -> TensorVariable:
    r"""A norm of a vector or a matrix.

    Parameters
    ----------
    x
        A vector or a matrix.
    ord
        None or "fro": the root of the sum of squares. "inf", "-inf": the largest or smallest
        magnitude (of a matrix: sum of magnitudes of a row). Of a matrix 1, -1: the same of the
        columns. Of a vector another number p, :math:`(\sum |x|^p)^{1/p}`; 0 counts the elements
        that are not zero.

    Raises
    ------
    ValueError
        ``x`` is a scalar, or ``ord`` none of these.
    NotImplementedError
        ``x`` has more than two dimensions.
    """
    x = as_tensor_variable(x)
    if x.ndim == 0:
        raise ValueError("norm: x is a scalar; expected a vector or a matrix.")
    if x.ndim > 2:
        raise NotImplementedError(f"norm: x has {x.ndim} dimensions; expected 1 or 2.")
    if ord is None or (x.ndim == 2 and ord == "fro"):
        return pt.sum(abs(x**2)) ** 0.5
    extreme = {"inf": pt.max, "-inf": pt.min}
    if x.ndim == 2:
        if ord in extreme:
            return extreme[ord](pt.sum(abs(x), 1))
        if ord in (1, -1):
            return (pt.max if ord == 1 else pt.min)(pt.sum(abs(x), 0))
        raise ValueError(f"norm: ord={ord!r} of a matrix; expected None, fro, inf, -inf, 1 or -1.")
    if ord in extreme:
        return extreme[ord](abs(x))
    if ord == 0:
        return x[x.nonzero()].shape[0]
    if isinstance(ord, str):
        raise ValueError(f"norm: ord={ord!r} of a vector; expected None, inf, -inf or a number.")
    return pt.sum(abs(x**ord)) ** (1.0 / ord)
