"""Distributions drawn with MRG31k3p; ``symopt.random`` says how their states are kept.

All functions take

states
    A symbolic int32 matrix of shape (streams, 6), as described at
    :func:`symopt.random.mrg31k3p.integers`.
size
    The shape of the draws: an integer (a vector of so many), a tuple of integers and symbolic
    integer scalars, or a symbolic vector of integers such as ``x.shape``.
dtype
    Of the draws; "float32" or "float64" where nothing else is said, whatever ``floatX`` is.
ndim
    The number of dimensions, for a symbolic ``size`` whose length is not known.

and return the draws and the new states, of the shape of ``states``. All raise

HyperparameterError
    ``size``, ``ndim``, ``dtype`` or a parameter is none of those named.
DTypeError, ShapeError
    ``states`` is not an int32 matrix of known shape, or a symbolic size not one of integers.

No gradient is defined with respect to the parameters of a distribution; asking for one is an
error, as in Theano.
"""

from __future__ import annotations

import math
from numbers import Real
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.gradient import undefined_grad
from pytensor.tensor.variable import TensorVariable

from symopt.errors import ShapeError
from symopt.hyperparameters import check_choice, check_real
from symopt.random.mrg31k3p import integers
from symopt.random.size import Size, parse_size

DTYPES = ("float32", "float64")
TWO_PI = 13176795  # times 2**-21: 2 pi as a float32


def uniform(
    states: TensorVariable,
    size: Any,
    dtype: str,
    *,
    low: Any = 0.0,
    high: Any = 1.0,
    ndim: int | None = None,
) -> tuple[TensorVariable, TensorVariable]:
    """Uniform draws of the open interval (0, 1), or of another: the bits of Theano 1.0.5.

    ``u = z * scale``, with z in [1, 2**31 - 1] rounded to ``dtype`` and scale = 2**-31. For
    float32, where z may be rounded to 2**31, scale is the number just below 2**-31, which is
    (2**24 - 1) 2**-55.

    For another interval the draws are ``low + (high - low) * u``, which rounding may make equal
    to ``low`` or ``high``. Theano's compiler fuses that into one rounding. So it is here in
    float32, but for JAX without 64-bit types, which rounds twice; in float64 it is up to the
    compiler, which matters if ``high - low`` has more than 22 significant bits.

    Parameters
    ----------
    states, size, ndim
        See the module.
    dtype
        "float32" or "float64". Both take the same integers, so they agree up to rounding.
    low, high
        Ends of the interval; finite numbers, or arrays or symbolic variables that broadcast
        against ``size`` and are cast to ``dtype``. Default 0 and 1.

    Returns
    -------
    The draws, of shape ``size``, and the new states.

    Raises
    ------
    HyperparameterError, DTypeError, ShapeError
        See the module. ``low`` or ``high`` has more dimensions than ``size``.
    """
    check_choice("uniform", "dtype", dtype, DTYPES)
    shape = parse_size("uniform", size, ndim)
    ends = [
        _parameter("uniform", name, end, dtype, shape)
        for name, end in (("low", low), ("high", high))
    ]
    z, new_states = integers(states, shape.count)
    draws = shape.shaped(_unit(z, dtype))
    return (draws if _are(ends, 0, 1) else _interval(draws, *ends)), new_states


def binomial(
    states: TensorVariable,
    size: Any,
    dtype: str,
    *,
    p: Any = 0.5,
    uniform_dtype: str | None = None,
    ndim: int | None = None,
) -> tuple[TensorVariable, TensorVariable]:
    """Draws of 1 with probability p and of 0 otherwise: ``u < p`` for a uniform u.

    Parameters
    ----------
    states, size, ndim
        See the module.
    dtype
        Of the draws, any one.
    p
        Probability of a 1; a number in [0, 1], or an array or symbolic variable that broadcasts
        against ``size``, whose values are not looked at.
    uniform_dtype
        dtype of u, "float32" or "float64"; None (default) is ``floatX``, as in Theano. A p that
        is a Python number is rounded to it.

    Returns
    -------
    The draws, of shape ``size``, and the new states.
    """
    if isinstance(p, Real):
        p = check_real("binomial", "p", p, high=1.0)
    uniform_dtype = uniform_dtype or pytensor.config.floatX
    shape = parse_size("binomial", size, ndim)
    draws, new_states = uniform(states, shape.dimensions, uniform_dtype)
    if isinstance(p, float):
        # As a double, which C code prints in full.
        p = pt.constant(np.float64(np.asarray(p, uniform_dtype)))
    else:
        p = undefined_grad(pt.as_tensor_variable(p))
        _check_ndim("binomial", "p", p, shape)
    return pt.cast(pt.lt(draws, p), dtype), new_states


