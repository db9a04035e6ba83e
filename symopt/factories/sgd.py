"""Stochastic gradient descent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories.options import Options
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import SGD


def sgd(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Any,
    inputs: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Stochastic gradient descent.

    .. math:: p \leftarrow p - \eta\, g_t

    with the rate :math:`\eta`. It keeps no state.

    References
    ----------
    Robbins, Monro (1951), A stochastic approximation method.
    """
    return compile_optimizer(SGD(), lr, tparams, grads, inputs, cost, **options)
