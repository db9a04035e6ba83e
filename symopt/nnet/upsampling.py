"""Bilinear upsampling of images, with Theano 1.0.5's arguments and numbers.

Theano wrote it as a transposed convolution with a pyramid; what that computes is linear
interpolation along the rows and then along the columns, which is how it is done here.
"""

from __future__ import annotations

from math import gcd
from numbers import Integral
from typing import Any

import numpy as np
import pytensor
import pytensor.tensor as pt
from pytensor.graph.basic import Constant, Variable
from pytensor.tensor.variable import TensorVariable

from symopt.errors import HyperparameterError, ShapeError
from symopt.hyperparameters import check_flag


def bilinear_upsampling(
    input: Any,
    ratio: Any = None,
    frac_ratio: Any = None,
    batch_size: Any = None,
    num_input_channels: Any = None,
    use_1D_kernel: bool = True,
) -> TensorVariable:
    """Images enlarged by an integer (or a fraction) with bilinear interpolation.

    Along each axis of v elements there are v * ratio new ones. Number o is taken at the place
    ``p = (o - (ratio - 1) // 2) / ratio`` of the old ones::

        out[o] = (1 - w) x[floor(p)] + w x[floor(p) + 1],  w = p - floor(p)

    where what lies before the first or after the last element is equal to it. For an even ratio
    the last element is repeated once more than the first, so the result is not symmetrical.

    Parameters
    ----------
    input
        Images, of shape (batch, channels, rows, columns). Integers are cast to ``floatX``.
    ratio
        An integer of at least 1, or a symbolic integer.
    frac_ratio
        Instead of ``ratio``: see :func:`frac_bilinear_upsampling`.
    batch_size, num_input_channels, use_1D_kernel
        Without effect; Theano chose its convolution by them. (It refused ``frac_ratio`` together
        with ``use_1D_kernel=True``.)

    Returns
    -------
    Tensor of shape (batch, channels, rows * ratio, columns * ratio) and the dtype of ``input``.

    Raises
    ------
    HyperparameterError
        Neither or both of ``ratio`` and ``frac_ratio`` are given, or one is no such number.
    ShapeError
        ``input`` does not have four dimensions.
    """
    check_flag("bilinear_upsampling", "use_1D_kernel", use_1D_kernel)
    if (ratio is None) == (frac_ratio is None):
        raise HyperparameterError(
            f"bilinear_upsampling: ratio={ratio} and frac_ratio={frac_ratio}; expected exactly one "
            "of them."
        )
    if frac_ratio is not None:
        return frac_bilinear_upsampling(input, frac_ratio)
    images = _images("bilinear_upsampling", input)
    factor = _ratio("bilinear_upsampling", ratio)
    return _resized(images, ((factor, 1), (factor, 1)))