def normal(
    states: TensorVariable,
    size: Any,
    dtype: str,
    *,
    avg: Any = 0.0,
    std: Any = 1.0,
    ndim: int | None = None,
) -> tuple[TensorVariable, TensorVariable]:
    """Normal draws: Theano 1.0.5's, up to rounding.

    Box and Muller's transform of the first and second half of ``2 * ceil(count / 2)`` uniform
    draws, u and v::

        r = sqrt(-2 log u);  draws = (r cos(2 pi v), r sin(2 pi v)) * std + avg

    cosines first. If the number of draws is odd the last sine is left out. Libraries differ in
    the last bits of logarithm, cosine and sine, so backends agree within 4 ulp.

    Parameters
    ----------
    states, size, dtype, ndim
        See the module.
    avg, std
        Mean and standard deviation; finite numbers, or arrays or symbolic variables that
        broadcast against ``size`` and are cast to ``dtype``. Default 0 and 1.

    Returns
    -------
    The draws, of shape ``size``, and the new states.

    References
    ----------
    - G. E. P. Box and M. E. Muller, A note on the generation of random normal deviates, Annals of
      Mathematical Statistics 29(2), 1958, https://doi.org/10.1214/aoms/1177706645
    """
    check_choice("normal", "dtype", dtype, DTYPES)
    shape = parse_size("normal", size, ndim)
    r, cosine, sine, new_states = _polar(states, shape, dtype)
    draws = pt.concatenate([r * cosine, r * sine])[: shape.count]
    return _moved("normal", shape.shaped(draws), avg, std, shape), new_states


def truncated_normal(
    states: TensorVariable,
    second_states: TensorVariable,
    size: Any,
    dtype: str,
    *,
    avg: Any = 0.0,
    std: Any = 1.0,
    ndim: int | None = None,
) -> tuple[TensorVariable, TensorVariable, TensorVariable]:
    """Normal draws within two ``std`` of ``avg``: Theano 1.0.5's, up to rounding.

    Of :func:`normal`'s draws those beyond get a new radius, ``r = sqrt(-2 log w)`` with w uniform
    in (exp(-2), 1), and the same angle. Theano puts these after those within, the cosines' half
    and the sines' half each by itself. ``std`` is that of the normal distribution; what is left
    of it has 0.8796 times that.

    Parameters
    ----------
    states, size, dtype, avg, std, ndim
        As for :func:`normal`.
    second_states
        States that w is drawn from, as many as are needed.

    Returns
    -------
    The draws, of shape ``size``, the new states and the new second states.
    """
    check_choice("truncated_normal", "dtype", dtype, DTYPES)
    shape = parse_size("truncated_normal", size, ndim)
    r, cosine, sine, new_states = _polar(states, shape, dtype)
    parts = (r * cosine, r * sine)
    beyond = [pt.or_(pt.lt(part, -2), pt.gt(part, 2)) for part in parts]
    redrawn = [pt.sum(pt.cast(b, "int64")) for b in beyond]
    count = shape.count + shape.count % 2
    z, new_second_states = integers(second_states, count, used=redrawn[0] + redrawn[1])
    low, high = np.asarray(1 / np.e**2, dtype), np.asarray(1, dtype)
    radius = _radius(_interval(_unit(z, dtype), low, high))
    before = (0, redrawn[0])
    halves = [
        _redrawn_last(part, b, radius, angle, first)
        for part, b, angle, first in zip(parts, beyond, (cosine, sine), before, strict=True)
    ]
    draws = shape.shaped(pt.concatenate(halves)[: shape.count])
    draws = _moved("truncated_normal", draws, avg, std, shape)
    return draws, new_states, new_second_states


def rademacher(
    states: TensorVariable, size: Any, dtype: str, *, ndim: int | None = None
) -> tuple[TensorVariable, TensorVariable]:
    """Draws of +1 and -1, equally likely: ``1 if u < 1/2 else -1`` for a uniform float64 u.

    This is symopt's own; Theano has no such distribution. Both dtypes give the same signs. The
    probabilities differ from 1/2 by 2**-32, as the generator has an odd number of values.

    Parameters, returns and errors are those of :func:`uniform`.
    """
    check_choice("rademacher", "dtype", dtype, DTYPES)
    shape = parse_size("rademacher", size, ndim)
    z, new_states = integers(states, shape.count)
    ones = np.ones((), dtype)
    return pt.switch(pt.lt(shape.shaped(z), np.int32(2**30)), ones, -ones), new_states


