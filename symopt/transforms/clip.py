"""Gradient clipping."""

from __future__ import annotations

from typing import Any

import pytensor.tensor as pt
from pytensor.tensor.variable import TensorVariable

from symopt.hyperparameters import check_real
from symopt.state import State, Variables
from symopt.transforms.transform import GradientTransform, Transformed


class ClipByValue(GradientTransform):
    """See :func:`clip_by_value`."""

    name = "clip_by_value"

    def __init__(self, limit: float) -> None:
        self.limit = check_real(self.name, "limit", limit, low_open=True)

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        return Transformed(
            {name: pt.clip(grad, -self.limit, self.limit) for name, grad in grads.items()}
        )


class ClipByNorm(GradientTransform):
    """See :func:`clip_by_norm`."""

    name = "clip_by_norm"

    def __init__(self, limit: float) -> None:
        self.limit = check_real(self.name, "limit", limit, low_open=True)

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        return Transformed(
            {
                name: grad * pt.cast(_shrinking(_squared_norm(grad), self.limit), grad.dtype)
                for name, grad in grads.items()
            }
        )


class ClipByGlobalNorm(GradientTransform):
    """See :func:`clip_by_global_norm`."""

    name = "clip_by_global_norm"

    def __init__(self, limit: float) -> None:
        self.limit = check_real(self.name, "limit", limit, low_open=True)

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        squared_norm: Any = sum(map(_squared_norm, grads.values()))
        factor = _shrinking(squared_norm, self.limit)
        return Transformed(
            {name: grad * pt.cast(factor, grad.dtype) for name, grad in grads.items()}
        )


def _squared_norm(grad: TensorVariable) -> TensorVariable:
    return pt.cast(pt.sum(grad**2), "float64")


def _shrinking(squared_norm: TensorVariable, limit: float) -> TensorVariable:
    """The factor that brings a norm down to the limit; 1 where it is within."""
    bound = pt.constant(limit, dtype="float64")
    return pt.switch(squared_norm > bound**2, bound / pt.sqrt(squared_norm), 1.0)


def clip_by_value(limit: float) -> ClipByValue:
    r"""Clip every element of every gradient.

    .. math:: g_i \leftarrow \min(\max(g_i, -c), c)

    Parameters
    ----------
    limit
        :math:`c` in (0, inf).

    Returns
    -------
    GradientTransform
        Stateless; runs in phase 2.

    Raises
    ------
    HyperparameterError
        ``limit`` is not a positive finite number.

    Notes
    -----
    An infinite element becomes :math:`\pm c`; a NaN passes through.

    References
    ----------
    Mikolov (2012), Statistical language models based on neural networks, section 3.2.2.
    """
    return ClipByValue(limit)


def clip_by_norm(limit: float) -> ClipByNorm:
    r"""Rescale each parameter's gradient when its own norm is too large.

    .. math:: g \leftarrow g \cdot \frac{c}{\lVert g \rVert} \quad\text{if } \lVert g \rVert > c

    with :math:`c` = ``limit``, for each parameter by itself. Gradients within the limit are left as
    they are, to the bit.

    Parameters
    ----------
    limit
        Largest Euclidean norm of one gradient, in (0, inf).

    Returns
    -------
    GradientTransform
        Stateless; runs in phase 2.

    Raises
    ------
    HyperparameterError
        ``limit`` is not a positive finite number.

    Notes
    -----
    A NaN passes through. The direction of all gradients together changes;
    :func:`clip_by_global_norm` keeps it.
    """
    return ClipByNorm(limit)


def clip_by_global_norm(limit: float) -> ClipByGlobalNorm:
    r"""Rescale all gradients together when their joint norm is too large.

    .. math::

        g \leftarrow g \cdot \frac{c}{\sqrt{s}} \quad\text{if } s > c^2,
        \qquad s = \sum_{\text{parameters}} \sum_i g_i^2

    with :math:`c` = ``limit``. This is the rule of WAP and dl4mt. Gradients within the limit are
    left as they are, to the bit.

    Parameters
    ----------
    limit
        Largest joint Euclidean norm, in (0, inf).

    Returns
    -------
    GradientTransform
        Stateless; runs in phase 2.

    Raises
    ------
    HyperparameterError
        ``limit`` is not a positive finite number.

    Notes
    -----
    A NaN in any gradient passes through; :func:`skip_nonfinite` is what stops it.

    References
    ----------
    Pascanu, Mikolov, Bengio (2013), On the difficulty of training recurrent neural networks,
    algorithm 1.
    """
    return ClipByGlobalNorm(limit)
