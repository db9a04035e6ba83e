"""The guard against NaN and infinity."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.errors import NonFiniteError
from symopt.hyperparameters import check_integer
from symopt.state import Slot, State, Variables
from symopt.transforms.transform import GradientTransform, SharedVariables, Transformed


class SkipNonFinite(GradientTransform):
    """See :func:`skip_nonfinite`."""

    name = "skip_nonfinite"
    runs_first = True
    global_slots = (
        Slot("finite", initial=1, dtype="int8"),
        Slot("consecutive", dtype="int64"),
        Slot("total", dtype="int64"),
    )

    def __init__(self, max_consecutive: int | None = None) -> None:
        if max_consecutive is not None:
            max_consecutive = check_integer(self.name, "max_consecutive", max_consecutive)
        self.max_consecutive = max_consecutive

    def watch(
        self, cost: TensorVariable, grads: Variables, state: State
    ) -> tuple[TensorVariable, State]:
        finite = pt.and_(pt.isfinite(cost), _all_finite(grads))
        moved = {
            "finite": pt.cast(finite, "int8"),
            "consecutive": pt.switch(finite, 0, state.shared["consecutive"] + 1),
            "total": state.shared["total"] + pt.switch(finite, 0, 1),
        }
        return finite, State(shared=moved)

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        # Between the phases a caller may have changed the parked gradients (an all-reduce), so
        # they are looked at again; what phase 1 has counted is not counted twice.
        was_finite = pt.neq(state.shared["finite"], 0)
        finite = pt.and_(was_finite, _all_finite(grads))
        spoilt = pt.switch(pt.and_(was_finite, pt.invert(finite)), 1, 0)
        moved = {
            "consecutive": state.shared["consecutive"] + spoilt,
            "total": state.shared["total"] + spoilt,
        }
        return Transformed(grads, State(shared=moved), gate=finite)

    def check(self, state: SharedVariables, grads: SharedVariables) -> None:
        if self.max_consecutive is None:
            return
        consecutive = int(state["consecutive"].get_value(borrow=True))
        if consecutive <= self.max_consecutive:
            return
        offenders = [
            name
            for name, buffer in grads.items()
            if not np.isfinite(np.asarray(buffer.get_value(borrow=True))).all()
        ]
        where = (
            f"the gradients of {', '.join(map(repr, offenders))} are not finite"
            if offenders
            else "the cost or a gradient is not finite"
        )
        raise NonFiniteError(
            f"skip_nonfinite: {consecutive} updates in a row were skipped "
            f"(max_consecutive={self.max_consecutive}): {where}. No parameter has moved since. "
            "Look at the input of this call, lower the rate, or clip the gradients."
        )


def _all_finite(grads: Variables) -> TensorVariable:
    return reduce(pt.and_, [pt.all(pt.isfinite(grad)) for grad in grads.values()])


def skip_nonfinite(max_consecutive: int | None = None) -> SkipNonFinite:
    """Write nothing while the cost or a gradient is NaN or infinite.

    The test runs inside the compiled graph, over the cost and every gradient, and gates every
    write of both phases except the parked gradients: statistics, ``extra_updates``, step counts
    and parameters keep their values. The cost is returned as it is, so the caller sees the NaN.

    Parameters
    ----------
    max_consecutive
        How many updates in a row may be skipped, at least 0. One more raises NonFiniteError from
        the call that computed the cost (0: the first one raises). None (default): never raise.

    Returns
    -------
    GradientTransform
        It has to stand first in the list. State: ``skip_nonfinite/finite`` (int8, 1 if the last
        cost and gradients were finite), ``skip_nonfinite/consecutive`` and
        ``skip_nonfinite/total`` (int64 counts of skipped updates), all moved in phase 1.

    Raises
    ------
    HyperparameterError
        ``max_consecutive`` is not an integer of at least 0.

    Notes
    -----
    Phase 2 tests the parked gradients once more, because a caller may change them between the
    phases. Random streams of the cost (dropout) advance whatever the test says; those of rules and
    transforms are state, and do not.
    """
    return SkipNonFinite(max_consecutive)
