"""Saying what was not finite."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from pytensor.compile.sharedvalue import SharedVariable

from symopt.optimizer import Optimizer
from symopt.pytensor_internals import cell


def finite_flag(opt: Optimizer) -> list[Any]:
    """The cell that holds whether the last cost and gradients of a guarded optimizer were finite.

    It is read after every update, and this way in 0.1 us.
    """
    return cell(opt.state["skip_nonfinite/finite"])


def skipped_in_a_row(opt: Optimizer) -> int:
    """How many updates in a row a guarded optimizer has skipped."""
    return int(opt.state["skip_nonfinite/consecutive"].get_value(borrow=True))


def spoilt_parameters(grads: Mapping[str, SharedVariable]) -> list[str]:
    """Names of the parameters whose parked gradient is not finite."""
    return [
        name
        for name, buffer in grads.items()
        if not np.isfinite(np.asarray(buffer.get_value(borrow=True))).all()
    ]


def describe(update: int, cost: float, grads: Mapping[str, SharedVariable]) -> str:
    """What was not finite in update number ``update`` (from 1 on), the first offender first."""
    names = spoilt_parameters(grads)
    if not names:
        if math.isfinite(cost):
            return f"update {update:,}: a gradient is not finite (the cost is {cost:g})"
        return f"update {update:,}: the cost is {cost:g}"
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return (
        f"update {update:,}: the gradient of {names[0]!r}{more} is not finite (the cost is "
        f"{cost:g})"
    )
