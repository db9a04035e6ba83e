"""Shapes: reshape, flatten, tile, broadcast patterns."""

from __future__ import annotations

import operator
import warnings
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.raise_op import Assert
from pytensor.tensor.shape import specify_broadcastable
from pytensor.tensor.variable import TensorVariable

from symopt.legacy.theano.tensor._constants import as_tensor_variable, get_vector_length
from symopt.nnet.unbroadcast import forget_shape


def reshape(x: Any, newshape: Any, ndim: int | None = None) -> TensorVariable:
    """The elements of ``x`` in another shape.

    Parameters
    ----------
    x
        A tensor.
    newshape
        A vector of integers, symbolic or not, or a list of such scalars; one may be -1.
    ndim
        How long ``newshape`` is; needed if it is a vector of unknown length.

    Raises
    ------
    ValueError
        The length of ``newshape`` is not known and ``ndim`` is not given.
    TypeError
        ``newshape`` is no vector.
    """
    return pt.reshape(
        as_tensor_variable(x), newshape, ndim=None if ndim is None else operator.index(ndim)
    )


def flatten(x: Any, ndim: int | None = None, outdim: int | None = None) -> TensorVariable:
    """``x`` with its last axes run together.

    Parameters
    ----------
    x
        A tensor.
    ndim
        How many dimensions are left, 1 or more. Default 1.
    outdim
        An old name of ``ndim``.

    Raises
    ------
    ValueError
        Both names are given, or ``x`` has fewer dimensions.
    """
    x = as_tensor_variable(x)
    ndim = _one_of(ndim, outdim)
    if ndim < 1 or (ndim > 1 and ndim > x.ndim):
        raise ValueError(f"flatten: ndim={ndim} of a tensor of {x.ndim} dimensions.")
    return pt.flatten(x, ndim)


def is_flat(var: Any, ndim: int | None = None, outdim: int | None = None) -> bool:
    """Whether a variable has ``ndim`` dimensions; ``outdim`` is an old name of it."""
    return bool(var.ndim == _one_of(ndim, outdim))


def _one_of(ndim: int | None, outdim: int | None) -> int:
    if outdim is None:
        return 1 if ndim is None else ndim
    if ndim is not None:
        raise ValueError("flatten: outdim is an old name of ndim; give one of them.")
    warnings.warn("flatten: outdim is an old name; write ndim.", stacklevel=3)
    return outdim


def tile(x: Any, reps: Any, ndim: int | None = None) -> TensorVariable:
    """``x`` repeated along each axis.

    Parameters
    ----------
    x
        A tensor.
    reps
        How often: an integer, several, or a symbolic vector (``ndim`` is needed then). Fewer
        than axes stand for the last ones.
    ndim
        Dimensions of the result, at least those of ``x``.

    Raises
    ------
    ValueError
        The numbers of dimensions do not fit, or ``reps`` are no integers.
    """
    x = as_tensor_variable(x)
    if ndim is not None and ndim < x.ndim:
        raise ValueError(f"tile: ndim={ndim} is less than the {x.ndim} dimensions of x.")
    counts: list[Any]
    if isinstance(reps, list | tuple):
        counts = list(reps)
        if ndim is not None and len(counts) > ndim:
            raise ValueError(f"tile: {len(counts)} reps with ndim={ndim}.")
    else:
        vector = as_tensor_variable(reps)
        if vector.ndim == 0:
            counts = [vector]
        elif vector.ndim == 1:
            counts = _entries(vector, ndim)
        else:
            raise ValueError(f"tile: reps has {vector.ndim} dimensions; expected 0 or 1.")
    for count in counts:
        if as_tensor_variable(count).dtype.startswith(("float", "complex")):
            raise ValueError(f"tile: reps={reps!r}; expected integers.")
    missing = (ndim or 0) - len(counts)
    return pt.tile(x, [1] * missing + counts)


def _entries(vector: TensorVariable, ndim: int | None) -> list[Any]:
    """The elements of a vector of repetitions, filled up in front with 1."""
    try:
        return [vector[i] for i in range(get_vector_length(vector))]
    except ValueError:
        if ndim is None:
            raise ValueError(
                f"tile: the length of reps={vector} is not known. Give ndim, the number of "
                "dimensions of the result."
            ) from None
    offset: Any = ndim - vector.shape[0]
    offset = Assert("tile: there are more reps than ndim")(offset, pt.ge(offset, 0))
    return [pt.switch(pt.lt(i, offset), 1, vector[i - offset]) for i in range(ndim)]


def addbroadcast(x: Any, *axes: int) -> TensorVariable:
    """``x`` with the length 1 of these axes known; an error when it runs, if it is another."""
    x = as_tensor_variable(x)
    unknown = [a for a in axes if not x.broadcastable[a]]
    return specify_broadcastable(x, *unknown) if unknown else x


def unbroadcast(x: Any, *axes: int) -> TensorVariable:
    """``x`` with the lengths of these axes unknown: they are not broadcast any more."""
    x = as_tensor_variable(x)
    known = [a for a in axes if x.broadcastable[a]]
    return forget_shape(x, known) if known else x


def patternbroadcast(x: Any, broadcastable: Sequence[bool]) -> TensorVariable:
    """``x`` with a broadcast pattern: lengths 1 where it says True, unknown where False.

    Raises
    ------
    ValueError
        The pattern is longer than ``x`` has dimensions; a shorter one is for the first of them.
    """
    x = as_tensor_variable(x)
    if len(broadcastable) > x.ndim:
        raise ValueError(
            f"patternbroadcast: a pattern of {len(broadcastable)} flags for a tensor of {x.ndim} "
            "dimensions."
        )
    cleared = [d for d, flag in enumerate(broadcastable) if not flag and x.broadcastable[d]]
    known = [d for d, flag in enumerate(broadcastable) if flag and not x.broadcastable[d]]
    return addbroadcast(unbroadcast(x, *cleared), *known)


def shape_padleft(t: Any, n_ones: int = 1) -> TensorVariable:
    """``t`` with axes of length 1 in front."""
    return pt.shape_padleft(as_tensor_variable(t), n_ones)


def shape_padright(t: Any, n_ones: int = 1) -> TensorVariable:
    """``t`` with axes of length 1 at the end."""
    return pt.shape_padright(as_tensor_variable(t), n_ones)


def shape_padaxis(t: Any, axis: int) -> TensorVariable:
    """``t`` with an axis of length 1 at place ``axis``."""
    t = as_tensor_variable(t)
    if not -t.ndim - 1 <= axis <= t.ndim:
        raise IndexError(f"shape_padaxis: axis={axis} with {t.ndim} dimensions.")
    return pt.shape_padaxis(t, axis)


def transpose(x: Any, axes: Any = None) -> TensorVariable:
    """``x`` with its axes in another order; by default reversed."""
    x = as_tensor_variable(x)
    order = None if axes is None else [int(a) for a in np.atleast_1d(axes)]
    return pt.transpose(x, order)


def swapaxes(y: Any, axis1: int, axis2: int) -> TensorVariable:
    """``y`` with two axes exchanged."""
    return pt.swapaxes(as_tensor_variable(y), axis1, axis2)
