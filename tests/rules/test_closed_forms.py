"""First steps that can be written down, and rules that are one another in disguise."""

import numpy as np
import pytensor.tensor as pt
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import symopt

# A failure is reported as it is found: shrinking would run thousands of updates.
laws = settings(
    max_examples=10, deadline=None, derandomize=True, database=None, phases=[Phase.generate]
)

gradients = st.lists(
    st.floats(1e-3, 1e3).flatmap(lambda g: st.sampled_from([g, -g])), min_size=3, max_size=3
).map(np.array)
rates = st.floats(1e-4, 1.0)


def linear(backend, factory, **keywords):
    """An optimizer of one parameter whose gradient is the input."""
    p = symopt.init_tparams({"p": np.zeros(3)})
    g = pt.dvector("g")
    lr = pt.dscalar("lr")
    cost = (g * p["p"]).sum()
    return getattr(symopt, factory)(lr, p, None, [g], cost, backend=backend, **keywords)


def moved(opt, at, g, rate, steps=1):
    """How far the first steps move the parameter from ``at``, under one gradient."""
    if not hasattr(opt, "initial"):
        opt.initial = opt.state_dict()
    opt.load_state_dict(opt.initial)
    symopt.zipp({"p": at}, opt.params)
    for _ in range(steps):
        opt.f_step(g, rate)
    return opt.params["p"].get_value() - at


def nadam_first(g, lr):
    mu_1, mu_2 = (0.9 * (1 - 0.5 * 0.96 ** (t * 0.004)) for t in (1, 2))
    return -lr * (g + mu_2 / (1 - mu_1 * mu_2) * 0.1 * g) / abs(g)


def radam_sixth(g, lr):
    """Five steps are plain momentum of a constant gradient, the sixth is rectified."""
    infinity = 2 / 0.001 - 1
    rho = infinity - 12 * 0.999**6 / (1 - 0.999**6)
    r = np.sqrt((rho - 4) * (rho - 2) * infinity / ((infinity - 4) * (infinity - 2) * rho))
    return -5 * lr * g - lr * r * np.sign(g)


TINY = {"epsilon": 1e-20}
FIRST_STEPS = {
    "sgd": ("sgd", {}, 1, lambda g, lr: -lr * g),
    "momentum": ("momentum", {}, 2, lambda g, lr: -lr * 2.9 * g),
    "momentum_dampened": (
        "momentum",
        {"formulation": "torch", "dampening": 0.5},
        2,
        lambda g, lr: -lr * (1 + 1.4) * g,
    ),
    "nesterov": ("nesterov", {}, 1, lambda g, lr: -lr * 1.9 * g),
    "adagrad": ("adagrad", {"epsilon": 0.1}, 1, lambda g, lr: -lr * g / (abs(g) + 0.1)),
    "adagrad_inside": (
        "adagrad",
        {"epsilon": 0.1, "epsilon_placement": "inside", "initial_accumulator": 2.0},
        1,
        lambda g, lr: -lr * g / np.sqrt(g * g + 2.1),
    ),
    "rmsprop": ("rmsprop", TINY, 1, lambda g, lr: -lr * np.sign(g) / np.sqrt(0.1)),
    "rmsprop_centered": (
        "rmsprop",
        {"centered": True, **TINY},
        1,
        lambda g, lr: -lr * np.sign(g) / np.sqrt(0.1 - 0.01),
    ),
    "adadelta": (
        "adadelta",
        {"epsilon": 0.01},
        1,
        lambda g, lr: -lr * 0.1 * g / np.sqrt(0.05 * g * g + 0.01),
    ),
    "adadelta_outside": (
        "adadelta",
        {"epsilon": 0.01, "epsilon_placement": "outside"},
        1,
        lambda g, lr: -lr * 0.01 * g / (np.sqrt(0.05) * abs(g) + 0.01),
    ),
    "adam": ("adam", TINY, 1, lambda g, lr: -lr * np.sign(g)),
    "adam_five": ("adam", TINY, 5, lambda g, lr: -lr * 5 * np.sign(g)),
    "adam_amsgrad": ("adam", {"amsgrad": True, **TINY}, 1, lambda g, lr: -lr * np.sign(g)),
    "adam_epsilon": ("adam", {"epsilon": 0.1}, 1, lambda g, lr: -lr * g / (abs(g) + 0.1)),
    "adam_hat": (
        "adam",
        {"epsilon": 0.1, "epsilon_hat": True},
        1,
        lambda g, lr: -lr * g * np.sqrt(0.001) / (np.sqrt(0.001) * abs(g) + 0.1),
    ),
    "adamax": ("adamax", TINY, 1, lambda g, lr: -lr * np.sign(g)),
    "adamax_epsilon": ("adamax", {"epsilon": 0.1}, 1, lambda g, lr: -lr * g / (abs(g) + 0.1)),
    "nadam": ("nadam", TINY, 1, nadam_first),
    "radam": ("radam", {}, 1, lambda g, lr: -lr * g),
    "radam_rectified": ("radam", TINY, 6, radam_sixth),
    "rprop": ("rprop", {}, 1, lambda g, lr: -lr * np.sign(g)),
    "rprop_two": ("rprop", {}, 2, lambda g, lr: -lr * 2.2 * np.sign(g)),
}


