"""Hyper-parameters, and rules of one's own through both protocols."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import HyperparameterError
from symopt.rules import SGD, AdaDelta, Adam, Momentum, Observed, RMSProp
from symopt.state import STEP_COUNT, Slot, State

pytestmark = pytest.mark.core


@pytest.mark.parametrize(
    ("rule", "keywords"),
    [
        (Momentum, {"momentum": 1.0}),
        (Momentum, {"momentum": -0.1}),
        (Momentum, {"momentum": "0.9"}),
        (Momentum, {"formulation": "nesterov"}),
        (Momentum, {"dampening": 0.5}),
        (Momentum, {"dampening": 1.5, "formulation": "torch"}),
        (RMSProp, {"rho": 1.0}),
        (RMSProp, {"epsilon": 0.0}),
        (RMSProp, {"epsilon_placement": "within"}),
        (RMSProp, {"centered": 1}),
        (RMSProp, {"momentum": np.nan}),
        (RMSProp, {"formulation": None}),
        (RMSProp, {"statistics": "phase3"}),
        (AdaDelta, {"rho": -0.5}),
        (AdaDelta, {"epsilon": -1e-6}),
        (AdaDelta, {"epsilon_placement": True}),
        (AdaDelta, {"statistics": 1}),
        (Adam, {"beta1": 1.0}),
        (Adam, {"beta2": 1.1}),
        (Adam, {"epsilon": np.inf}),
        (Adam, {"amsgrad": "yes"}),
        (Adam, {"epsilon_hat": None}),
    ],
)
def test_hyper_parameters_out_of_range_are_named(rule, keywords):
    name = next(iter(keywords))
    with pytest.raises(HyperparameterError, match=f"{rule.name}: {name}="):
        rule(**keywords)


def test_repr_shows_the_settings():
    assert repr(SGD()) == "SGD()"
    assert "rho=0.9" in repr(AdaDelta(rho=0.9))


def minimise(rule, backend, dtype="float32", rate=0.5, steps=3):
    """Steps on sum((p - 1)^2) / 2 over a vector and a matrix, from zero."""
    tparams = symopt.init_tparams({"v": np.zeros(2, dtype), "m": np.zeros((2, 1), dtype)})
    cost = sum(((p - 1) ** 2).sum() / 2 for p in tparams.values())
    cost = pt.cast(cost, dtype)
    opt = symopt.compile_optimizer(rule, rate, tparams, None, [], cost, backend=backend)
    for _ in range(steps):
        opt.f_step()
    return opt


class Halving(symopt.PerParameterRule):
    """The rate halves with every update; the state counts them."""

    name = "halving"
    slots = (Slot("path", initial=1.0),)
    global_slots = (STEP_COUNT,)

    def advance(self, state):
        return {"step": state["step"] + 1}

    def factors(self, state, rate):
        return {"scale": rate * 0.5 ** (state["step"] - 1)}

    def step(self, param, grad, state, rate):
        step = -state["scale"] * grad
        return step, {"path": state["path"] + 0.1 * abs(step)}


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_rule_of_ones_own_keeps_its_dtype(python_backend, dtype):
    opt = minimise(Halving(), python_backend, dtype)
    p, path = 0.0, 1.0
    for t in range(3):
        step = 0.5 * 0.5**t * (1 - p)
        p, path = p + step, path + 0.1 * abs(step)
    assert list(opt.state) == ["halving/step", "v/halving/path", "m/halving/path"]
    for name in ("v", "m"):
        np.testing.assert_allclose(opt.params[name].get_value(), p, rtol=1e-6)
        np.testing.assert_allclose(opt.state[f"{name}/halving/path"].get_value(), path, rtol=1e-6)
        assert opt.params[name].get_value().dtype == dtype
    assert all(update.note == "" for phase in opt.graph.phases for update in phase.updates)
    assert opt.state["halving/step"].get_value() == 3


def test_a_rule_that_computes_in_float64_is_cast_and_listed(python_backend):
    class Careless(symopt.PerParameterRule):
        name = "careless"

        def step(self, param, grad, state, rate):
            return -grad * np.float64(0.1) * pt.constant(1.0, dtype="float64"), {}

    opt = minimise(Careless(), python_backend)
    assert opt.params["v"].get_value().dtype == "float32"
    assert "[cast from float64]" in str(opt.graph)


class Polyak(symopt.Rule):
    """Polyak's step length: needs the cost and all gradients at once."""

    name = "polyak"
    global_slots = (Slot("length"),)

    def observe(self, cost, params, grads):
        return Observed(
            parameters={"doubled": {name: 2 * grad for name, grad in grads.items()}},
            shared={"gap": pt.cast(cost, "float64")},
        )

    def step(self, params, grads, state, rate):
        squared = sum(pt.cast(pt.sum(g**2), "float64") for g in grads.values())
        length = rate * state.shared["gap"] / squared
        steps = {
            name: -pt.cast(length, param.dtype) * state.parameters[name]["doubled"]
            for name, param in params.items()
        }
        return steps, State(shared={"length": length})


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_rule_over_all_parameters_observes_the_cost_in_phase_1(python_backend, dtype):
    opt = minimise(Polyak(), python_backend, dtype, rate=1.0, steps=1)
    assert opt.state["polyak/length"].get_value() == 0.5
    np.testing.assert_allclose(opt.params["m"].get_value(), 1.0, rtol=1e-6)
    two = minimise(Polyak(), python_backend, dtype, rate=1.0, steps=0)
    two.f_grad_shared()
    assert two.state["polyak/length"].get_value() == 0  # observed, but no state has moved
    two.f_update()
    assert two.state["polyak/length"].get_value() == 0.5
    np.testing.assert_array_equal(two.params["v"].get_value(), opt.params["v"].get_value())
    assert list(two.state) == ["polyak/length"]


