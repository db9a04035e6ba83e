"""Weight decay in its three places."""

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError, RuleError, TransformOrderError
from tests.transforms.applied import around_sgd, arrays, values

pytestmark = pytest.mark.core


def stepped(transforms, backend, rule=symopt.sgd, rates=(0.1, 0.05), **keywords):
    start = arrays()
    opt = around_sgd(transforms, start, backend, rule=rule, **keywords)
    for seed, rate in enumerate(rates, start=1):
        opt.f_step(*arrays(seed=seed).values(), rate)
    return start, values(opt)


def test_coupled_goes_through_the_rule(python_backend):
    _, coupled = stepped([symopt.weight_decay(0.2)], python_backend, symopt.adam)
    p = arrays()["W"]
    m = v = 0
    for t, rate in ((1, 0.1), (2, 0.05)):
        g = arrays(seed=t)["W"] + 0.2 * p
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        p = p - rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
    np.testing.assert_allclose(coupled["W"], p, rtol=1e-10)


def test_decoupled_stands_beside_the_step_and_takes_the_old_parameter(python_backend):
    decoupled = symopt.weight_decay(0.2, mode="decoupled")
    _, result = stepped([decoupled], python_backend, symopt.adam)
    _, adamw = stepped([], python_backend, symopt.adamw, weight_decay=0.2)
    for name, value in result.items():
        np.testing.assert_allclose(value, adamw[name], rtol=1e-12)


@pytest.mark.parametrize("rule", [symopt.momentum, symopt.nesterov])
@pytest.mark.parametrize("formulation", ["classical", "torch"])
def test_inside_the_velocity(python_backend, rule, formulation):
    decay = symopt.weight_decay(0.2, mode="velocity", match=["W", "b"])
    rates = (0.1, 0.05, 0.0)
    _, result = stepped([decay], python_backend, rule, rates, formulation=formulation)
    for name in arrays():
        p, v, mu, wd = arrays()[name], 0, 0.9, 0.2 if name in ("W", "b") else 0.0
        for t, rate in enumerate(rates, start=1):
            push = arrays(seed=t)[name] * (rate if formulation == "classical" else 1) + wd * p
            if formulation == "classical":
                v = mu * v - push
                p = p + (v if rule is symopt.momentum else mu * v - push)
            else:
                v = mu * v + push
                p = p - rate * (v if rule is symopt.momentum else push + mu * v)
        np.testing.assert_allclose(result[name], p, rtol=1e-10)


def test_classical_decay_goes_on_at_rate_0(python_backend):
    """Seed 003's point: the rate does not scale it."""
    decay = symopt.weight_decay(0.5, mode="velocity")
    start, result = stepped([decay], python_backend, symopt.momentum, rates=(0.0,))
    np.testing.assert_allclose(result["W"], 0.5 * start["W"])


def test_only_those_that_match(python_backend):
    for mode in ("coupled", "decoupled"):
        start, result = stepped(
            [symopt.weight_decay(0.5, mode, match="*W")], python_backend, rates=(1.0,)
        )
        for name, value in result.items():
            plain = start[name] - arrays(seed=1)[name]
            expected = plain - 0.5 * start[name] if name.endswith("W") else plain
            np.testing.assert_allclose(value, expected, rtol=1e-12)


def test_refusals(python_backend):
    for keywords in ({"wd": -1.0}, {"wd": 0.1, "mode": "inside"}, {"wd": 0.1, "match": 3}):
        with pytest.raises(HyperparameterError, match="weight_decay: "):
            symopt.weight_decay(**keywords)
    with pytest.raises(HyperparameterError, match=r"weight_decay: 'U\*' matches no parameter.*'W'"):
        stepped([symopt.weight_decay(0.1, match="U*")], python_backend)
    with pytest.raises(RuleError, match="adam keeps none"):
        stepped([symopt.weight_decay(0.1, mode="velocity")], python_backend, symopt.adam)
    with pytest.raises(TransformOrderError):
        stepped([symopt.weight_decay(0.1, mode="decoupled"), symopt.weight_decay(0.1)], None)
