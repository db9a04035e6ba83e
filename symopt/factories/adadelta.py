"""AdaDelta."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories.options import Options
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import AdaDelta


def adadelta(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    rho: float = 0.95,
    epsilon: float = 1e-6,
    epsilon_placement: str = "inside",
    statistics: str = "phase2",
    **options: Unpack[Options],
) -> Optimizer:
    r"""AdaDelta.

    .. math::

        s_t &= \rho s_{t-1} + (1 - \rho)\, g_t^2 \\
        \Delta_t &= \frac{\mathrm{RMS}(u_{t-1})}{\mathrm{RMS}(s_t)}\, g_t, \qquad
            \mathrm{RMS}(a) = \sqrt{a + \varepsilon} \ \text{("inside") or}\
            \sqrt{a} + \varepsilon \ \text{("outside")} \\
        u_t &= \rho u_{t-1} + (1 - \rho)\, \Delta_t^2 \\
        p &\leftarrow p - \eta\, \Delta_t

    The rate :math:`\eta` multiplies the step; 1.0 is Zeiler's own. :math:`u_t` averages the step
    before the rate is applied.

    Parameters
    ----------
    rho
        :math:`\rho` in [0, 1), the decay of both averages.
    epsilon
        :math:`\varepsilon` in (0, inf). It sets the size of the first steps.
    epsilon_placement
        "inside" (Zeiler, PyTorch, Theano) or "outside" the square roots.
    statistics
        "phase2", or "phase1": :math:`s_t` moves with the gradients, as in the historical
        optimizers (two calls of phase 1 then change it twice).

    Notes
    -----
    State: ``{param}/adadelta/mean_square_grad`` (:math:`s`) and ``mean_square_step`` (:math:`u`).
    The LSTM tutorial's ignores its rate (:mod:`symopt.legacy.optimizers.lstm_tutorial`).

    References
    ----------
    Zeiler (2012), ADADELTA: An adaptive learning rate method, arXiv:1212.5701, algorithm 1.
    """
    rule = AdaDelta(rho, epsilon, epsilon_placement, statistics)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)
