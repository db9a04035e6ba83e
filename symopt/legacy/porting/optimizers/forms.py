"""The optimizers of :mod:`symopt.legacy.optimizers`, as formulas to compare with.

Each is what its first function does with the gradients, and what its second does with the
parameters, in terms of the values before: ``p`` the parameter, ``g`` its gradient, ``lr`` the rate,
and the variables that the optimizer keeps.
"""

from __future__ import annotations

import cmath
from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace

Formula = Callable[[SimpleNamespace], complex]


@dataclass(frozen=True)
class Form:
    """One optimizer.

    Attributes
    ----------
    module, function
        Where it is, under ``symopt.legacy.optimizers``; "" is symopt itself.
    gradient_phase, update_phase
        The variables that each function sets, with the new value; ``p`` is the parameter.
    with_statistics
        Whether it takes batch-normalisation statistics as two dicts.
    inputs
        "list", or "three": x, mask and y.
    constants
        Further constants of the formulas, with their values.
    arguments
        Those constants that the optimizer takes as arguments.
    per_step
        Those variables of which there is one, not one for each parameter.
    """

    module: str
    function: str
    gradient_phase: dict[str, Formula]
    update_phase: dict[str, Formula]
    with_statistics: bool = False
    inputs: str = "list"
    constants: tuple[tuple[str, float], ...] = ()
    arguments: tuple[str, ...] = ()
    per_step: frozenset[str] = frozenset()

    @property
    def path(self) -> str:
        """Its dotted path."""
        home = f"symopt.legacy.optimizers.{self.module}" if self.module else "symopt"
        return f"{home}.{self.function}"

    @property
    def variables(self) -> list[str]:
        """What the optimizer keeps."""
        return [k for k in dict.fromkeys([*self.gradient_phase, *self.update_phase]) if k != "p"]


def _average(name: str, squared: bool) -> Formula:
    def new(v: SimpleNamespace) -> complex:
        return 0.95 * getattr(v, name) + 0.05 * (v.g**2 if squared else v.g)

    return new


def _adadelta_step(v: SimpleNamespace, epsilon: complex) -> complex:
    return -cmath.sqrt(v.step2 + epsilon) / cmath.sqrt(v.grad2 + epsilon) * v.zg


def _adadelta(epsilon: Callable[[SimpleNamespace], complex]) -> dict[str, Formula]:
    return {
        "step2": lambda v: 0.95 * v.step2 + 0.05 * _adadelta_step(v, epsilon(v)) ** 2,
        "p": lambda v: v.p + _adadelta_step(v, epsilon(v)),
    }


def _velocity(v: SimpleNamespace) -> complex:
    return 0.9 * v.step - 1e-4 * v.zg / cmath.sqrt(v.grad2 - v.grad**2 + 1e-4)


def _adam(
    decays: Callable[[SimpleNamespace], tuple[complex, complex]],
    bases: Callable[[SimpleNamespace], tuple[complex, complex]],
    rate: Callable[[SimpleNamespace], complex],
) -> dict[str, Formula]:
    def m(v: SimpleNamespace) -> complex:
        b1, _ = decays(v)
        return b1 * v.m + (1 - b1) * v.zg

    def s(v: SimpleNamespace) -> complex:
        _, b2 = decays(v)
        return b2 * v.v + (1 - b2) * v.zg**2

    def p(v: SimpleNamespace) -> complex:
        c1, c2 = bases(v)
        t = v.t + 1
        step = rate(v) * cmath.sqrt(1 - c2**t) / (1 - c1**t)
        return v.p - step * m(v) / (cmath.sqrt(s(v)) + v.e)

    return {"t": lambda v: v.t + 1, "m": m, "v": s, "p": p}


_PARKED: dict[str, Formula] = {"zg": lambda v: v.g}
_ADADELTA = {**_PARKED, "grad2": _average("grad2", True)}
_RMSPROP = {**_ADADELTA, "grad": _average("grad", False)}
_RMSPROP_STEP: dict[str, Formula] = {"step": _velocity, "p": lambda v: v.p + _velocity(v)}
_SGD_STEP: dict[str, Formula] = {"p": lambda v: v.p - v.lr * v.zg}
_UNRATED = _adadelta(lambda v: 1e-6)
_RATE_AS_EPSILON = _adadelta(lambda v: v.lr)
_STALE: dict[str, Formula] = {
    "delta": lambda v: 0.9 * v.delta - v.lr * v.zg,
    "p": lambda v: v.p + v.delta,
}
_STEP = frozenset({"t"})
_E = (("e", 1e-8),)
_BETAS = (("beta1", 0.9), ("beta2", 0.999), ("e", 1e-8))
_OF_BETAS = _adam(lambda v: (v.beta1, v.beta2), lambda v: (v.beta1, v.beta2), lambda v: v.lr)
_MISBASED = _adam(lambda v: (0.9, 0.999), lambda v: (0.1, 0.001), lambda v: v.lr)
_SESSION0 = _adam(lambda v: (0.1, 0.001), lambda v: (0.9, 0.999), lambda v: 1e-4)
_SESSION1 = _adam(lambda v: (0.9, 0.999), lambda v: (0.1, 0.001), lambda v: 2e-4)

FORMS: tuple[Form, ...] = (
    Form("lstm_tutorial", "sgd", _PARKED, _SGD_STEP, inputs="three"),
    Form("lstm_tutorial", "adadelta", _ADADELTA, _UNRATED, inputs="three"),
    Form("lstm_tutorial", "rmsprop", _RMSPROP, _RMSPROP_STEP, inputs="three"),
    Form("", "sgd", _PARKED, _SGD_STEP),
    Form("dl4mt", "adadelta", _ADADELTA, _UNRATED),
    Form("dl4mt", "rmsprop", _RMSPROP, _RMSPROP_STEP),
    Form(
        "dl4mt",
        "adam",
        _PARKED,
        _OF_BETAS,
        constants=_BETAS,
        arguments=("beta1", "beta2", "e"),
        per_step=_STEP,
    ),
    Form("dl4mt", "adam_session0", _PARKED, _SESSION0, constants=_E, per_step=_STEP),
    Form("dl4mt", "adam_session1", _PARKED, _SESSION1, constants=_E, per_step=_STEP),
    Form("wap_densenet", "adam", _PARKED, _MISBASED, True, constants=_E, per_step=_STEP),
    Form("wap_densenet", "sgd_momentum", _PARKED, _STALE, True),
    Form("wap_densenet", "adadelta", _ADADELTA, _RATE_AS_EPSILON, True),
)
