"""Elementwise functions whose name or arguments differ from PyTensor's."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.math import divmod as divmod
from pytensor.tensor.math import iround as _iround
from pytensor.tensor.math import round as _round
from pytensor.tensor.variable import TensorVariable

abs_ = pt.abs
inv = pt.reciprocal
sgn = pt.sign
square = pt.sqr
where = pt.switch
conj = pt.math._conj
isnan_ = pt.math.isnan_
isinf_ = pt.math.isinf_
fill = pt.second


def round(a: Any, mode: str | None = None) -> TensorVariable:
    """The nearest integers, of the dtype of ``a``.

    Parameters
    ----------
    a
        A tensor.
    mode
        What becomes of halves: "half_to_even" (the default, as NumPy's) or
        "half_away_from_zero".
    """
    return _round(pt.as_tensor_variable(a), mode)


def iround(a: Any, mode: str | None = None) -> TensorVariable:
    """:func:`round`, as int64."""
    return _iround(pt.as_tensor_variable(a), mode)


def chi2sf(x: Any, k: Any) -> TensorVariable:
    r"""The chi-square distribution's upper tail, :math:`Q(k/2, x/2)`, with k degrees of freedom."""
    return pt.gammaincc(pt.as_tensor_variable(k) / 2, pt.as_tensor_variable(x) / 2)


def angle(z: Any) -> TensorVariable:
    """The angle of complex numbers, in radians; float64."""
    return pt.cast(pt.angle(z), "float64")


def div_proxy(x: Any, y: Any) -> TensorVariable:
    """``x / y`` as Python 2 wrote it; as in Theano on Python 3, integers give floats."""
    return pt.true_div(x, y)


def mod_check(x: Any, y: Any) -> TensorVariable:
    """``x % y``; raises ComplexError for complex numbers."""
    return pt.math.mod_check(x, y)


def ceil_intdiv(a: Any, b: Any) -> TensorVariable:
    """``ceil(a / b)`` of integers, in integers."""
    return pt.math.ceil_intdiv(pt.as_tensor_variable(a), pt.as_tensor_variable(b))


def largest(*args: Any) -> TensorVariable:
    """The elementwise maximum of several tensors."""
    return pt.math.largest(*map(pt.as_tensor_variable, args))


def smallest(*args: Any) -> TensorVariable:
    """The elementwise minimum of several tensors."""
    return pt.math.smallest(*map(pt.as_tensor_variable, args))


def power(x: Any, y: Any) -> TensorVariable:
    """``x ** y``."""
    return pt.pow(x, y)


def default(x: Any, default: Any) -> Any:
    """``x``, or ``default`` where Python's None was given for it."""
    return default if x is None else x
