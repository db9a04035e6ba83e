"""Resilient propagation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories.options import Options
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import Rprop


def rprop(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    eta_plus: float = 1.2,
    eta_minus: float = 0.5,
    step_min: float = 1e-6,
    step_max: float = 50.0,
    on_sign_change: str = "step",
    **options: Unpack[Options],
) -> Optimizer:
    r"""Resilient propagation, for full batches.

    .. math::

        \alpha_t &= \begin{cases}
            \min(\eta_+ \alpha_{t-1}, \alpha_{\max}) & g_{t-1}\, g_t > 0 \\
            \max(\eta_- \alpha_{t-1}, \alpha_{\min}) & g_{t-1}\, g_t < 0 \\
            \alpha_{t-1} & \text{otherwise}
            \end{cases} \\
        p &\leftarrow p - \alpha_t\, \mathrm{sign}(g_t)

    The rate of the first update is the first step size :math:`\alpha_0`; later rates are ignored.
    With ``on_sign_change="skip"`` a gradient whose sign has changed counts as zero once: its
    element does not move in that update, nor does its size change in the next.

    Parameters
    ----------
    eta_plus, eta_minus
        :math:`\eta_+` in (1, inf), :math:`\eta_-` in (0, 1).
    step_min, step_max
        :math:`0 \le \alpha_{\min} \le \alpha_{\max}`, in the units of the parameters.
    on_sign_change
        "step" (the formula above, Riedmiller's without weight backtracking) or "skip" (PyTorch,
        which also holds the first step size within the range).

    Notes
    -----
    Only signs count, and those of small minibatches flip with their examples: give it full
    batches, or ones large enough that signs rarely flip. State: ``{param}/rprop/step_size``
    (:math:`\alpha`), ``last_grad`` and ``rprop/started``, which phase 2 moves.

    References
    ----------
    Riedmiller, Braun (1993), A direct adaptive method for faster backpropagation learning: the
    RPROP algorithm.
    Igel, Huesken (2000), Improving the Rprop learning algorithm (the variants).
    """
    rule = Rprop(eta_plus, eta_minus, step_min, step_max, on_sign_change)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)
