"""The optimizers of dl4mt (nyu-dl/dl4mt-tutorial, session2/nmt.py), which Nematus took over.

Each is called as there, ``adadelta(lr, tparams, grads, inp, cost)``, and gives the numbers that
Theano 1.0.5 gave. ``adadelta`` and ``rmsprop`` take a rate and do not use it; their averages of the
gradients move in phase 1. ``adam`` changed over the sessions, and the earlier ones ignored their
rate: :func:`adam_session0`, :func:`adam_session1`.

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
from symopt.legacy.optimizers.rules import MisbasedAdam, UnratedAdaDelta, UnratedRMSProp
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import SGD, Adam


def adam(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Sequence[Variable] | None,
    inp: Sequence[Variable],
    cost: TensorVariable,
    beta1: float = 0.9,
    beta2: float = 0.999,
    e: float = 1e-8,
    **options: Unpack[Options],
) -> Optimizer:
    """Adam in its epsilon-hat form."""
    rule = Adam(beta1, beta2, e, epsilon_hat=True)
    return compile_optimizer(rule, lr, tparams, grads, inp, cost, **options)


def adam_session0(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Sequence[Variable] | None,
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """Session 0's Adam (``lm.py``): rate 0.0001, whatever ``lr``.

    It gives the new terms the weights 0.9 and 0.999, so its decays are 0.1 and 0.001: hardly an
    average at all. Its corrections take the weights for decays.
    """
    rule = MisbasedAdam(beta1=0.1, beta2=0.001, fixed_rate=0.0001)
    return compile_optimizer(rule, lr, tparams, grads, inp, cost, **options)


def adam_session1(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Sequence[Variable] | None,
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """Early session 1's Adam (``nmt.py``): rate 0.0002, whatever ``lr``.

    Its decays are 0.9 and 0.999; its corrections take 0.1 and 0.001 for them, as WAP's do.
    """
    rule = MisbasedAdam(fixed_rate=0.0002)
    return compile_optimizer(rule, lr, tparams, grads, inp, cost, **options)


def adadelta(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Sequence[Variable] | None,
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """AdaDelta with rho 0.95 and epsilon 1e-6 inside both roots; ``lr`` is not used."""
    rule = UnratedAdaDelta(statistics="phase1")
    return compile_optimizer(rule, lr, tparams, grads, inp, cost, **options)


def rmsprop(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    grads: Sequence[Variable] | None,
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """Centered RMSProp with momentum 0.9 (Graves 2013) at the rate 1e-4; ``lr`` is not used."""
    return compile_optimizer(UnratedRMSProp(), lr, tparams, grads, inp, cost, **options)


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
    """Stochastic gradient descent, ``p <- p - lr * g``."""
    return compile_optimizer(SGD(), lr, tparams, grads, [x, mask, y], cost, **options)
