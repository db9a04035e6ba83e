"""Weight decay in its three places: in the gradient, beside the step, inside the velocity."""

from __future__ import annotations

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_choice, check_real
from symopt.state import State, Variables
from symopt.transforms.match import Patterns, check_patterns, matching
from symopt.transforms.transform import GradientTransform, StepTransform, Transform, Transformed


class _WeightDecay(Transform):
    """A decay of the parameters that match."""

    name = "weight_decay"

    def __init__(self, wd: float, match: Patterns | None = None) -> None:
        self.wd = check_real(self.name, "wd", wd)
        self.match = None if match is None else check_patterns(self.name, "match", match)

    def chosen(self, params: Variables) -> list[str]:
        """The parameters that decay."""
        return list(params) if self.match is None else matching(self.name, self.match, params)


class CoupledWeightDecay(_WeightDecay, GradientTransform):
    """See :func:`weight_decay`."""

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        decays = {name: grads[name] + self.wd * params[name] for name in self.chosen(params)}
        return Transformed({**grads, **decays})


class DecoupledWeightDecay(_WeightDecay, StepTransform):
    """See :func:`weight_decay`."""

    def apply(
        self, steps: Variables, params: Variables, state: State, rate: TensorVariable
    ) -> Transformed:
        values = dict(steps)
        for name in self.chosen(params):
            param = params[name]
            values[name] = steps[name] - pt.cast(rate * self.wd, param.dtype) * param
        return Transformed(values)


class VelocityWeightDecay(_WeightDecay, StepTransform):
    """See :func:`weight_decay`."""

    inside_velocity = True

    def velocity_decay(self, params: Variables) -> Variables:
        return {name: self.wd * params[name] for name in self.chosen(params)}

    def apply(
        self, steps: Variables, params: Variables, state: State, rate: TensorVariable
    ) -> Transformed:
        return Transformed(steps)


WeightDecay = CoupledWeightDecay | DecoupledWeightDecay | VelocityWeightDecay

_MODES: dict[str, type[WeightDecay]] = {
    "coupled": CoupledWeightDecay,
    "decoupled": DecoupledWeightDecay,
    "velocity": VelocityWeightDecay,
}


def weight_decay(wd: float, mode: str = "coupled", match: Patterns | None = None) -> WeightDecay:
    r"""Pull parameters towards 0.

    .. math::

        \text{coupled:}\quad & g \leftarrow g + \lambda p \\
        \text{decoupled:}\quad & p \leftarrow p + \text{step} - \eta \lambda p \\
        \text{velocity:}\quad & v \leftarrow \mu v - \eta g - \lambda p \ \text{(classical)}, \qquad
            v \leftarrow \mu v + g + \lambda p \ \text{(torch)}

    with the parameter :math:`p` as it was before the update and the rate :math:`\eta`.

    Parameters
    ----------
    wd
        :math:`\lambda` in [0, inf).
    mode
        "coupled": the gradient of :math:`\frac{\lambda}{2} \lVert p \rVert^2`, which the rule then
        treats as any gradient (``torch.optim``'s ``weight_decay``). "decoupled": beside the step,
        so that an adaptive rule does not rescale it (AdamW). "velocity": inside the velocity of
        ``momentum`` or ``nesterov``; in the classical form the rate does not scale it, and as the
        rate falls it comes to lead.
    match
        Which parameters: a name, a shell pattern such as ``"*_W"``, or a list of those. None
        (default): all of them.

    Returns
    -------
    GradientTransform or StepTransform
        A gradient transform for "coupled", a step transform for the others. Stateless.

    Raises
    ------
    HyperparameterError
        ``wd`` or ``mode`` is out of range, or a pattern matches no parameter.
    RuleError
        "velocity" stands beside a rule that has none.

    References
    ----------
    Loshchilov, Hutter (2019), Decoupled weight decay regularization, arXiv:1711.05101.
    """
    return _MODES[check_choice("weight_decay", "mode", mode, tuple(_MODES))](wd, match)
