"""Theano 1.0.5's ``theano.tensor.slinalg``: SciPy's linear algebra."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.raise_op import CheckAndRaise
from pytensor.tensor import linalg
from pytensor.tensor.linalg import Cholesky as _Cholesky
from pytensor.tensor.linalg import Eigvalsh as Eigvalsh
from pytensor.tensor.linalg import Expm as Expm
from pytensor.tensor.linalg import expm as expm
from pytensor.tensor.linalg.solvers.core import SolveBase as _SolveBase
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor._constants import as_tensor_variable as as_tensor_variable
from symopt.legacy.theano.tensor._replaced_ops import ReplacedOp

imported_scipy = True
_not_positive_definite = CheckAndRaise(
    np.linalg.LinAlgError, "cholesky: the matrix is not positive definite."
)
MATRIX_STRUCTURES = (
    "general",
    "symmetric",
    "lower_triangular",
    "upper_triangular",
    "hermitian",
    "banded",
    "diagonal",
    "toeplitz",
)

__getattr__ = fallback(__name__, "pytensor.tensor.linalg", "symopt.legacy.theano.tensor.basic")


class Cholesky(ReplacedOp):
    """``Cholesky(lower, on_error)(x)``: the triangular factor of a positive definite matrix.

    ``on_error="raise"`` (the default) raises numpy.linalg.LinAlgError when it runs, "nan" gives
    NaN.
    """

    stands_for = (_Cholesky,)

    def __init__(self, lower: bool = True, on_error: str = "raise") -> None:
        if on_error not in ("raise", "nan"):
            raise ValueError(f'Cholesky: on_error={on_error!r}; expected "raise" or "nan".')
        self.lower, self.on_error = lower, on_error

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        x = as_tensor_variable(inputs[0])
        factor = linalg.cholesky(x, lower=self.lower, on_error="nan")
        if self.on_error == "nan":
            return factor
        return _not_positive_definite(factor, ~pt.any(pt.isnan(factor)))


class Solve(ReplacedOp):
    """``Solve(A_structure, lower)(A, b)``: the solution of ``A x = b``.

    ``A_structure`` is "general", "symmetric", "lower_triangular", "upper_triangular", or another
    of ``MATRIX_STRUCTURES``, which is solved as a general one.
    """

    stands_for = (_SolveBase,)

    def __init__(
        self,
        A_structure: str = "general",  # Theano's name
        lower: bool = False,
        overwrite_A: bool = False,
        overwrite_b: bool = False,
    ) -> None:
        if A_structure not in MATRIX_STRUCTURES:
            raise ValueError(
                f"Solve: A_structure={A_structure!r}; expected one of {MATRIX_STRUCTURES}."
            )
        self.A_structure, self.lower = A_structure, lower
        self.overwrite_A, self.overwrite_b = overwrite_A, overwrite_b

    def build(self, *inputs: Any, **kwargs: Any) -> Any:
        a, b = map(as_tensor_variable, inputs)
        if self.A_structure.endswith("_triangular"):
            lower = self.A_structure == "lower_triangular"
            return linalg.solve_triangular(a, b, lower=lower, b_ndim=b.ndim)
        return linalg.solve(a, b, b_ndim=b.ndim)


cholesky = Cholesky()
solve = Solve()
solve_lower_triangular = Solve(A_structure="lower_triangular", lower=True)
solve_upper_triangular = Solve(A_structure="upper_triangular", lower=False)
solve_symmetric = Solve(A_structure="symmetric")


def eigvalsh(a: Any, b: Any = None, lower: bool = True) -> Any:
    """The eigenvalues of a symmetric matrix (with ``b``: of the pair), ascending."""
    return linalg.eigvalsh(as_tensor_variable(a), b, lower=lower)


def kron(a: Any, b: Any) -> TensorVariable:
    """The Kronecker product of two matrices, or of a matrix and a vector.

    Raises
    ------
    TypeError
        The dimensions of both together are fewer than 3.
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    if a.ndim + b.ndim <= 2:
        raise TypeError(
            f"kron: a has {a.ndim} and b {b.ndim} dimensions; expected 3 or more together."
        )
    product = pt.outer(a, b).reshape(
        [*[a.shape[d] for d in range(a.ndim)], *[b.shape[d] for d in range(b.ndim)]],
        ndim=a.ndim + b.ndim,
    )
    if product.ndim == 3:
        return product.dimshuffle(1, 0, 2).flatten()
    order = product.dimshuffle(0, 2, 1, *range(3, product.ndim))
    rest = tuple(product.shape[d] for d in range(4, product.ndim))
    return order.reshape(
        (product.shape[0] * product.shape[2], product.shape[1] * product.shape[3], *rest),
        ndim=product.ndim - 2,
    )