class FromFirstGradient(symopt.PerParameterRule):
    """Divides by the size of the first gradient seen, for good."""

    name = "first"
    slots = (Slot("size", first=lambda param, grad, rate: abs(grad) * rate),)

    def step(self, param, grad, state, rate):
        return -grad / state["size"], {"size": state["size"]}


def test_a_slot_with_an_expression_for_the_first_step(python_backend):
    opt = minimise(FromFirstGradient(), python_backend, rate=2.0, steps=2)
    assert opt.state["first/started"].get_value() == 1
    np.testing.assert_allclose(opt.state["v/first/size"].get_value(), 2.0)
    np.testing.assert_allclose(opt.params["v"].get_value(), 0.75)  # 0 + 1/2, then 0.5 + 0.5/2


def test_initial_values_of_slots(python_backend):
    class Anchored(symopt.PerParameterRule):
        name = "anchored"
        slots = (
            Slot("start", initial=lambda value: value + 1),
            Slot("row", initial=np.arange(3.0), shape=(3,), dtype="float64"),
        )

        def step(self, param, grad, state, rate):
            return -rate * (param - state["start"]), {}

    opt = minimise(Anchored(), python_backend, rate=1.0, steps=1)
    np.testing.assert_array_equal(opt.params["m"].get_value(), 1)
    np.testing.assert_array_equal(opt.state["m/anchored/row"].get_value(), [0, 1, 2])
    assert opt.state["m/anchored/row"].get_value().dtype == "float64"


def test_rules_do_not_depend_on_floatx(python_backend):
    results = []
    for floatX in ("float32", "float64"):
        with pytensor.config.change_flags(floatX=floatX):
            opt = minimise(Adam(), python_backend)
            results.append(opt.params["v"].get_value())
            assert results[-1].dtype == "float32"
            assert all(u.note == "" for phase in opt.graph.phases for u in phase.updates)
    np.testing.assert_array_equal(*results)


def test_closed_form_of_adams_first_step(python_backend):
    opt = minimise(Adam(epsilon=1e-12), python_backend, "float64", rate=0.25, steps=1)
    np.testing.assert_allclose(opt.params["v"].get_value(), 0.25, rtol=1e-9)
