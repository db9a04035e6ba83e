"""All parameters as one vector, for what looks at them together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.state import Variables


def common_dtype(params: Variables) -> str:
    """The dtype to write formulas over all parameters in: their own, float64 if they differ."""
    dtypes = {variable.dtype for variable in params.values()}
    return dtypes.pop() if len(dtypes) == 1 else "float64"


@dataclass(frozen=True)
class Flattening:
    """How parameters make up one vector.

    Attributes
    ----------
    shapes
        Parameter name -> shape, in order.
    dtype
        dtype of the vector: the parameters' own, float64 if they differ.
    """

    shapes: dict[str, tuple[int, ...]]
    dtype: str

    @classmethod
    def of(cls, params: Variables) -> Flattening:
        """That of shared variables, with the shapes they hold now."""
        held: dict[str, Any] = dict(params)
        shapes = {name: np.shape(p.get_value(borrow=True)) for name, p in held.items()}
        return cls(shapes, common_dtype(params))

    @property
    def size(self) -> int:
        """Number of elements of all parameters."""
        return sum(int(np.prod(shape)) for shape in self.shapes.values())

    def flatten(self, values: Variables) -> TensorVariable:
        """The values of all parameters as one vector."""
        return pt.concatenate([pt.cast(values[name].flatten(), self.dtype) for name in self.shapes])

    def split(self, vector: TensorVariable, params: Variables) -> dict[str, TensorVariable]:
        """A vector's parts, of the parameters' shapes and dtypes."""
        parts, start = {}, 0
        for name, shape in self.shapes.items():
            stop = start + int(np.prod(shape))
            part = vector[start:stop].reshape(shape)
            parts[name] = pt.cast(part, params[name].dtype)
            start = stop
        return parts
