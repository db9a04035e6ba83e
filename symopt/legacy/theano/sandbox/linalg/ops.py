"""Theano 1.0.5's ``theano.sandbox.linalg.ops``: hints about matrices, which PyTensor ignores."""

from __future__ import annotations

from typing import Any

from symopt.legacy.theano._fallback import fallback
from symopt.legacy.theano.tensor import _products
from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor.nlinalg import trace as trace

__getattr__ = fallback(
    __name__, "symopt.legacy.theano.tensor.nlinalg", "symopt.legacy.theano.tensor.slinalg"
)


def hints(variable: Any) -> dict[str, bool]:
    """What :func:`psd` was told of a variable."""
    return dict(getattr(variable.tag, "hints", {}))


def psd(v: Any) -> Any:
    """``v``, said to be symmetric and positive semi-definite."""
    v = as_tensor_variable(v).copy()
    v.tag.hints = {"psd": True, "symmetric": True}
    return v


def is_psd(v: Any) -> bool:
    """Whether :func:`psd` was told of it."""
    return hints(v).get("psd", False)


def is_symmetric(v: Any) -> bool:
    """Whether it was said to be symmetric."""
    return hints(v).get("symmetric", False)


def is_positive(v: Any) -> bool:
    """False: nothing says so."""
    return hints(v).get("positive", False)


def spectral_radius_bound(X: Any, log2_exponent: int) -> Any:  # Theano's name
    r"""A bound of the largest eigenvalue of a symmetric matrix with eigenvalues of at least 0.

    .. math:: \operatorname{tr}\left(X^{2^k}\right)^{2^{-k}}

    Parameters
    ----------
    X
        A matrix.
    log2_exponent
        :math:`k`, at least 1; the larger, the tighter.

    Raises
    ------
    TypeError, ValueError
        ``X`` is no matrix or ``log2_exponent`` no integer; it is less than 1.
    """
    matrix = as_tensor_variable(X)
    if matrix.ndim != 2:
        raise TypeError(f"spectral_radius_bound: X has {matrix.ndim} dimensions; expected 2.")
    if not isinstance(log2_exponent, int):
        raise TypeError(f"spectral_radius_bound: log2_exponent={log2_exponent!r}; expected an int.")
    if log2_exponent <= 0:
        raise ValueError(
            f"spectral_radius_bound: log2_exponent={log2_exponent}; expected 1 or more."
        )
    for _ in range(log2_exponent):
        matrix = _products.dot(matrix, matrix)
    return trace(matrix) ** (2.0 ** (-log2_exponent))
