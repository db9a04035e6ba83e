"""Gradient clipping."""

from __future__ import annotations

import pytensor.tensor as pt

from symopt.hyperparameters import check_real
from symopt.state import State, Variables
from symopt.transforms.transform import GradientTransform, Transformed


class ClipByGlobalNorm(GradientTransform):
    """See :func:`clip_by_global_norm`."""

    name = "clip_by_global_norm"

    def __init__(self, limit: float) -> None:
        self.limit = check_real(self.name, "limit", limit, low_open=True)

    def apply(self, grads: Variables, params: Variables, state: State) -> Transformed:
        squared_norm = sum(pt.cast(pt.sum(grad**2), "float64") for grad in grads.values())
        limit = pt.constant(self.limit, dtype="float64")
        factor = pt.switch(squared_norm > limit**2, limit / pt.sqrt(squared_norm), 1.0)
        return Transformed(
            {name: grad * pt.cast(factor, grad.dtype) for name, grad in grads.items()}
        )


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
