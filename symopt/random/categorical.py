"""Draws among outcomes of given probabilities, with MRG31k3p: the numbers of Theano 1.0.5.

Probabilities are a matrix with a distribution in each row. They are added up from the left, in
float64, and the outcome is the first one at which the sum exceeds a uniform draw. Nothing checks
that a row is of probabilities or that its sum is 1: if its sum is too small it may have no
outcome. (JAX adds in another order and, without 64-bit types, in float32; where a sum lies within
rounding of a draw it may take the neighbouring outcome.)
"""

from __future__ import annotations

from typing import Any

import pytensor
import pytensor.tensor as pt
from pytensor.gradient import undefined_grad
from pytensor.tensor.type import discrete_dtypes
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError
from symopt.hyperparameters import check_flag, check_integer
from symopt.random.distributions import uniform
from symopt.random.size import check_integer_scalar


def multinomial(
    states: TensorVariable,
    pvals: Any,
    dtype: str = "int64",
    *,
    n: int | TensorVariable = 1,
    uniform_dtype: str | None = None,
) -> tuple[TensorVariable, TensorVariable]:
    """How often each outcome comes up in ``n`` draws from each row of ``pvals``.

    Parameters
    ----------
    states
        See :mod:`symopt.random.distributions`.
    pvals
        Probabilities; matrix of shape (distributions, outcomes).
    dtype
        Of the counts; "auto" is that of ``pvals``.
    n
        Number of draws from each row; an integer of at least 1, or a symbolic one.
    uniform_dtype
        dtype of the uniform draws, "float32" or "float64"; None (default) is ``floatX``, as in
        Theano.

    Returns
    -------
    The counts, of the shape of ``pvals``, and the new states. A row whose sum is too small for a
    draw does not count it.

    Raises
    ------
    ShapeError
        ``pvals`` is not a matrix.
    HyperparameterError, DTypeError
        ``n`` is out of range.
    """
    pvals = _matrix("multinomial", "pvals", pvals)
    dtype = pvals.dtype if dtype == "auto" else dtype
    n = _count("multinomial", "n", n)
    draws, new_states = _draws(states, pvals, n, uniform_dtype)
    once = isinstance(n, int) and n == 1
    return pt.cast(counts_of(draws[0][None] if once else draws, pvals), dtype), new_states


def counts_of(draws: TensorVariable, pvals: TensorVariable) -> TensorVariable:
    """:func:`multinomial` of given uniform draws.

    Parameters
    ----------
    draws
        Uniform draws, (draws from each row, distributions).
    pvals
        Probabilities, (distributions, outcomes).

    Returns
    -------
    Counts, of the shape of ``pvals``: int64, or bool if it is known that there is one draw.
    """
    if draws.type.shape[0] == 1:
        counts = _one_hot(pvals, *_first_above(_cumulative(pvals), draws[0]))
    else:
        outcomes, found = _first_above(_cumulative(pvals)[None], draws)
        counts = pt.sum(pt.cast(_one_hot(pvals, outcomes, found), "int64"), axis=0)
    # A length of 1 is part of the type in Theano.
    ones = [length if length == 1 else None for length in pvals.type.shape]
    return pt.specify_shape(counts, ones) if 1 in ones else counts


def choice(
    states: TensorVariable,
    p: Any,
    size: int | TensorVariable = 1,
    dtype: str = "int64",
    *,
    replace: bool = True,
    uniform_dtype: str | None = None,
) -> tuple[TensorVariable, TensorVariable]:
    """``size`` outcomes drawn from each row of ``p``, with or without replacement.

    Without replacement the probability of an outcome drawn is set to 0 and the others are divided
    by their sum, in their own dtype, before the next draw.

    Parameters
    ----------
    states
        See :mod:`symopt.random.distributions`.
    p
        Probabilities; matrix of shape (distributions, outcomes).
    size
        Number of draws from each row; an integer of at least 1, or a symbolic one.
    dtype
        Of the result.
    replace
        Whether an outcome may be drawn again. Theano has only False.
    uniform_dtype
        As for :func:`multinomial`.

    Returns
    -------
    Indices of outcomes, of shape (distributions, size), and the new states. A row whose sum is
    too small for a draw, or whose outcomes are all drawn, gives -1 (where Theano's C code leaves
    what was in the memory).

    Raises
    ------
    ShapeError
        ``p`` is not a matrix, or known to have fewer outcomes than are drawn without replacement.
    HyperparameterError, DTypeError
        ``size`` or ``replace`` is out of range.
    """
    p = _matrix("choice", "p", p)
    size = _count("choice", "size", size)
    check_flag("choice", "replace", replace)
    dtype = "int64" if dtype == "auto" else dtype
    outcomes_known = p.type.shape[1]
    too_many = isinstance(size, int) and outcomes_known is not None and size > outcomes_known
    if too_many and not replace:
        raise ShapeError(
            f"choice: size={size} outcomes are to be drawn without replacement, and p has "
            f"{outcomes_known}; expected at most as many."
        )
    draws, new_states = _draws(states, p, size, uniform_dtype)
    once = isinstance(size, int) and size == 1
    return pt.cast(outcomes_of(draws, p, replace or once).T, dtype), new_states


