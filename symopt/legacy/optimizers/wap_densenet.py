"""The optimizers of WAP's DenseNet watcher (JianshuZhang/WAP, DenseNet/optimizers.py).

Each is called as there, ``adadelta(lr, tparams, bn_tparams, opt_ret, grads, inp, cost)``, and gives
the numbers that Theano 1.0.5 gave. ``bn_tparams`` are batch-normalisation statistics, which phase 1
moves to ``opt_ret``'s expressions of the same names. ``rmsprop`` and ``sgd`` never took them: WAP's
own training could not call these two.

What differs from the textbook: ``adadelta`` takes its rate for epsilon, ``adam`` corrects its bias
by the wrong base (:class:`~symopt.legacy.optimizers.rules.MisbasedAdam`), ``sgd_momentum`` steps by
the velocity of the update before, and ``rmsprop`` ignores its rate. Averages of the gradients move
in phase 1.

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
from symopt.legacy.optimizers.rules import (
    MisbasedAdam,
    RateAsEpsilonAdaDelta,
    StaleMomentum,
    UnratedRMSProp,
)
from symopt.legacy.optimizers.statistics import with_statistics
from symopt.optimizer import Optimizer, compile_optimizer
from symopt.rules import SGD


def adam(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    bn_tparams: Mapping[str, SharedVariable],
    opt_ret: Mapping[str, Variable],
    grads: Sequence[Variable] | None,
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """Adam with decays 0.9 and 0.999 and misbased corrections."""
    more = options.get("extra_updates", ())
    options["extra_updates"] = with_statistics(bn_tparams, opt_ret, more)
    return compile_optimizer(MisbasedAdam(), lr, tparams, grads, inp, cost, **options)


def sgd_momentum(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    bn_tparams: Mapping[str, SharedVariable],
    opt_ret: Mapping[str, Variable],
    grads: Sequence[Variable] | None,
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """Momentum 0.9; the parameters move by the velocity of the update before."""
    more = options.get("extra_updates", ())
    options["extra_updates"] = with_statistics(bn_tparams, opt_ret, more)
    return compile_optimizer(StaleMomentum(), lr, tparams, grads, inp, cost, **options)


def adadelta(
    lr: Any,
    tparams: Mapping[str, SharedVariable],
    bn_tparams: Mapping[str, SharedVariable],
    opt_ret: Mapping[str, Variable],
    grads: Sequence[Variable] | None,
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[Options],
) -> Optimizer:
    """AdaDelta with rho 0.95; the rate is its epsilon (WAP trains at 1e-8)."""
    rule = RateAsEpsilonAdaDelta(statistics="phase1")
    more = options.get("extra_updates", ())
    options["extra_updates"] = with_statistics(bn_tparams, opt_ret, more)
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
