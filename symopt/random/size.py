"""How many numbers are drawn, and the shape they get."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import pytensor.tensor as pt
from pytensor.graph.basic import Variable
from pytensor.tensor.basic import get_vector_length
from pytensor.tensor.type import discrete_dtypes
from pytensor.tensor.variable import TensorVariable

from symopt.errors import DTypeError, HyperparameterError, ShapeError
from symopt.hyperparameters import check_integer
from symopt.pytensor_internals import static_length
from symopt.random.known_shapes import KnownShapes

EXPECTED = (
    "expected a tuple of integers and symbolic integer scalars, or a symbolic vector of integers "
    "such as x.shape"
)


@dataclass(frozen=True)
class Size:
    """The shape of a draw.

    Attributes
    ----------
    dimensions
        Integers and symbolic scalars. Empty for a scalar.
    count
        The number of draws: an integer where the shape is known, else a symbolic scalar.
    """

    dimensions: tuple[int | TensorVariable, ...]
    count: int | TensorVariable

    def shaped(self, draws: TensorVariable) -> TensorVariable:
        """A vector of ``count`` draws in this shape."""
        return draws if len(self.dimensions) == 1 else draws.reshape(self.dimensions)


def parse_size(owner: str, size: Any, ndim: int | None = None) -> Size:
    """The size that a caller means.

    Parameters
    ----------
    owner
        Who asks, for the errors.
    size
        An integer of at least 0, for a vector; a tuple or list of integers and symbolic integer
        scalars; or a symbolic vector of integers.
    ndim
        The number of dimensions. Needed for a symbolic vector whose length is not known.

    Raises
    ------
    HyperparameterError
        ``size`` is negative or nothing of that kind, or ``ndim`` is not its length.
    DTypeError
        A symbolic size is not of an integer dtype.
    ShapeError
        A symbolic size has another number of dimensions, or its length is not known.
    """
    size = KnownShapes().simplified(size)
    if isinstance(size, Variable):
        parts = _parts_of_variable(owner, size, ndim)
    elif isinstance(size, Integral):
        parts = [check_integer(owner, "size", size)]
    elif isinstance(size, Sequence) and not isinstance(size, str):
        parts = list(size)
        for part in parts:
            if isinstance(part, Variable):
                check_integer_scalar("size", part)
            else:
                check_integer(owner, "size", part)
    else:
        raise HyperparameterError(f"{owner}: size={size!r} is a {type(size).__name__}; {EXPECTED}.")
    if ndim is not None and ndim != len(parts):
        raise HyperparameterError(
            f"{owner}: ndim={ndim!r}, but size={size} has {len(parts)} dimensions; leave ndim out."
        )
    dimensions = tuple(
        int(known) if known is not None else part
        for part, known in zip(parts, _static(parts), strict=True)
    )
    if all(isinstance(part, int) for part in dimensions):
        return Size(dimensions, math.prod(dimensions))
    return Size(dimensions, pt.prod(pt.stack([pt.cast(d, "int64") for d in dimensions])))


def all_integers(size: Any) -> bool:
    """Whether ``size`` is a tuple of plain integers, for which Theano knows how many streams."""
    return isinstance(size, tuple | list) and all(isinstance(part, Integral) for part in size)


def check_integer_scalar(name: str, variable: Any) -> None:
    """Raise if a symbolic size is not an integer scalar."""
    if variable.type.dtype not in discrete_dtypes:
        raise DTypeError(f"{name}={variable} is of type {variable.type}; expected an integer.")
    if variable.type.ndim != 0:
        raise ShapeError(f"{name}={variable} is of type {variable.type}; expected a scalar.")


def _parts_of_variable(owner: str, size: Any, ndim: int | None) -> list[Any]:
    """The entries of a symbolic vector; a symbolic scalar is a vector of one."""
    if size.type.dtype not in discrete_dtypes:
        raise DTypeError(f"{owner}: size={size} is of type {size.type}; {EXPECTED}.")
    if size.type.ndim == 0:
        return [size]
    if size.type.ndim != 1:
        raise ShapeError(f"{owner}: size={size} is of type {size.type}; {EXPECTED}.")
    try:
        length = get_vector_length(size)
    except ValueError:
        if ndim is None:
            raise ShapeError(
                f"{owner}: the length of size={size} is not known; give ndim, the number of "
                "dimensions of the draws."
            ) from None
        length = ndim
    return [size[i] for i in range(length)]


def _static(parts: Sequence[Any]) -> Sequence[int | None]:
    """What is known of each part now, such as the shape of a variable of static shape."""
    if all(isinstance(part, Integral) for part in parts):
        return [int(part) for part in parts]
    return [int(part) if isinstance(part, Integral) else static_length(part) for part in parts]