def outcomes_of(draws: TensorVariable, p: TensorVariable, replace: bool) -> TensorVariable:
    """:func:`choice` of given uniform draws.

    Parameters
    ----------
    draws
        Uniform draws, (draws from each row, distributions).
    p
        Probabilities, (distributions, outcomes).
    replace
        Whether an outcome may be drawn again.

    Returns
    -------
    Indices of outcomes, int64, of the shape of ``draws``; -1 where there is no outcome.
    """
    if replace:
        outcomes, found = _first_above(_cumulative(p)[None], draws)
        return pt.switch(found, outcomes, -1)
    drawn, _ = pytensor.scan(
        _draw_and_remove,
        sequences=[draws],
        outputs_info=[None, p],
        name="choice",
        return_updates=False,
    )
    return drawn


def _draw_and_remove(draw: TensorVariable, p: TensorVariable) -> list[TensorVariable]:
    """The outcome of each row, and the probabilities of the others."""
    cumulative = _cumulative(p)
    outcomes, found = _first_above(cumulative, draw)
    is_drawn = _one_hot(p, outcomes, found)
    # Theano takes what lies before the outcome from the float64 sum, and adds on in the dtype.
    before = pt.cast(cumulative - p, p.dtype)
    later = pt.gt(pt.arange(p.shape[1])[None], outcomes[:, None])
    summands = pt.switch(is_drawn, before, pt.switch(later, p, pt.zeros_like(p)))
    total = pytensor.scan(  # a sum whose order is the same on every backend
        lambda summand, sum_so_far: sum_so_far + summand,
        sequences=[summands.T],
        outputs_info=[pt.zeros_like(p[:, 0])],
        name="sum_in_order",
        return_updates=False,
    )[-1]
    others = pt.switch(is_drawn, pt.zeros_like(p), p) / total[:, None]
    return [pt.switch(found, outcomes, -1), pt.switch(found[:, None], others, p)]


def _draws(
    states: TensorVariable,
    pvals: TensorVariable,
    n: int | TensorVariable,
    uniform_dtype: str | None,
) -> tuple[TensorVariable, TensorVariable]:
    """Uniform draws of shape (n, distributions), in Theano's order."""
    dtype = uniform_dtype or pytensor.config.floatX
    return uniform(states, (n, pvals.shape[0]), dtype)


def _cumulative(p: TensorVariable) -> TensorVariable:
    return pt.cumsum(pt.cast(p, "float64"), axis=1)


def _first_above(
    cumulative: TensorVariable, draws: TensorVariable
) -> tuple[TensorVariable, TensorVariable]:
    """Index of the first sum of each row above its draw, and whether there is one."""
    above = pt.cast(pt.gt(cumulative, draws[..., None]), "int8")
    # PyTensor's argmax refuses to have a gradient asked for of integers.
    return undefined_grad(pt.argmax(above, axis=-1)), pt.gt(pt.max(above, axis=-1), 0)


def _one_hot(p: TensorVariable, outcomes: TensorVariable, found: TensorVariable) -> TensorVariable:
    return pt.and_(pt.eq(pt.arange(p.shape[1]), outcomes[..., None]), found[..., None])


def _matrix(owner: str, name: str, p: Any) -> TensorVariable:
    variable = pt.as_tensor_variable(p)
    if variable.ndim != 2:
        raise ShapeError(
            f"{owner}: {name} has {variable.ndim} dimensions; expected 2, a distribution a row."
        )
    if variable.dtype in discrete_dtypes:
        variable = pt.cast(variable, pytensor.config.floatX)
    return undefined_grad(variable)


def _count(owner: str, name: str, n: Any) -> int | TensorVariable:
    if isinstance(n, TensorVariable):
        check_integer_scalar(name, n)
        return n
    return check_integer(owner, name, n, low=1)
