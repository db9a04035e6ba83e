"""The golden trajectories of the rules, as one table that tests of rules and backends share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

import symopt
from symopt.legacy.optimizers.rules import (
    MisbasedAdam,
    RateAsEpsilonAdaDelta,
    StaleMomentum,
    UnratedAdaDelta,
    UnratedRMSProp,
)
from symopt.rules import (
    SGD,
    AdaDelta,
    AdaGrad,
    Adam,
    AdaMax,
    AdamW,
    Momentum,
    NAdam,
    Nesterov,
    RAdam,
    RMSProp,
    Rprop,
)
from tests.problems import NAMES, golden

SNAPSHOTS = (1, 2, 5, 10, 50)


@dataclass
class Case:
    """A golden file, the rule that has to reproduce it, and how the file calls its state."""

    file: str
    rule: Callable
    rate: float | Callable[[int], float]  # or a schedule
    state: dict[str, str] = field(default_factory=dict)
    dtypes: tuple[str, ...] = ("float64", "float32")
    transforms: Callable[[], list] = list
    minibatch: Callable[[int], int] = lambda t: t % 10

    def rate_at(self, t: int) -> float:
        return self.rate(t) if callable(self.rate) else self.rate

    def arrays(self, dtype: str) -> dict[str, np.ndarray]:
        return golden(f"{self.file}.{'f32' if dtype == 'float32' else 'f64'}.npz")


def _torch(name: str, rule: Callable, rate: float, transforms=list, **state: str) -> Case:
    names = {f"{{param}}.{key}": value for key, value in state.items()}
    return Case(f"torch/torch.{name}", rule, rate, names, ("float64",), transforms)


def _cutedl(name: str, rule: Callable, rate: float, **state: str) -> Case:
    return Case(
        f"cutedl/cutedl.{name}", rule, rate, {f"{{param}}.{k}": v for k, v in state.items()}
    )


def _legacy(name: str, rule: Callable, rate: float, **state: str) -> Case:
    return Case(f"legacy/{name}", rule, rate, {f"_{{param}}_{k}": v for k, v in state.items()})


_MS, _MG, _MU = "mean_square_grad", "mean_grad", "mean_square_step"

CASES = [
    _torch("sgd", SGD, 0.1),
    _torch("sgd_momentum", lambda: Momentum(0.9, "torch"), 0.05, momentum_buffer="velocity"),
    _torch(
        "sgd_momentum_dampening0.9",
        lambda: Momentum(0.9, "torch", 0.9),
        0.05,
        momentum_buffer="velocity",
    ),
    _torch("adadelta", lambda: AdaDelta(0.9), 1.0, square_avg=_MS, acc_delta=_MU),
    _torch("adadelta_rho0.95", AdaDelta, 1.0, square_avg=_MS, acc_delta=_MU),
    _torch("rmsprop", lambda: RMSProp(0.99, 1e-8), 0.01, square_avg=_MS),
    _torch(
        "rmsprop_centered",
        lambda: RMSProp(0.99, 1e-8, centered=True),
        0.01,
        square_avg=_MS,
        grad_avg=_MG,
    ),
    _torch(
        "rmsprop_momentum",
        lambda: RMSProp(0.95, 1e-4, momentum=0.9),
        0.005,
        square_avg=_MS,
        momentum_buffer="velocity",
    ),
    _torch(
        "rmsprop_centered_momentum",
        lambda: RMSProp(0.95, 1e-4, centered=True, momentum=0.9),
        0.005,
        square_avg=_MS,
        grad_avg=_MG,
        momentum_buffer="velocity",
    ),
    _torch("adam", Adam, 0.01, exp_avg=_MG, exp_avg_sq=_MS),
    _torch(
        "adam_amsgrad",
        lambda: Adam(amsgrad=True),
        0.01,
        exp_avg=_MG,
        exp_avg_sq=_MS,
        max_exp_avg_sq="max_mean_square_grad",
    ),
    _cutedl("fixed", SGD, 0.1),
    _cutedl("momentum", Momentum, 0.02, momentum="-velocity"),
    _cutedl("momentum_doc", Momentum, 0.002, momentum="-velocity"),
    _cutedl("rmsprop", lambda: RMSProp(0.99), 0.01, rmsprop_storeup=_MS),
    _cutedl("rmsprop_doc", lambda: RMSProp(0.99), 0.0001, rmsprop_storeup=_MS),
    _cutedl(
        "adadelta",
        lambda: AdaDelta(0.99, epsilon_placement="outside"),
        1.0,
        adadelta_storeup=_MS,
        adadelta_predelta=_MU,
    ),
    _cutedl("adam", lambda: Adam(0.9, 0.99), 0.01, adam_momentum=_MG, adam_storeup=_MS),
    _cutedl("adam_doc", lambda: Adam(0.9, 0.99), 0.0001, adam_momentum=_MG, adam_storeup=_MS),
    _legacy("lstm.sgd", SGD, 0.1),
    _legacy(
        "lstm.adadelta", lambda: UnratedAdaDelta(statistics="phase1"), 1e-4, rgrad2=_MS, rup2=_MU
    ),
    _legacy(
        "lstm.rmsprop",
        UnratedRMSProp,
        1e-4,
        rgrad2=_MS,
        rgrad=_MG,
        updir="velocity",
    ),
    _legacy("dl4mt.adam", lambda: Adam(epsilon_hat=True), 0.01),
    _torch("sgd_nesterov", lambda: Nesterov(0.9, "torch"), 0.05, momentum_buffer="velocity"),
    _torch(
        "sgd_momentum_wd",
        lambda: Momentum(0.9, "torch"),
        0.05,
        lambda: [symopt.weight_decay(0.01)],
        momentum_buffer="velocity",
    ),
    _torch("adagrad", lambda: AdaGrad(1e-10), 0.1, sum="sum_square_grad"),
    _torch(
        "adagrad_lrdecay",
        lambda: AdaGrad(1e-10, initial_accumulator=0.1),
        symopt.schedules.inverse(0.1, 0.01),
        sum="sum_square_grad",
    ),
    _torch("adam_wd", Adam, 0.01, lambda: [symopt.weight_decay(0.01)], exp_avg=_MG, exp_avg_sq=_MS),
    _torch("adamw", AdamW, 0.01, exp_avg=_MG, exp_avg_sq=_MS),
    Case(
        "torch/torch.adamw",
        Adam,
        0.01,
        dtypes=("float64",),
        transforms=lambda: [symopt.weight_decay(0.01, mode="decoupled")],
    ),
    _torch("adamax", AdaMax, 0.01, exp_avg=_MG, exp_inf="norm"),
    _torch("nadam", NAdam, 0.01, exp_avg=_MG, exp_avg_sq=_MS),
    _torch("radam", RAdam, 0.01, exp_avg=_MG, exp_avg_sq=_MS),
    _torch(
        "rprop",
        lambda: Rprop(on_sign_change="skip"),
        0.01,
        prev="last_grad",
        step_size="step_size",
    ),
    Case(
        "torch/torch.rprop_fullbatch",
        lambda: Rprop(step_max=0.02, on_sign_change="skip"),
        0.002,
        {"{param}.prev": "last_grad", "{param}.step_size": "step_size"},
        ("float64",),
        minibatch=lambda t: 7,
    ),
    _cutedl("adagrad", AdaGrad, 0.1, adagrad="sum_square_grad"),
    _legacy("wap_dn.adam", MisbasedAdam, 0.01),
    _legacy("wap_dn.adam_sched", MisbasedAdam, symopt.schedules.step(0.02, 20, 0.5)),
    _legacy("wap_dn.sgd_momentum", StaleMomentum, 0.05, update="velocity"),
    _legacy(
        "wap_dn.sgd_momentum_sched",
        StaleMomentum,
        symopt.schedules.step(0.05, 20, 0.5),
        update="velocity",
    ),
    _legacy(
        "wap_dn.adadelta",
        lambda: RateAsEpsilonAdaDelta(statistics="phase1"),
        1e-6,
        rgrad2=_MS,
        rup2=_MU,
    ),
    _legacy(
        "wap_dn.adadelta_lr1e-8",
        lambda: RateAsEpsilonAdaDelta(statistics="phase1"),
        1e-8,
        rgrad2=_MS,
        rup2=_MU,
    ),
]


COMPILED = {
    ("c without programs", "float64"): {
        "torch/torch.rmsprop_centered_momentum",
        "torch/torch.nadam",
        "torch/torch.rprop",
        "legacy/lstm.adadelta",
    },
    ("c without programs", "float32"): {
        "cutedl/cutedl.adagrad",
        "legacy/lstm.rmsprop",
        "legacy/wap_dn.adam",
    },
    ("numba", "float64"): {"torch/torch.rmsprop_centered_momentum", "torch/torch.adam_amsgrad"},
    ("numba", "float32"): {"cutedl/cutedl.momentum", "legacy/lstm.adadelta"},
}
"""What compiled backends run that need ten to fifteen seconds for each case."""


def cases(dtype: str, backend: str = "", every: bool = True) -> list[Case]:
    """The cases of a dtype: every one, or those that a compiled backend runs by default."""
    return [
        case
        for case in CASES
        if dtype in case.dtypes and (every or case.file in COMPILED[backend, dtype])
    ]


def assert_close(actual, expected, dtype: str, steps: int, what: str) -> None:
    """float64 within 1e-10 relative (1e-8 from 50 steps on), float32 within 1e-5."""
    rtol = 1e-5 if dtype == "float32" else (1e-8 if steps >= 50 else 1e-10)
    atol = 1e-6 if dtype == "float32" else 1e-14  # entries near zero, among others of size 0.1-1
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol, err_msg=what)


def assert_parameters(case: Case, graph, dtype: str, steps: int) -> None:
    """The parameters after ``steps`` steps, and the state after 50, are the golden ones."""
    arrays = case.arrays(dtype)
    for name in NAMES:
        actual = graph.params[name].get_value()
        assert actual.dtype == dtype
        assert_close(actual, arrays[f"p{steps}.{name}"], dtype, steps, f"{case.file} {name}")
    if steps != 50:
        return
    for theirs, ours in case.state.items():
        sign = -1 if ours.startswith("-") else 1
        for name in NAMES:
            wanted = theirs.format(param=name)
            (key,) = [k for k in arrays if k.startswith("state50.") and k.endswith(wanted)]
            rule = next(iter(graph.state)).split("/")[-2]
            slot = graph.state[f"{name}/{rule}/{ours.lstrip('-')}"].get_value()
            assert_close(sign * slot, arrays[key], dtype, steps, f"{case.file} {key}")
