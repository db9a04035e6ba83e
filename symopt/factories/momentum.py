"""Gradient descent with momentum."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories.options import Options
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import Momentum, Nesterov


def momentum(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    momentum: float = 0.9,
    formulation: str = "classical",
    dampening: float = 0.0,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Gradient descent with momentum.

    .. math::

        \text{classical:}\quad & v_t = \mu v_{t-1} - \eta g_t, \qquad p \leftarrow p + v_t \\
        \text{torch:}\quad & v_t = \mu v_{t-1} + (1 - d)\, g_t, \qquad p \leftarrow p - \eta v_t

    The two agree while the rate is constant and :math:`d = 0`; when the rate :math:`\eta` changes,
    the classical form applies the new one to the new gradient only, the torch form to the whole
    velocity. In the torch form the first step takes :math:`v_1 = g_1`, whatever :math:`d`.

    Parameters
    ----------
    momentum
        :math:`\mu` in [0, 1).
    formulation
        "classical" (Sutskever et al., Caffe; seed of the default) or "torch"
        (``torch.optim.SGD``).
    dampening
        :math:`d` in [0, 1], for the torch form only.

    Notes
    -----
    State: ``{param}/momentum/velocity``; with dampening also ``momentum/step``. Phase 2 moves it.

    References
    ----------
    Sutskever, Martens, Dahl, Hinton (2013), On the importance of initialization and momentum in
    deep learning, section 2.
    """
    rule = Momentum(momentum, formulation, dampening)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)


def nesterov(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    *,
    momentum: float = 0.9,
    formulation: str = "classical",
    **options: Unpack[Options],
) -> Optimizer:
    r"""Gradient descent with Nesterov's momentum.

    The gradient is meant at the look-ahead point :math:`p + \mu v`. As is usual, the variables are
    changed so that the parameters kept are those look-ahead points themselves, and the gradient is
    taken where they are:

    .. math::

        \text{classical:}\quad & v_t = \mu v_{t-1} - \eta g_t, \qquad
            p \leftarrow p + \mu v_t - \eta g_t \\
        \text{torch:}\quad & v_t = \mu v_{t-1} + g_t, \qquad
            p \leftarrow p - \eta\, (g_t + \mu v_t)

    The two agree while the rate :math:`\eta` is constant.

    Parameters
    ----------
    momentum
        :math:`\mu` in [0, 1).
    formulation
        "classical" (Lasagne's ``nesterov_momentum``) or "torch" (``torch.optim.SGD`` with
        ``nesterov=True``).

    Notes
    -----
    State: ``{param}/nesterov/velocity``, which phase 2 moves.

    References
    ----------
    Nesterov (1983), A method of solving a convex programming problem with convergence rate
    O(1/k^2).
    Sutskever, Martens, Dahl, Hinton (2013), On the importance of initialization and momentum in
    deep learning, section 2.1.
    Bengio, Boulanger-Lewandowski, Pascanu (2012), Advances in optimizing recurrent networks,
    section 3.5 (the change of variables).
    """
    rule = Nesterov(momentum, formulation)
    return compile_optimizer(rule, lr, tparams, grads, inputs, cost, **options)
