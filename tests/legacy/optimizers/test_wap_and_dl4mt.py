"""WAP's and dl4mt's optimizers, called as there, against real Theano 1.0.5."""

import inspect

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import InputError
from symopt.graph.substitute import substitute
from symopt.legacy.optimizers import dl4mt, wap_densenet, wap_vgg
from tests.problems import NAMES, golden, mlp
from tests.trajectories import SNAPSHOTS, assert_close

WITH_STATISTICS = [
    (wap_densenet.adam, "wap_dn.adam"),
    (wap_densenet.adam, "wap_dn.adam_sched"),
    (wap_densenet.sgd_momentum, "wap_dn.sgd_momentum"),
    (wap_densenet.sgd_momentum, "wap_dn.sgd_momentum_sched"),
    (wap_densenet.adadelta, "wap_dn.adadelta"),
    (wap_densenet.adadelta, "wap_dn.adadelta_lr1e-8"),
    (wap_vgg.adam, "wap_vgg.adam"),
    (wap_vgg.sgd_momentum, "wap_vgg.sgd_momentum"),
    (wap_vgg.adadelta, "wap_vgg.adadelta"),
]
WITHOUT = [
    (wap_densenet.rmsprop, "wap_dn.rmsprop", "inp"),
    (wap_densenet.sgd, "wap_dn.sgd", "xmy"),
    (dl4mt.adam, "dl4mt.adam", "inp"),
    (dl4mt.adadelta, "dl4mt.adadelta", "inp"),
    (dl4mt.rmsprop, "dl4mt.rmsprop", "inp"),
    (dl4mt.sgd, "dl4mt.sgd", "xmy"),
]
# WAP's files are compared in one dtype each: what differs between them is the rule.
DTYPES = {"wap_vgg.adam": "float32", "wap_dn.sgd_momentum": "float32", "dl4mt.rmsprop": "float32"}


def _id(value):
    return getattr(value, "__name__", value)


def reference(name, dtype):
    return golden(f"legacy/{name}.{'f32' if dtype == 'float32' else 'f64'}.npz")


def hidden_mean(problem):
    """The mean of the hidden layer, which the reference keeps a running average of."""
    tp, x = problem.tparams, problem.inputs[0]
    return (pt.tanh(x @ tp["W1"] + tp["b1"]) * tp["G"][0]).mean(axis=0)


def running_mean(problem, dtype, like=None):
    statistic = pytensor.shared(np.zeros(7, dtype), name="h_bn_mean")
    keep, add = np.asarray([0.9, 0.1], dtype)
    mean = hidden_mean(problem) if like is None else like
    return {"h_bn_mean": statistic}, {"h_bn_mean": statistic * keep + mean * add, "unused": 1}


def follow(functions, params, data, dtype, problem, statistics=()):
    costs = []
    for t in range(50):
        costs.append(functions[0](*problem.batches[t % 10]))
        if t == 0 and statistics:
            wanted = data["bn1_before_f_update.h_bn_mean"]
            assert_close(statistics["h_bn_mean"].get_value(), wanted, dtype, 1, "bn in phase 1")
        for f_update in functions[1:]:
            f_update(data["lr"][t])
        if t + 1 in SNAPSHOTS:
            for name, param in params.items():
                wanted = data[f"p{t + 1}.{name}"]
                assert_close(param.get_value(), wanted, dtype, t + 1, f"{name} after {t + 1}")
            for name, statistic in dict(statistics).items():
                wanted = data[f"bn{t + 1}.{name}"]
                assert_close(statistic.get_value(), wanted, dtype, t + 1, f"{name} after {t + 1}")
    assert_close(np.array(costs), data["cost"], dtype, 50, "cost")


@pytest.mark.parametrize(("historical", "name"), WITH_STATISTICS, ids=_id)
def test_forms_with_statistics(historical, name, python_backend):
    dtype = DTYPES.get(name, "float64")
    problem, data = mlp(dtype), reference(name, dtype)
    bn_tparams, opt_ret = running_mean(problem, dtype)
    opt = historical(
        pt.scalar("lr"),
        problem.tparams,
        bn_tparams,
        opt_ret,
        problem.grads,
        problem.inputs,
        problem.cost,
        backend=python_backend,
    )
    f_grad_shared, f_update = opt
    follow([f_grad_shared, f_update], opt.params, data, dtype, problem, bn_tparams)


