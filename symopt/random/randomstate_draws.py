"""Distributions drawn with NumPy's ``RandomState``: the numbers of Theano 1.0.5.

All functions take

random_state
    A shared variable of a ``numpy.random.RandomState``, or a variable of ``random_state_type``.
size
    Shape of the draws: a tuple of integers and symbolic integer scalars, or a symbolic vector. -1
    in a tuple is the length of the parameters there. None: the shape that the parameters have
    together.
ndim
    Number of dimensions, for a symbolic size of unknown length.
dtype
    Of the draws. None is the widest of ``floatX`` and the parameters.

and return the state after the draws, and the draws (in this order). Parameters are numbers, arrays
or symbolic tensors, and broadcast. All raise ``ShapeError`` (a ``ValueError``) or ``DTypeError`` (a
``TypeError``) for a size that fits neither ``ndim`` nor the parameters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from numpy.random import RandomState
from numpy.typing import NDArray
from pytensor.graph.basic import Variable
from pytensor.scalar import upcast
from pytensor.tensor.type import TensorType

from symopt.errors import ShapeError
from symopt.random.randomstate_op import RandomFunction
from symopt.random.randomstate_size import draw_shape


def uniform(
    random_state: Any,
    size: Any = None,
    low: Any = 0.0,
    high: Any = 1.0,
    ndim: int | None = None,
    dtype: str | None = None,
) -> list[Any]:
    """Uniform draws of [low, high)."""
    return _continuous("uniform", random_state, size, low, high, ndim, dtype)


def normal(
    random_state: Any,
    size: Any = None,
    avg: Any = 0.0,
    std: Any = 1.0,
    ndim: int | None = None,
    dtype: str | None = None,
) -> list[Any]:
    """Normal draws of mean ``avg`` and standard deviation ``std``."""
    return _continuous("normal", random_state, size, avg, std, ndim, dtype)


def _continuous(
    method: str, random_state: Any, size: Any, a: Any, b: Any, ndim: int | None, dtype: str | None
) -> list[Any]:
    a, b = pt.as_tensor_variable(a), pt.as_tensor_variable(b)
    if dtype is None:
        dtype = upcast(pytensor.config.floatX, a.dtype, b.dtype)
    shape, static = draw_shape(method, ndim, size, a, b)
    return RandomFunction(method, TensorType(dtype, shape=static))(random_state, shape, a, b)


def binomial(
    random_state: Any,
    size: Any = None,
    n: Any = 1,
    p: Any = 0.5,
    ndim: int | None = None,
    dtype: str = "int64",
    prob: Any = None,
) -> list[Any]:
    """How many of ``n`` trials succeed, each with probability ``p`` (old name: ``prob``)."""
    n, p = pt.as_tensor_variable(n), pt.as_tensor_variable(p if prob is None else prob)
    shape, static = draw_shape("binomial", ndim, size, n, p)
    # In Theano these draws never broadcast.
    static = tuple(None if length == 1 else length for length in static)
    return RandomFunction("binomial", TensorType(dtype, shape=static))(random_state, shape, n, p)


def random_integers(
    random_state: Any,
    size: Any = None,
    low: Any = 0,
    high: Any = 1,
    ndim: int | None = None,
    dtype: str = "int64",
) -> list[Any]:
    """Integers of [low, high]."""
    low, high = pt.as_tensor_variable(low), pt.as_tensor_variable(high)
    shape, static = draw_shape("random_integers", ndim, size, low, high)
    op = RandomFunction(random_integers_helper, TensorType(dtype, shape=static))
    return op(random_state, shape, low, high)


def choice(
    random_state: Any,
    size: Any = None,
    a: Any = 2,
    replace: Any = True,
    p: Any = None,
    ndim: int | None = None,
    dtype: str = "int64",
) -> list[Any]:
    """Elements of the vector ``a``, or integers below the scalar ``a``; size or ndim is needed.

    Parameters
    ----------
    replace
        Whether an element may be drawn again: a bool or a symbolic scalar.
    p
        Probability of each; None (or an empty vector) is the same for all.
    """
    a = pt.as_tensor_variable(a)
    replace = pt.constant(replace, dtype="int8") if isinstance(replace, bool) else replace
    if not isinstance(p, Variable | np.ndarray) and not p:
        p = np.empty(0)  # as Theano takes None, [] and 0
    p = pt.as_tensor_variable(p)
    shape, static = draw_shape("choice", ndim, size)
    op = RandomFunction(choice_helper, TensorType(dtype, shape=static))
    return op(random_state, shape, a, replace, p)


def poisson(
    random_state: Any,
    size: Any = None,
    lam: Any = 1.0,
    ndim: int | None = None,
    dtype: str = "int64",
) -> list[Any]:
    """Counts of mean ``lam``; size or ndim is needed."""
    shape, static = draw_shape("poisson", ndim, size)
    return RandomFunction("poisson", TensorType(dtype, shape=static))(random_state, shape, lam)


def permutation(
    random_state: Any,
    size: Any = None,
    n: Any = 1,
    ndim: int | None = None,
    dtype: str = "int64",
) -> list[Any]:
    """Permutations of the integers below ``n``: ``size`` of them, along a last axis more."""
    if size is None or (isinstance(size, tuple) and size == ()):
        if ndim not in (None, 1):
            raise PermutationCountError(
                f"permutation: size={size} is one permutation, and ndim={ndim}; leave ndim out."
            )
        size, ndim = (), None
    shape, static = draw_shape("permutation", ndim, size)
    op = RandomFunction(
        permutation_helper,
        TensorType(dtype, shape=(*static, None)),
        ndim_added=1,
        core_length=_itself,
    )
    return op(random_state, shape, n)


class PermutationCountError(ShapeError, TypeError):
    """One permutation was asked for, of more than one dimension."""


def multinomial(
    random_state: Any,
    size: Any = None,
    n: Any = 1,
    pvals: Any = (0.5, 0.5),
    ndim: int | None = None,
    dtype: str = "int64",
) -> list[Any]:
    """How often each outcome comes up in ``n`` draws, along a last axis more.

    Parameters
    ----------
    pvals
        Probabilities of the outcomes along its last axis; the axes before broadcast with ``n``.
    """
    n, pvals = pt.as_tensor_variable(n), pt.as_tensor_variable(pvals)
    shape, static = draw_shape("multinomial", ndim, size, n, pvals[..., 0])
    op = RandomFunction(
        multinomial_helper,
        TensorType(dtype, shape=(*static, pvals.type.shape[-1])),
        ndim_added=1,
        core_length=_outcomes,
    )
    return op(random_state, shape, n, pvals)


def _itself(n: Any) -> Any:
    return n


def _outcomes(n: Any, pvals: Any) -> Any:
    return pvals.shape[-1]


def random_integers_helper(
    random_state: RandomState, low: Any, high: Any, size: tuple[int, ...] | None
) -> NDArray[np.int64]:
    """``random_integers`` of NumPy for arrays of bounds."""
    low, high = np.asarray(low), np.asarray(high)
    size = np.broadcast_shapes(low.shape, high.shape) if size is None else size
    return _each(
        size,
        (),
        "int64",
        lambda a, b: random_state.randint(int(a), int(b) + 1),
        (low, ()),
        (high, ()),
    )


def choice_helper(
    random_state: RandomState, a: Any, replace: Any, p: Any, size: tuple[int, ...] | None
) -> Any:
    """``choice`` of NumPy where an empty ``p`` stands for None."""
    a, p = np.asarray(a), np.asarray(p)
    if a.ndim > 1 or p.ndim != 1:
        raise ShapeError(
            f"choice: a has {a.ndim} dimensions and p {p.ndim}; expected 0 or 1, and 1."
        )
    return random_state.choice(a if a.ndim else int(a), size, bool(replace), p if p.size else None)


def permutation_helper(
    random_state: RandomState, n: Any, shape: tuple[int, ...] | None
) -> NDArray[np.int64]:
    """``permutation(n)`` of NumPy, ``shape`` times."""
    if np.ndim(n):
        raise ShapeError(f"permutation: n has {np.ndim(n)} dimensions; expected a scalar.")
    length = int(n)
    return _each(shape or (), (length,), "int64", lambda: random_state.permutation(length))


def multinomial_helper(
    random_state: RandomState, n: Any, pvals: Any, size: tuple[int, ...] | None
) -> NDArray[np.int64]:
    """``multinomial`` of NumPy for arrays of ``n`` and of rows of probabilities.

    Rows whose sum is a little above 1, or whose last probability is next to 0, are scaled down by
    5e-5 as in Theano: NumPy refuses a sum above 1.
    """
    n, pvals = np.asarray(n), np.asarray(pvals)
    if pvals.size and pvals.min() < 0:
        raise NegativeProbabilityError("multinomial: pvals has negative elements.")
    size = np.broadcast_shapes(n.shape, pvals.shape[:-1]) if size is None else size

    def draw(count: Any, row: Any) -> Any:
        if 1.0 < np.sum(row) < 1.0 + 1e-5 or row[-1] < 5e-5:
            row = row * (1.0 - 5e-5)
        if np.sum(row) > 1.0:
            raise NegativeProbabilityError(
                f"multinomial: probabilities with the sum {np.sum(row)}; expected at most 1."
            )
        return random_state.multinomial(int(count), row.astype("float64"))

    return _each(size, pvals.shape[-1:], "int64", draw, (n, ()), (pvals, pvals.shape[-1:]))


class NegativeProbabilityError(ShapeError, AssertionError):
    """Probabilities that are none: negative, or of a sum above 1."""


def _each(
    size: tuple[int, ...],
    core: tuple[int, ...],
    dtype: str,
    draw: Callable[..., Any],
    *given: tuple[NDArray[Any], tuple[int, ...]],
) -> NDArray[Any]:
    """An array of draws, one after the other, each with its elements (or rows) of what is given."""
    parts = [np.broadcast_to(array, (*size, *row)) for array, row in given]
    draws = np.empty((*size, *core), dtype)
    for index in np.ndindex(*size):
        draws[index] = draw(*(part[index] for part in parts))
    return draws