def frac_bilinear_upsampling(input: Any, frac_ratio: Any) -> TensorVariable:
    """Images enlarged by a fraction p / q with bilinear interpolation.

    Along each axis of v elements there are ceil(v p / q) new ones; number m is taken at the place
    ``(m q - (p - 1) // 2) / p``, as in :func:`bilinear_upsampling`: every q-th element of the
    image enlarged by p.

    Parameters
    ----------
    input
        Images, of shape (batch, channels, rows, columns). Integers are cast to ``floatX``.
    frac_ratio
        A tuple (p, q) of integers of at least 1, or one for the rows and one for the columns:
        ((p, q), (p, q)). They are reduced to lowest terms.

    Returns
    -------
    Tensor of shape (batch, channels, ceil(rows p / q), ceil(columns p / q)) and the dtype of
    ``input``.

    Raises
    ------
    HyperparameterError
        ``frac_ratio`` is no such tuple.
    ShapeError
        ``input`` does not have four dimensions.
    """
    images = _images("frac_bilinear_upsampling", input)
    given = frac_ratio
    if isinstance(given, tuple) and not any(isinstance(part, tuple | list) for part in given):
        given = (given, given)
    if (
        not isinstance(given, tuple)
        or len(given) != 2
        or not all(isinstance(part, tuple | list) and len(part) == 2 for part in given)
        or not all(_is_positive(number) for part in given for number in part)
    ):
        raise HyperparameterError(
            f"frac_bilinear_upsampling: frac_ratio={frac_ratio!r}; expected a tuple of two "
            "integers of at least 1, as (3, 2), or two such tuples, for rows and columns."
        )
    fractions = []
    for p, q in given:
        common = gcd(int(p), int(q))
        fractions.append((int(p) // common, int(q) // common))
    return _resized(images, tuple(fractions))


def bilinear_kernel_1D(ratio: Any, normalize: bool = True) -> TensorVariable:  # noqa: N802
    """The triangle 1, 2, ..., ratio, ..., 2, 1, whose transposed convolution interpolates.

    Parameters
    ----------
    ratio
        An integer of at least 1, or a symbolic integer.
    normalize
        Whether to divide by ``ratio``. Default True.

    Returns
    -------
    Vector of 2 * ratio - 1 elements of dtype ``floatX``.

    Raises
    ------
    HyperparameterError
        ``ratio`` is no such integer, or ``normalize`` neither True nor False.
    """
    factor = _ratio("bilinear_kernel_1D", ratio)
    check_flag("bilinear_kernel_1D", "normalize", normalize)
    rising = pt.arange(1, factor + 1, dtype=pytensor.config.floatX)
    kernel = pt.concatenate([rising, rising[-2::-1]])
    return kernel / pt.cast(factor, pytensor.config.floatX) if normalize else kernel


def bilinear_kernel_2D(ratio: Any, normalize: bool = True) -> TensorVariable:  # noqa: N802
    """The outer product of two triangles; see :func:`bilinear_kernel_1D`.

    Parameters
    ----------
    ratio
        An integer of at least 1, a symbolic integer, or a tuple (vertical, horizontal) of those.
    normalize
        Whether to divide each triangle by its ratio. Default True.

    Returns
    -------
    Matrix of shape (2 * vertical - 1, 2 * horizontal - 1) and dtype ``floatX``.

    Raises
    ------
    HyperparameterError
        See :func:`bilinear_kernel_1D`.
    """
    vertical, horizontal = ratio if isinstance(ratio, tuple) else (ratio, ratio)
    rows = bilinear_kernel_1D(vertical, normalize)
    return rows[:, None] * bilinear_kernel_1D(horizontal, normalize)[None, :]


def _resized(images: TensorVariable, fractions: tuple[tuple[Any, int], ...]) -> TensorVariable:
    """Interpolated along the rows, then along the columns."""
    for axis, (p, q) in enumerate(fractions, start=2):
        size = images.type.shape[axis]
        first = (axis, *(other for other in range(4) if other != axis))
        back = tuple(first.index(other) for other in range(4))
        size = images.shape[axis] if size is None else size
        images = _interpolated(images.dimshuffle(first), size, p, q).dimshuffle(back)
    return images


def _interpolated(y: TensorVariable, size: Any, p: Any, q: int) -> TensorVariable:
    """The first axis, of ``size`` elements, enlarged by p / q; see the formulas above."""
    known = isinstance(size, int) and isinstance(p, int)
    arange, clip = (np.arange, np.clip) if known else (pt.arange, pt.clip)
    places = arange(-(-size * p // q)) * q - (p - 1) // 2  # in units of 1 / p
    below = places // p
    weight = ((places % p) / p).astype(y.dtype)[:, None, None, None]
    lower = y[clip(below, 0, size - 1)]
    upper = y[clip(below + 1, 0, size - 1)]
    return (np.ones((), y.dtype) - weight) * lower + weight * upper


def _images(owner: str, input: Any) -> TensorVariable:
    images = pt.as_tensor_variable(input)
    if images.type.ndim != 4:
        raise ShapeError(
            f"{owner}: input={images} has {images.type.ndim} dimensions; expected 4: (batch, "
            "channels, rows, columns)."
        )
    return images if images.type.numpy_dtype.kind == "f" else pt.cast(images, "floatX")


def _ratio(owner: str, ratio: Any) -> Any:
    """A Python integer, or a symbolic scalar."""
    value = ratio.data if isinstance(ratio, Constant) else ratio
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, Variable) and value.type.ndim == 0:
        if value.type.numpy_dtype.kind in "iu":
            return pt.cast(value, "int64")
    elif _is_positive(value):
        return int(value)
    raise HyperparameterError(
        f"{owner}: ratio={ratio!r}; expected an integer of at least 1, or a symbolic integer."
    )


def _is_positive(number: Any) -> bool:
    return isinstance(number, Integral) and not isinstance(number, bool) and int(number) >= 1
