"""Products of tensors."""

from __future__ import annotations

import operator
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor._constants import as_tensor_variable
from symopt.legacy.theano.tensor._shaping import patternbroadcast


def dot(a: Any, b: Any) -> Any:
    """The product of matrices and vectors, summed over the last axis and the last but one.

    Two scalars, or a scalar and a tensor, are multiplied. With more than two dimensions it is
    ``tensordot`` over these axes, as in NumPy.
    """
    return pt.dot(a, b)


def tensordot(a: Any, b: Any, axes: Any = 2) -> TensorVariable:
    """Products summed over several axes.

    Parameters
    ----------
    a, b
        Tensors.
    axes
        How many axes: the last ones of ``a`` with the first ones of ``b``. Or a pair: which axes
        of ``a`` and which of ``b``.

    Raises
    ------
    ValueError
        There are not as many axes.
    """
    return pt.tensordot(*_checked("tensordot", a, b, axes, batched=False))


def batched_dot(a: Any, b: Any) -> TensorVariable:
    """The dot products of each entry of ``a`` along its first axis with that of ``b``.

    Parameters
    ----------
    a, b
        Tensors of one dimension (a number in each entry) or more, of the same first length.

    Raises
    ------
    TypeError
        One is a scalar.
    """
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    for name, operand in (("a", a), ("b", b)):
        if operand.ndim == 0:
            raise TypeError(f"batched_dot: {name} is a scalar; expected a batch axis.")
    if a.ndim == 1:
        return a.dimshuffle(0, *["x"] * (b.ndim - 1)) * b
    if b.ndim == 1:
        return a * b.dimshuffle(0, *["x"] * (a.ndim - 1))
    if a.ndim > 3 or b.ndim > 3:
        return batched_tensordot(a, b, [[a.ndim - 1], [max(1, b.ndim - 2)]])
    left = a.dimshuffle(0, "x", 1) if a.ndim == 2 else a
    right = b.dimshuffle(0, 1, "x") if b.ndim == 2 else b
    first, second = _one_batch(left, right)
    product = pt.matmul(first, second)
    if b.ndim == 2:
        product = product[..., 0]
    return product[:, 0] if a.ndim == 2 else product


def _one_batch(a: TensorVariable, b: TensorVariable) -> tuple[Any, Any]:
    """Both with a first axis that is not broadcast; Theano checked the lengths when it ran."""
    if a.broadcastable[0] == b.broadcastable[0]:
        return a, b
    pattern = (True,)
    return (
        patternbroadcast(a, (*pattern, *a.broadcastable[1:])),
        patternbroadcast(b, (*pattern, *b.broadcastable[1:])),
    )


def batched_tensordot(x: Any, y: Any, axes: Any = 2) -> TensorVariable:
    """The :func:`tensordot` of each entry of ``x`` along its first axis with that of ``y``.

    ``axes`` counts the first one: ``[[1], [2]]`` sums the second axis of ``x`` with the third of
    ``y``. The axes left of an entry of ``x`` come before those of ``y``.
    """
    x, y, (of_x, of_y) = _checked("batched_tensordot", x, y, axes, batched=True)
    left = [d for d in range(1, x.ndim) if d not in of_x]
    right = [d for d in range(1, y.ndim) if d not in of_y]
    shape = [x.shape[0], *[x.shape[d] for d in left], *[y.shape[d] for d in right]]
    flags = [x.broadcastable[0] and y.broadcastable[0]]
    flags += [x.broadcastable[d] for d in left] + [y.broadcastable[d] for d in right]
    summed = pt.prod([x.shape[d] for d in of_x]) if of_x else 1
    count = pt.prod([x.shape[d] for d in left]) if left else 1
    other = pt.prod([y.shape[d] for d in right]) if right else 1
    rows = x.dimshuffle(0, *left, *of_x).reshape((x.shape[0], count, summed))
    columns = y.dimshuffle(0, *of_y, *right).reshape((y.shape[0], summed, other))
    first, second = _one_batch(rows, columns)
    product = pt.matmul(first, second).reshape(shape, ndim=len(shape))
    return patternbroadcast(
        product, [f or b for f, b in zip(flags, product.broadcastable, strict=True)]
    )


def _checked(
    owner: str, a: Any, b: Any, axes: Any, *, batched: bool
) -> tuple[TensorVariable, TensorVariable, tuple[list[int], list[int]]]:
    a, b = as_tensor_variable(a), as_tensor_variable(b)
    first = 1 if batched else 0
    if not isinstance(axes, list | tuple | np.ndarray):
        count = operator.index(axes)
        for name, operand in (("a", a), ("b", b)):
            if count > operand.ndim - first:
                raise ValueError(
                    f"{owner}: axes={count}, but {name} has {operand.ndim - first} to sum over."
                )
        return a, b, (list(range(a.ndim - count, a.ndim)), list(range(first, first + count)))
    if len(axes) != 2:
        raise ValueError(f"{owner}: axes={axes!r}; expected an integer or a pair of lists.")
    pairs = tuple([int(n) for n in np.atleast_1d(each)] for each in axes)
    if len(pairs[0]) != len(pairs[1]):
        raise ValueError(f"{owner}: axes={axes!r}; expected as many of a as of b.")
    for name, operand, each in (("a", a, pairs[0]), ("b", b, pairs[1])):
        for n in each:
            if not -operand.ndim <= n < operand.ndim:
                raise ValueError(f"{owner}: {name} has {operand.ndim} dimensions, no axis {n}.")
            if batched and n % operand.ndim == 0:
                raise ValueError(f"{owner}: the batch axis of {name} cannot be summed over.")
    return (
        a,
        b,
        (
            [n % a.ndim for n in pairs[0]],
            [n % b.ndim for n in pairs[1]],
        ),
    )


def outer(x: Any, y: Any) -> TensorVariable:
    """The matrix of products of two vectors; other tensors are flattened."""
    return pt.outer(as_tensor_variable(x), as_tensor_variable(y))
