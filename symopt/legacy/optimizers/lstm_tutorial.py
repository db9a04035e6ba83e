"""The optimizers of the LSTM tutorial (lisa-lab/DeepLearningTutorials, code/lstm.py).

Each is called as there, ``adadelta(lr, tparams, grads, x, mask, y, cost)``, and gives the numbers
that Theano 1.0.5 gave. Statistics of the gradients move in phase 1, so that two calls of
``f_grad_shared`` before one of ``f_update`` change them twice.

The tutorial's ``adadelta`` and ``rmsprop`` take a rate and do not use it: its default of 1e-4
would scale their steps away. ``f_update`` still needs one where ``lr`` is a symbolic scalar.
``grads`` may be None: the cost is differentiated. Beyond the historical arguments each takes the
keywords that all factories share (``backend``, ``extra_updates``, ``transforms``...); see
:func:`symopt.compile_optimizer`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.factories import Options
from symopt.legacy.optimizers.rules import UnratedAdaDelta, UnratedRMSProp
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import SGD


def sgd(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Sequence[Variable] | None,
    x: Variable,
    mask: Variable,
    y: Variable,
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    r"""Stochastic gradient descent, :math:`p \leftarrow p - \eta g`."""
    return compile_optimizer(SGD(), lr, tparams, grads, [x, mask, y], cost, **options)


def adadelta(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Sequence[Variable] | None,
    x: Variable,
    mask: Variable,
    y: Variable,
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """AdaDelta with rho 0.95 and epsilon 1e-6 inside both roots; ``lr`` is not used."""
    rule = UnratedAdaDelta(statistics="phase1")
    return compile_optimizer(rule, lr, tparams, grads, [x, mask, y], cost, **options)


def rmsprop(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Sequence[Variable] | None,
    x: Variable,
    mask: Variable,
    y: Variable,
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """Centered RMSProp with momentum 0.9 (Graves 2013) at the rate 1e-4; ``lr`` is not used."""
    rule = UnratedRMSProp()
    return compile_optimizer(rule, lr, tparams, grads, [x, mask, y], cost, **options)
