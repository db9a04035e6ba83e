"""Gradient accumulation over micro-batches."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_integer
from symopt.state import Slot, State, Variables
from symopt.transforms.transform import GradientTransform, Transformed


class Accumulate(GradientTransform):
    """See :func:`accumulate`."""

    name = "accumulate"
    gathers = True
    slots = (Slot("sum"),)
    global_slots = (Slot("count", dtype="int64"),)

    def __init__(self, k: int) -> None:
        self.k = check_integer(self.name, "k", k, low=1)

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        means, sums = {}, {}
        for name, grad in grads.items():
            means[name], total = self.average(grad, state.parameters[name]["sum"], state)
            sums[name] = {"sum": total}
        complete = self._complete(state)
        count = pt.switch(complete, 0, state.shared["count"] + 1)
        return Transformed(means, State(sums, {"count": count}), gate=complete)

    def average(
        self, value: TensorVariable, total: TensorVariable, state: State
    ) -> tuple[TensorVariable, TensorVariable]:
        new_total = total + value
        return new_total / self.k, pt.switch(self._complete(state), 0, new_total)

    def _complete(self, state: State) -> TensorVariable:
        return pt.eq(state.shared["count"], self.k - 1)


def accumulate(k: int) -> Accumulate:
    r"""Move the parameters once in every k updates, by the mean of their gradients.

    .. math:: g = \frac{1}{k} \sum_{i=1}^{k} g^{(i)}

    Every micro-batch calls both phases. The first :math:`k - 1` calls of ``f_update`` only add the
    parked gradient to a sum; the :math:`k`-th hands the mean to the rest of the list and to the
    rule, moves every state and starts again. With micro-batches of equal size and a cost that is
    their unweighted mean, that equals one batch of :math:`k` times the size, to rounding. What a
    rule observes beside the gradients (curvature) is averaged too.

    Parameters
    ----------
    k
        Micro-batches for each update, at least 1.

    Returns
    -------
    GradientTransform
        State, moved in phase 2: ``{param}/accumulate/sum`` and ``accumulate/count`` (int64,
        micro-batches in the sum), and the sums of what the rule observes under its names.

    Raises
    ------
    HyperparameterError
        ``k`` is not an integer of at least 1.

    Notes
    -----
    The rate is that of the :math:`k`-th call. Transforms before this one in the list see each
    micro-batch's gradient, those after it the mean; a micro-batch that ``skip_nonfinite`` skips
    does not count. Rules with ``statistics="phase1"`` move their averages with every micro-batch
    and are refused. Costs that divide by a mask's sum weigh micro-batches differently than one
    batch would.
    """
    return Accumulate(k)
