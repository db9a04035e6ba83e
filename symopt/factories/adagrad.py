"""AdaGrad."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories.options import Options
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import AdaGrad


def adagrad(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    epsilon: float = 1e-6,
    epsilon_placement: str = "outside",
    initial_accumulator: float = 0.0,
    **options: Unpack[Options],
) -> Optimizer:
    r"""AdaGrad.

    .. math::

        s_t &= s_{t-1} + g_t^2 \\
        p &\leftarrow p - \eta\, \frac{g_t}{\sqrt{s_t} + \varepsilon} \ \text{("outside")}
            \quad\text{or}\quad p - \eta\, \frac{g_t}{\sqrt{s_t + \varepsilon}} \ \text{("inside")}

    Parameters
    ----------
    epsilon
        :math:`\varepsilon` in (0, inf).
    epsilon_placement
        "outside" (PyTorch, cutedl) or "inside" (Lasagne) the square root.
    initial_accumulator
        :math:`s_0` in [0, inf).

    Notes
    -----
    State: ``{param}/adagrad/sum_square_grad`` (:math:`s`), which phase 2 moves. It only grows, so
    the steps only shrink. The first step is of the size of the rate, whatever the gradient's.
    PyTorch's default epsilon is 1e-10; its ``lr_decay`` is the schedule
    ``symopt.schedules.inverse(rate, gamma=lr_decay)``.

    References
    ----------
    Duchi, Hazan, Singer (2011), Adaptive subgradient methods for online learning and stochastic
    optimization, JMLR 12, figure 1 (the diagonal form).
    """
    rule = AdaGrad(epsilon, epsilon_placement, initial_accumulator)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)
