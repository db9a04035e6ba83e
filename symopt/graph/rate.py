"""The learning rate as the graph sees it: a float64 scalar, and the inputs that may set it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pytensor.tensor as pt
from numpy.typing import NDArray
from pytensor.graph.basic import Constant, Variable
from pytensor.graph.traversal import explicit_graph_inputs
from pytensor.tensor.variable import TensorVariable

from symopt.errors import RateError, RateTypeError
from symopt.graph.substitute import substitute

_NO_RATE, _FALSE, _TRUE = np.asarray(0.0), np.asarray(False), np.asarray(True)


@dataclass(frozen=True)
class Rate:
    """The learning rate of an update graph.

    Attributes
    ----------
    value
        float64 scalar expression that rules multiply their steps with.
    given
        float64 scalar input: the number a caller passes.
    overrides
        Boolean scalar input that says whether ``given`` counts, or None where the rate is a
        symbolic input and a number is required in each call.
    """

    value: TensorVariable
    given: TensorVariable
    overrides: TensorVariable | None

    @property
    def required(self) -> bool:
        """Whether every call needs a number."""
        return self.overrides is None

    @property
    def inputs(self) -> tuple[TensorVariable, ...]:
        """The inputs of a compiled function that moves parameters."""
        return (self.given,) if self.overrides is None else (self.given, self.overrides)

    def arguments(self, number: object = None) -> tuple[NDArray[Any], ...]:
        """The values for :attr:`inputs` when a caller passes ``number`` (None: nothing).

        They are arrays: PyTensor spends some 8 us on a Python number.

        Raises
        ------
        RateTypeError
            ``number`` is missing though required, or is not a real scalar.
        RateError
            It is negative or not finite.
        """
        if number is None:
            if self.overrides is None:
                raise RateTypeError(
                    "rate is missing: lr is a symbolic input here, so each call needs a number, "
                    "f_update(1.0). Build the optimizer with a float or a shared scalar as lr to "
                    "make it optional."
                )
            return _NO_RATE, _FALSE
        if type(number) is not float or not 0.0 <= number < math.inf:  # else it is one already
            number = check_rate("rate", number)
        rate = np.asarray(number)
        return (rate,) if self.overrides is None else (rate, _TRUE)


def check_rate(name: str, number: object) -> float:
    """Return a real, finite, non-negative scalar of any float or integer type as a float."""
    array = np.asarray(number)
    if array.ndim != 0 or array.dtype.kind not in "fiu":
        raise RateTypeError(
            f"{name}={number!r} is a {type(number).__name__} of dtype {array.dtype} and shape "
            f"{array.shape}; expected a real scalar such as 0.01 or numpy.float32(0.01)."
        )
    rate = float(array)
    if not math.isfinite(rate) or rate < 0:
        raise RateError(
            f"{name}={rate!r}; expected a finite number of at least 0. "
            "To climb instead of descend, negate the cost."
        )
    return rate


def make_rate(lr: object) -> Rate:
    """Turn the ``lr`` argument of a factory into a :class:`Rate`.

    Parameters
    ----------
    lr
        A number, a symbolic scalar input, a shared scalar, or an expression of those with at
        most one input.
    """
    given = pt.scalar("rate", dtype="float64")
    if not isinstance(lr, Variable):
        if not isinstance(lr, Real) and not isinstance(lr, np.ndarray):
            hint = " A schedule gives the number of each call: f_update(schedule(t))."
            raise RateTypeError(
                f"lr={lr!r} is a {type(lr).__name__}; expected a number, a symbolic scalar, a "
                f"shared scalar or an expression of those.{hint if callable(lr) else ''}"
            )
        default = pt.constant(check_rate("lr", lr), dtype="float64")
        return _optional(default, given)
    if not isinstance(lr, TensorVariable) and not hasattr(lr.type, "ndim"):
        raise RateTypeError(f"lr is of type {lr.type}; expected a real scalar tensor.")
    if lr.type.ndim != 0 or lr.type.dtype[:1] not in "fiu":
        raise RateTypeError(
            f"lr ({lr}) is of dtype {lr.type.dtype} with {lr.type.ndim} dimensions; "
            "expected a real scalar."
        )
    if isinstance(lr, Constant):
        check_rate("lr", lr.data)
    free = list(dict.fromkeys(explicit_graph_inputs([lr])))
    if not free:
        return _optional(pt.cast(lr, "float64"), given)
    if len(free) > 1:
        raise RateTypeError(
            f"lr depends on {len(free)} inputs ({', '.join(map(str, free))}); expected at most "
            "one, for which f_update's argument stands. Make the others shared scalars."
        )
    if lr is free[0]:
        return Rate(given, given, None)
    typed = pt.cast(given, free[0].type.dtype)
    (value,) = substitute([lr], {free[0]: typed})
    return Rate(pt.cast(value, "float64"), given, None)


def _optional(default: TensorVariable, given: TensorVariable) -> Rate:
    overrides = pt.scalar("rate_overrides", dtype="bool")
    return Rate(pt.switch(overrides, given, default), given, overrides)