def _unit(z: TensorVariable, dtype: str, exponent: int = 0) -> TensorVariable:
    """Uniform draws of (0, 1) times ``2**exponent``, of integers in [1, 2**31 - 1].

    In float32 f (1 - 2**-24) is rounded to the number just below f, and so is f - f 2**-24,
    whichever of the two a compiler makes of it: 2**-24 f is exact, at least half of the distance
    to that number and less than all of it. The factors are powers of two, as PyTensor prints a
    float32 constant into C code with seven digits, and the product of a power of two with the
    error of that is rounded away. The ``abs`` keeps compilers (Numba's fast-math) from merging a
    caller's factor with these.
    """
    f = pt.cast(z, dtype)
    if dtype == "float64":
        return f * np.float64(2.0 ** (exponent - 31))
    return abs(f * np.float32(2.0 ** (exponent - 31)) - f * np.float32(2.0 ** (exponent - 55)))


def _interval(draws: TensorVariable, low: Any, high: Any) -> TensorVariable:
    """``low + (high - low) * draws``, of draws and ends of one dtype, in float64.

    For float32 the product is exact, so it does not matter whether a compiler fuses the sum.
    """
    extent, low = (pt.cast(x, "float64") for x in (high - low, low))
    return pt.cast(pt.cast(draws, "float64") * extent + low, draws.dtype)


def _polar(
    states: TensorVariable, shape: Size, dtype: str
) -> tuple[TensorVariable, TensorVariable, TensorVariable, TensorVariable]:
    """Radius, cosine and sine of Box and Muller's transform, and the new states."""
    half = (shape.count + 1) // 2
    z, new_states = integers(states, 2 * half)
    if dtype == "float64":
        angle = _unit(z[half:], dtype) * np.float64(2 * np.pi)
    else:
        angle = _unit(z[half:], dtype, exponent=-21) * np.float32(TWO_PI)
    return _radius(_unit(z[:half], dtype)), pt.cos(angle), pt.sin(angle), new_states


def _radius(draws: TensorVariable) -> TensorVariable:
    return pt.sqrt(np.asarray(-2, draws.dtype) * pt.log(draws))


def _redrawn_last(
    values: TensorVariable,
    beyond: TensorVariable,
    radius: TensorVariable,
    angle: TensorVariable,
    first: int | TensorVariable,
) -> TensorVariable:
    """Values not beyond in their order, then the others redrawn, from ``radius[first]`` on.

    Shapes do not depend on values, as they must not on JAX.
    """
    rank = pt.cumsum(pt.cast(beyond, "int64"))
    others = pt.arange(values.shape[0]) - rank
    replaced = radius[pt.maximum(first + rank - 1, 0)] * angle
    within = values.shape[0] - pt.sum(pt.cast(beyond, "int64"))
    places = pt.switch(beyond, within + rank - 1, others)
    return pt.zeros_like(values)[places].set(pt.switch(beyond, replaced, values))


def _moved(owner: str, draws: TensorVariable, avg: Any, std: Any, shape: Size) -> TensorVariable:
    """``draws * std + avg``."""
    avg = _parameter(owner, "avg", avg, draws.dtype, shape)
    std = _parameter(owner, "std", std, draws.dtype, shape)
    return draws if _are([avg, std], 0, 1) else draws * std + avg


def _parameter(owner: str, name: str, value: Any, dtype: str, shape: Size) -> Any:
    """A parameter in the dtype of the draws: a NumPy scalar if it is a number, or a variable."""
    if isinstance(value, Real):
        return np.asarray(check_real(owner, name, value, low=-math.inf), dtype)
    variable = undefined_grad(pt.cast(pt.as_tensor_variable(value), dtype))
    _check_ndim(owner, name, variable, shape)
    return variable


def _check_ndim(owner: str, name: str, variable: TensorVariable, shape: Size) -> None:
    if variable.ndim > len(shape.dimensions):
        raise ShapeError(
            f"{owner}: {name} has {variable.ndim} dimensions and size has "
            f"{len(shape.dimensions)}; expected at most as many. Give a larger size."
        )


def _are(values: list[Any], *expected: float) -> bool:
    """Whether both parameters are numbers, and these."""
    return all(isinstance(v, np.ndarray) and v == e for v, e in zip(values, expected, strict=True))
