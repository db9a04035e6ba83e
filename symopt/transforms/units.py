"""Which axes of a parameter run over one unit's incoming weights."""

from __future__ import annotations

from collections.abc import Sequence
from numbers import Integral

from symopt.errors import HyperparameterError, ShapeError

Axes = int | Sequence[int] | None


def check_axis(owner: str, axis: object) -> tuple[int, ...] | None:
    """The axes as a tuple, None as it is, or raise."""
    if axis is None:
        return None
    listed = (axis,) if isinstance(axis, Integral) else axis
    if (
        not isinstance(listed, Sequence)
        or not listed
        or not all(isinstance(n, Integral) and not isinstance(n, bool) for n in listed)
    ):
        raise HyperparameterError(
            f"{owner}: axis={axis!r}; expected an integer, a sequence of integers, or None."
        )
    return tuple(int(n) for n in listed)


def incoming_axes(
    owner: str, name: str, ndim: int, axis: tuple[int, ...] | None
) -> tuple[int, ...]:
    """The axes to reduce a parameter over, for each of its units.

    ``axis`` itself, or Theano's layouts where that is None: the first axis of a matrix (inputs,
    units), all but the first of a convolution's kernels (units, channels, rows...).

    Raises
    ------
    ShapeError
        The parameter has no such axis.
    """
    if axis is None:
        return (0,) if ndim == 2 else tuple(range(1, ndim))
    if any(not -ndim <= n < ndim for n in axis):
        raise ShapeError(
            f"{owner}: parameter {name!r} has {ndim} dimensions and so no axis {axis}; choose the "
            "parameters with match, or another axis."
        )
    return axis