@pytest.mark.core
@pytest.mark.parametrize("case", FIRST_STEPS)
def test_closed_forms_of_the_first_steps(python_backend, case):
    factory, keywords, steps, closed = FIRST_STEPS[case]
    opt = linear(python_backend, factory, **keywords)

    @given(at=gradients, g=gradients, rate=rates)
    @laws
    def law(at, g, rate):
        actual = moved(opt, at, g, rate, steps)
        rounding = 1e-15 * abs(at).max() * steps
        np.testing.assert_allclose(actual, closed(g, rate), rtol=1e-9, atol=10 * rounding)

    law()


@pytest.mark.core
def test_adamw_is_adam_and_a_decay_of_the_old_parameter(python_backend):
    adam = linear(python_backend, "adam")
    decayed = linear(python_backend, "adamw", weight_decay=0.125)

    @given(at=gradients, g=gradients, rate=rates)
    @laws
    def law(at, g, rate):
        expected = moved(adam, at, g, rate) - rate * 0.125 * at
        np.testing.assert_allclose(moved(decayed, at, g, rate), expected, rtol=1e-9, atol=1e-11)

    law()


@pytest.mark.core
def test_weight_decay_of_sgd_is_the_same_coupled_and_decoupled(python_backend):
    coupled, decoupled = (
        linear(python_backend, "sgd", transforms=[symopt.weight_decay(0.125, mode=mode)])
        for mode in ("coupled", "decoupled")
    )

    @given(at=gradients, g=gradients, rate=rates)
    @laws
    def law(at, g, rate):
        one, two = (moved(opt, at, g, rate, 3) for opt in (coupled, decoupled))
        np.testing.assert_allclose(one, two, rtol=1e-9, atol=1e-11)
        first = moved(coupled, at, g, rate)
        np.testing.assert_allclose(first, -rate * (g + 0.125 * at), rtol=1e-9, atol=1e-11)

    law()


@pytest.mark.core
@pytest.mark.parametrize("factory", ["sgd", "adam", "becker_lecun"])
def test_a_parameter_of_one_element(python_backend, factory):
    """The bias of a single output."""
    tparams = symopt.init_tparams({"w": np.ones(2), "b": np.ones(1)})
    cost = ((tparams["w"].sum() + tparams["b"]) ** 2).sum()
    opt = getattr(symopt, factory)(0.125, tparams, None, [], cost, backend=python_backend)
    opt.f_grad_shared()
    opt.f_update()
    opt.f_step()
    assert tparams["b"].get_value().shape == (1,)
    assert tparams["b"].get_value() < 1
