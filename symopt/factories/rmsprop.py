"""RMSProp and its variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories.options import Options
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import RMSProp


def rmsprop(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    rho: float = 0.9,
    epsilon: float = 1e-6,
    epsilon_placement: str = "outside",
    centered: bool = False,
    momentum: float = 0.0,
    formulation: str = "torch",
    statistics: str = "phase2",
    **options: Unpack[Options],
) -> Optimizer:
    r"""RMSProp.

    .. math::

        s_t &= \rho s_{t-1} + (1 - \rho)\, g_t^2 \\
        d_t &= \sqrt{s_t} + \varepsilon \quad\text{("outside")}\quad\text{or}\quad
               \sqrt{s_t + \varepsilon} \quad\text{("inside")} \\
        p &\leftarrow p - \eta\, g_t / d_t

    Centered, :math:`s_t` in the denominator is replaced by the variance
    :math:`\max(s_t - m_t^2, 0)`, with :math:`m_t = \rho m_{t-1} + (1 - \rho) g_t`. With momentum
    :math:`\mu > 0`,

    .. math::

        \text{torch:}\quad & v_t = \mu v_{t-1} + g_t / d_t, \qquad p \leftarrow p - \eta v_t \\
        \text{classical:}\quad & v_t = \mu v_{t-1} - \eta g_t / d_t, \qquad p \leftarrow p + v_t

    Parameters
    ----------
    rho
        :math:`\rho` in [0, 1), the decay of the averages.
    epsilon
        :math:`\varepsilon` in (0, inf).
    epsilon_placement
        "outside" or "inside" the square root.
    centered
        Divide by the standard deviation instead of the root mean square.
    momentum
        :math:`\mu` in [0, 1); 0 keeps no velocity.
    formulation
        "torch" or "classical" momentum.
    statistics
        "phase2", or "phase1": the averages of the gradient move with the gradients, as in the
        historical optimizers (two calls of phase 1 then change them twice).

    Notes
    -----
    State: ``{param}/rmsprop/mean_square_grad``, and ``mean_grad`` (centered), ``velocity``
    (momentum). PyTorch's form is the default one with ``rho=0.99, epsilon=1e-8``; PyTorch does
    not bound its variance at 0, and can give NaN where this gives a step. The LSTM tutorial's,
    WAP's and dl4mt's is ``rho=0.95, epsilon=1e-4, epsilon_placement="inside", centered=True,
    momentum=0.9, formulation="classical", statistics="phase1"`` at the rate 1e-4.

    References
    ----------
    Tieleman, Hinton (2012), Lecture 6.5, COURSERA: Neural networks for machine learning.
    Graves (2013), Generating sequences with recurrent neural networks, section 4.2 (centered).
    """
    rule = RMSProp(rho, epsilon, epsilon_placement, centered, momentum, formulation, statistics)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)
