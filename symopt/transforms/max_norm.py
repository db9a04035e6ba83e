"""A bound on the norm of each unit's incoming weights."""

from __future__ import annotations

import pytensor.tensor as pt

from symopt.hyperparameters import check_real
from symopt.state import State, Variables
from symopt.transforms.match import Patterns, check_patterns, matching
from symopt.transforms.transform import ParameterTransform, Transformed
from symopt.transforms.units import Axes, check_axis, incoming_axes

EPSILON = 1e-7  # Lasagne's


class MaxNorm(ParameterTransform):
    """See :func:`max_norm`."""

    name = "max_norm"

    def __init__(self, limit: float, axis: Axes = None, match: Patterns | None = None) -> None:
        self.limit = check_real(self.name, "limit", limit, low_open=True)
        self.axis = check_axis(self.name, axis)
        self.match = None if match is None else check_patterns(self.name, "match", match)

    def apply(self, new_params: Variables, params: Variables, state: State) -> Transformed:
        if self.match is None:
            chosen = [name for name, param in params.items() if param.ndim >= 2]
        else:
            chosen = matching(self.name, self.match, params)
        values = dict(new_params)
        for name in chosen:
            param = new_params[name]
            axes = incoming_axes(self.name, name, param.ndim, self.axis)
            norm = pt.sqrt(pt.sum(param**2, axis=axes, keepdims=True))
            values[name] = param * (pt.clip(norm, 0, self.limit) / (EPSILON + norm))
        return Transformed(values)


def max_norm(limit: float, axis: Axes = None, match: Patterns | None = None) -> MaxNorm:
    r"""Bound the norm of each unit's incoming weights after the step.

    .. math::

        p_{\cdot u} \leftarrow p_{\cdot u} \cdot
            \frac{\min(\lVert p_{\cdot u} \rVert, c)}{\lVert p_{\cdot u} \rVert + 10^{-7}}

    for every unit :math:`u`: Lasagne's ``norm_constraint``, whose :math:`10^{-7}` shrinks weights
    within the bound by that much too.

    Parameters
    ----------
    limit
        :math:`c`, the largest Euclidean norm of a unit's incoming weights, in (0, inf).
    axis
        The axes that run over one unit's weights, an integer or several. None (default): Lasagne's,
        axis 0 of a matrix (inputs, units) and all but axis 0 of a kernel (units, channels, rows,
        columns).
    match
        Which parameters: a name, a shell pattern, or a list of those. None (default): all of two
        or more dimensions, so that biases are left alone.

    Returns
    -------
    ParameterTransform
        Stateless; runs in phase 2.

    Raises
    ------
    HyperparameterError, ShapeError
        ``limit`` is not a positive finite number, ``axis`` is not made of integers, a pattern
        matches no parameter, or a parameter lacks an axis.

    References
    ----------
    Srebro, Rennie, Jaakkola (2005), Maximum-margin matrix factorization. Hinton et al. (2012),
    Improving neural networks by preventing co-adaptation of feature detectors, arXiv:1207.0580.
    """
    return MaxNorm(limit, axis, match)
