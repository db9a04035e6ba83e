"""The optimizers of WAP's VGG watcher (JianshuZhang/WAP, VGG/optimizers.py).

``adam``, ``sgd_momentum`` and ``adadelta`` are those of
:mod:`~symopt.legacy.optimizers.wap_densenet`. The forms with weight noise train the mean and the
deviation of every weight, each set in an update phase of its own, and return three functions::

    f_grad_shared, f_update_miu, f_update_sigma = adadelta_weightnoise(
        lr, tparams_miu, tparams_sigma, bn_tparams, opt_ret, grads_miu, grads_sigma, inp, cost
    )

Names that both dicts hold get ``_miu`` and ``_sigma`` in ``opt.params``, ``opt.grads`` and
``opt.state``. These forms take the keywords of :class:`NoiseOptions`; they have no transforms,
which would see one of the two sets only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypedDict, Unpack

from pytensor.compile.sharedvalue import SharedVariable
from pytensor.graph.basic import Variable
from pytensor.tensor.variable import TensorVariable

from symopt.backends import Backend
from symopt.graph import Group
from symopt.legacy.optimizers.rules import MisbasedAdam, RateAsEpsilonAdaDelta
from symopt.legacy.optimizers.statistics import with_statistics
from symopt.legacy.optimizers.wap_densenet import adadelta as adadelta
from symopt.legacy.optimizers.wap_densenet import adam as adam
from symopt.legacy.optimizers.wap_densenet import sgd_momentum as sgd_momentum
from symopt.optimizer import Optimizer, compile_grouped_optimizer
from symopt.rules import PerParameterRule


class NoiseOptions(TypedDict, total=False):
    """Keywords of the forms with weight noise; see :func:`symopt.compile_optimizer`."""

    extra_updates: Any
    backend: str | Backend | None
    name: str
    profile: Any


def adam_weightnoise(
    lr: Any,
    tparams_miu: Mapping[str, SharedVariable],
    tparams_sigma: Mapping[str, SharedVariable],
    bn_tparams: Mapping[str, SharedVariable],
    opt_ret: Mapping[str, Variable],
    grads_miu: Sequence[Variable],
    grads_sigma: Sequence[Variable],
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[NoiseOptions],
) -> Optimizer:
    """WAP's Adam, for means and deviations separately."""
    groups = _groups(MisbasedAdam, tparams_miu, grads_miu, tparams_sigma, grads_sigma)
    more = options.get("extra_updates", ())
    options["extra_updates"] = with_statistics(bn_tparams, opt_ret, more)
    options.setdefault("name", "adam_weightnoise")
    return compile_grouped_optimizer(groups, lr, inp, cost, **options)


def adadelta_weightnoise(
    lr: Any,
    tparams_miu: Mapping[str, SharedVariable],
    tparams_sigma: Mapping[str, SharedVariable],
    bn_tparams: Mapping[str, SharedVariable],
    opt_ret: Mapping[str, Variable],
    grads_miu: Sequence[Variable],
    grads_sigma: Sequence[Variable],
    inp: Sequence[Variable],
    cost: TensorVariable,
    **options: Unpack[NoiseOptions],
) -> Optimizer:
    """WAP's AdaDelta (the rate is its epsilon), for means and deviations separately."""
    groups = _groups(_adadelta, tparams_miu, grads_miu, tparams_sigma, grads_sigma)
    more = options.get("extra_updates", ())
    options["extra_updates"] = with_statistics(bn_tparams, opt_ret, more)
    options.setdefault("name", "adadelta_weightnoise")
    return compile_grouped_optimizer(groups, lr, inp, cost, **options)


def _adadelta() -> PerParameterRule:
    return RateAsEpsilonAdaDelta(statistics="phase1")


def _groups(
    rule: Callable[[], PerParameterRule],
    miu: Mapping[str, SharedVariable],
    miu_grads: Sequence[Variable],
    sigma: Mapping[str, SharedVariable],
    sigma_grads: Sequence[Variable],
) -> list[Group]:
    common = miu.keys() & sigma.keys()

    def named(params: Mapping[str, SharedVariable], suffix: str) -> dict[str, SharedVariable]:
        return {key + suffix if key in common else key: p for key, p in params.items()}

    return [
        Group(rule(), named(miu, "_miu"), list(miu_grads), phase="f_update_miu"),
        Group(rule(), named(sigma, "_sigma"), list(sigma_grads), phase="f_update_sigma"),
    ]