@pytest.mark.parametrize(("historical", "name", "call"), WITHOUT, ids=_id)
def test_forms_without_statistics(historical, name, call, python_backend):
    dtype = DTYPES.get(name, "float64")
    problem, data = mlp(dtype), reference(name, dtype)
    inputs = problem.inputs if call == "xmy" else [problem.inputs]
    opt = historical(
        pt.scalar("lr"),
        problem.tparams,
        problem.grads,
        *inputs,
        problem.cost,
        backend=python_backend,
    )
    follow(list(opt), opt.params, data, dtype, problem)


@pytest.mark.parametrize(
    ("historical", "name", "dtype"),
    [
        pytest.param(
            wap_vgg.adam_weightnoise, "adam_weightnoise", "float64", marks=pytest.mark.core
        ),
        (wap_vgg.adadelta_weightnoise, "adadelta_weightnoise", "float32"),
    ],
)
def test_weight_noise_gives_three_functions(historical, name, dtype, python_backend):
    data, noise = reference(f"wap_vgg.{name}", dtype), golden("mlp/problem.npz")
    miu = symopt.init_tparams({k: noise[f"init.{k}"].astype(dtype) for k in NAMES})
    sigma = symopt.init_tparams({k: noise[f"sigma_init.{k}"].astype(dtype) for k in NAMES})
    problem = mlp(dtype)
    weights = {k: miu[k] + sigma[k] * noise[f"eps.{k}"].astype(dtype) for k in NAMES}
    noisy = {p: weights[k] for k, p in problem.tparams.items()}
    cost, mean = substitute([problem.cost, hidden_mean(problem)], noisy)
    opt = historical(
        pt.scalar("lr"),
        miu,
        sigma,
        *running_mean(problem, dtype, like=mean),
        pt.grad(cost, list(miu.values())),
        pt.grad(cost, list(sigma.values())),
        problem.inputs,
        cost,
        backend=python_backend,
    )
    f_grad_shared, f_update_miu, f_update_sigma = opt
    assert [f.name for f in opt] == [
        f"{name}_f_grad_shared",
        f"{name}_f_update_miu",
        f"{name}_f_update_sigma",
    ]
    assert list(opt.params) == [f"{k}_miu" for k in NAMES] + [f"{k}_sigma" for k in NAMES]
    follow([f_grad_shared, f_update_miu, f_update_sigma], opt.params, data, dtype, problem)


def test_weight_noise_in_one_step_and_its_state(python_backend):
    """All phases in one call, and a round trip of both groups' state."""
    x, one = pt.vector("x", dtype="float64"), np.ones(2)

    def build():
        miu, sigma = (symopt.init_tparams({"W": value * one}) for value in (1.0, 0.5))
        cost = (((miu["W"] + 2 * sigma["W"]) * x) ** 2).sum()
        grads = [pt.grad(cost, [part["W"]]) for part in (miu, sigma)]
        return wap_vgg.adam_weightnoise(
            0.1, miu, sigma, {}, {}, *grads, [x], cost, backend=python_backend
        )

    phases, merged = build(), build()
    for _ in range(3):
        phases.f_grad_shared(one)
        for f_update in phases.f_updates:
            f_update()
        merged.f_step(one)
    for name in ("W_miu", "W_sigma"):
        moved = phases.params[name].get_value()
        np.testing.assert_allclose(moved, merged.params[name].get_value(), rtol=1e-12)
    assert list(phases.state) == [
        "adam/step",
        "W_miu/adam/mean_grad",
        "W_miu/adam/mean_square_grad",
        "adam#2/step",
        "W_sigma/adam#2/mean_grad",
        "W_sigma/adam#2/mean_square_grad",
    ]
    fresh = build()
    fresh.load_state_dict(phases.state_dict())
    np.testing.assert_array_equal(fresh.state["adam#2/step"].get_value(), 3)


