"""Distributions drawn with MRG31k3p; ``symopt.random`` says how their states are kept.

All functions take ``states``, a symbolic int32 matrix of shape (streams, 6), and ``size``, the
number of draws as a Python integer; both are described at
:func:`symopt.random.mrg31k3p.integers`, with the errors they raise. All return a vector of
``size`` draws of dtype ``dtype``, "float32" or "float64" whatever ``floatX`` is, and the new
states, of the shape of ``states``.
"""

from __future__ import annotations

import math

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_choice, check_integer, check_real
from symopt.random.mrg31k3p import integers

DTYPES = ("float32", "float64")


def uniform(
    states: TensorVariable, size: int, dtype: str, *, low: float = 0.0, high: float = 1.0
) -> tuple[TensorVariable, TensorVariable]:
    """Uniform draws of the open interval (0, 1), or of another: the bits of Theano 1.0.5.

    ``u = z * scale``, with z in [1, 2**31 - 1] rounded to ``dtype`` and scale = 2**-31. For
    float32, where z may be rounded to 2**31, scale is the number just below 2**-31, which is
    (2**24 - 1) 2**-55.

    For another interval the draws are ``low + (high - low) * u``, which rounding may make equal
    to ``low`` or ``high``. Theano's compiler fuses that into one rounding. So it is here in
    float32; in float64 it is up to the compiler, which matters if ``high - low`` has more than
    22 significant bits.

    Parameters
    ----------
    states, size
        See the module.
    dtype
        "float32" or "float64". Both take the same integers, so they agree up to rounding.
    low, high
        Ends of the interval; finite numbers. Default 0 and 1.

    Returns
    -------
    The draws, a vector, and the new states.

    Raises
    ------
    HyperparameterError
        ``size``, ``dtype``, ``low`` or ``high`` is none of those named.
    DTypeError, ShapeError
        ``states`` is not an int32 matrix of known shape.
    """
    check_choice("symopt.random", "dtype", dtype, DTYPES)
    ends = [
        check_real("uniform", name, end, low=-math.inf)
        for name, end in (("low", low), ("high", high))
    ]
    z, new_states = integers(states, size)
    if dtype == "float64":
        draws = _times(pt.cast(z, dtype), np.float64(2.0**-31))
    else:
        # The product is rounded by the cast from int64, and the scale left over is a power of two,
        # so that a factor merged with it (Numba's fast-math does that) changes no bit.
        product = pt.cast(pt.cast(z, dtype), "int64") * np.int64(2**24 - 1)
        draws = _times(pt.cast(product, dtype), np.float64(2.0**-55))
    if ends != [0.0, 1.0]:
        first, last = np.asarray(ends, dtype)
        draws = _times(draws, np.float64(last - first), np.float64(first))
    return draws, new_states


def normal(states: TensorVariable, size: int, dtype: str) -> tuple[TensorVariable, TensorVariable]:
    """Normal draws of mean 0 and standard deviation 1: Theano 1.0.5's, up to rounding.

    Box and Muller's transform of the first and second half of ``2 * ceil(size / 2)`` uniform
    draws, u and v::

        r = sqrt(-2 log u);  draws = (r cos(2 pi v), r sin(2 pi v))

    cosines first. If ``size`` is odd the last sine is left out. Libraries differ in the last bits
    of logarithm, cosine and sine, so backends agree within 4 ulp.

    Parameters, returns and errors are those of :func:`uniform`.

    References
    ----------
    - G. E. P. Box and M. E. Muller, A note on the generation of random normal deviates, Annals of
      Mathematical Statistics 29(2), 1958, https://doi.org/10.1214/aoms/1177706645
    """
    half = (check_integer("symopt.random", "size", size) + 1) // 2
    draws, new_states = uniform(states, 2 * half, dtype)
    r = pt.sqrt(np.asarray(-2, dtype) * pt.log(draws[:half]))
    angle = _times(draws[half:], np.float64(np.asarray(2 * np.pi, dtype)))
    return pt.concatenate([r * pt.cos(angle), r * pt.sin(angle)])[:size], new_states


def rademacher(
    states: TensorVariable, size: int, dtype: str
) -> tuple[TensorVariable, TensorVariable]:
    """Draws of +1 and -1, equally likely: ``1 if u < 1/2 else -1`` for a uniform float64 u.

    This is symopt's own; Theano has no such distribution. Both dtypes give the same signs. The
    probabilities differ from 1/2 by 2**-32, as the generator has an odd number of values.

    Parameters, returns and errors are those of :func:`uniform`.
    """
    check_choice("symopt.random", "dtype", dtype, DTYPES)
    draws, new_states = uniform(states, size, "float64")
    ones = np.ones((), dtype)
    return pt.switch(pt.lt(draws, 0.5), ones, -ones), new_states


def _times(
    x: TensorVariable, factor: np.float64, shift: np.float64 | None = None
) -> TensorVariable:
    """``factor * x + shift`` in float64, rounded to the dtype of ``x``.

    For a float32 ``x`` the product is exact, so it does not matter whether a compiler fuses the
    sum. A float32 factor would not do: PyTensor prints it into C code with eight digits, as a
    double.
    """
    wide = pt.cast(x, "float64") * factor
    return pt.cast(wide if shift is None else wide + shift, x.dtype)
