"""Gradient centralization."""

from __future__ import annotations

import pytensor.tensor as pt

from symopt.state import State, Variables
from symopt.transforms.transform import GradientTransform, Transformed
from symopt.transforms.units import Axes, check_axis, incoming_axes


class Centralize(GradientTransform):
    """See :func:`centralize`."""

    name = "centralize"

    def __init__(self, axis: Axes = None) -> None:
        self.axis = check_axis(self.name, axis)

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        values = dict(grads)
        for name, grad in grads.items():
            if grad.ndim >= 2:
                axes = incoming_axes(self.name, name, grad.ndim, self.axis)
                values[name] = grad - pt.mean(grad, axis=axes, keepdims=True)
        return Transformed(values)


def centralize(axis: Axes = None) -> Centralize:
    r"""Subtract from the gradient of each unit's incoming weights their mean.

    .. math:: g_{\cdot u} \leftarrow g_{\cdot u} - \frac{1}{n} \sum_{i=1}^{n} g_{iu}

    for every unit :math:`u` with :math:`n` incoming weights. Vectors and scalars are left as they
    are.

    Parameters
    ----------
    axis
        The axes that run over one unit's weights. None (default): Theano's layouts, axis 0 of a
        matrix (inputs, units) and all but axis 0 of a kernel (units, channels, rows, columns).
        PyTorch's matrices (units, inputs) want 1.

    Returns
    -------
    GradientTransform
        Stateless; runs in phase 2.

    Raises
    ------
    HyperparameterError, ShapeError
        ``axis`` is not made of integers, or a parameter of two or more dimensions lacks one.

    References
    ----------
    Yong, Huang, Hua, Zhang (2020), Gradient centralization: A new optimization technique for deep
    neural networks, arXiv:2004.01461, equation 1.
    """
    return Centralize(axis)