def one_parameter(historical, rate, python_backend, steps=3):
    tparams = symopt.init_tparams({"W": np.array([1.0, -2.0])})
    x = pt.vector("x", dtype="float64")
    cost = ((tparams["W"] * x) ** 2).sum() / 2
    grads = pt.grad(cost, [tparams["W"]])
    opt = historical(pt.scalar("lr"), tparams, grads, [x], cost, backend=python_backend)
    for _ in range(steps):
        opt.f_grad_shared(np.array([1.0, 3.0]))
        opt.f_update(rate)
    return tparams["W"].get_value()


@pytest.mark.core
@pytest.mark.parametrize(
    ("historical", "rate", "b1", "b2"),
    [(dl4mt.adam_session0, 0.0001, 0.9, 0.999), (dl4mt.adam_session1, 0.0002, 0.1, 0.001)],
)
def test_early_forms_of_dl4mt_ignore_their_rate(historical, rate, b1, b2, python_backend):
    """Against the formulas as those files had them: b1, b2 weigh the new terms."""
    p = np.array([1.0, -2.0])
    m = v = np.zeros(2)
    for t in (1, 2, 3):
        g = p * np.array([1.0, 9.0])
        m, v = b1 * g + (1 - b1) * m, b2 * g**2 + (1 - b2) * v
        p = p - rate * np.sqrt(1 - b2**t) / (1 - b1**t) * m / (np.sqrt(v) + 1e-8)
    for given in (0.5, 1e-6):
        moved = one_parameter(historical, given, python_backend)
        np.testing.assert_allclose(moved, p, rtol=1e-12)


@pytest.mark.core
def test_dl4mts_adam_takes_its_constants_by_position(python_backend):
    def shifted(lr, tparams, grads, inp, cost, **options):
        return dl4mt.adam(lr, tparams, grads, inp, cost, 0.5, 0.6, 0.1, **options)

    p, m, v = np.array([1.0, -2.0]), np.zeros(2), np.zeros(2)
    for t in (1, 2, 3):
        g = p * np.array([1.0, 9.0])
        m, v = 0.5 * m + 0.5 * g, 0.6 * v + 0.4 * g**2
        p = p - 0.01 * np.sqrt(1 - 0.6**t) / (1 - 0.5**t) * m / (np.sqrt(v) + 0.1)
    np.testing.assert_allclose(one_parameter(shifted, 0.01, python_backend), p, rtol=1e-12)


@pytest.mark.core
def test_historical_signatures():
    """The positional arguments, in the order in which the original files had them."""

    def positional(function):
        kinds = inspect.signature(function).parameters.values()
        return [p.name for p in kinds if p.kind is p.POSITIONAL_OR_KEYWORD]

    bn = ["lr", "tparams", "bn_tparams", "opt_ret", "grads", "inp", "cost"]
    for module in (wap_densenet, wap_vgg):
        for name in ("adam", "sgd_momentum", "adadelta"):
            assert positional(getattr(module, name)) == bn
    plain = ["lr", "tparams", "grads", "inp", "cost"]
    assert positional(wap_densenet.rmsprop) == positional(dl4mt.rmsprop) == plain
    assert positional(dl4mt.adam) == [*plain, "beta1", "beta2", "e"]
    xmy = ["lr", "tparams", "grads", "x", "mask", "y", "cost"]
    assert positional(wap_densenet.sgd) == positional(dl4mt.sgd) == xmy
    noise = ["lr", "tparams_miu", "tparams_sigma", "bn_tparams", "opt_ret"]
    noise += ["grads_miu", "grads_sigma", "inp", "cost"]
    assert positional(wap_vgg.adam_weightnoise) == positional(wap_vgg.adadelta_weightnoise) == noise


@pytest.mark.core
def test_a_statistic_without_a_new_value_is_named(python_backend):
    problem = mlp("float64")
    bn_tparams, _ = running_mean(problem, "float64")
    with pytest.raises(InputError, match=r"'h_bn_mean'.*bn_tparams"):
        wap_densenet.adam(
            0.1,
            problem.tparams,
            bn_tparams,
            {},
            problem.grads,
            problem.inputs,
            problem.cost,
            backend=python_backend,
        )
