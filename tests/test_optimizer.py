"""The compiled pair: phases, buffers, state, and what may be done between the calls."""

from functools import cache

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import symopt
from symopt.errors import ShapeError, StateDictError
from symopt.state import State
from tests.problems import mlp

pytestmark = pytest.mark.core


def build(rule, problem, backend, lr=0.5, **keywords):
    return rule(
        lr,
        problem.tparams,
        problem.grads,
        problem.inputs,
        problem.cost,
        backend=backend,
        **keywords,
    )


def values(variables):
    return {name: variable.get_value() for name, variable in variables.items()}


def assert_same(one, two):
    assert one.keys() == two.keys()
    for name, value in one.items():
        np.testing.assert_array_equal(value, two[name], err_msg=name)


def test_it_unpacks_to_exactly_two(python_backend):
    problem = mlp("float32")
    opt = build(symopt.adadelta, problem, python_backend)
    f_grad_shared, f_update = opt
    assert (f_grad_shared, f_update) == (opt.f_grad_shared, opt.f_update) == (opt[0], opt[1])
    assert len(opt) == 2
    assert f_grad_shared.name == "adadelta_f_grad_shared"
    assert f_grad_shared.input_names == ("x", "mask", "y")
    assert f_update.input_names == ("rate",)
    assert opt.f_step.input_names == ("x", "mask", "y", "rate")
    assert f_update.backend == opt.backend == "python"
    assert "not compiled yet" in repr(f_update)
    assert opt.compile() is opt
    assert "not compiled yet" not in repr(f_update)
    assert "not compiled yet" in repr(opt.f_step)
    assert f_update.maker.fgraph is not None


def test_phase_1_moves_only_the_parked_gradients_and_extra_updates(python_backend):
    problem = mlp("float64")
    count = pytensor.shared(np.int64(0), name="count")
    opt = build(symopt.adam, problem, python_backend, extra_updates=[(count, count + 1)])
    before, state = values(opt.params), opt.state_dict()
    cost = opt.f_grad_shared(*problem.batches[0])
    assert isinstance(cost, np.ndarray)
    assert cost.shape == ()
    assert_same(values(opt.params), before)
    assert_same(opt.state_dict(), state)
    assert count.get_value() == 1
    assert list(opt.grads) == list(opt.params)
    expected = python_backend.compile(problem.inputs, problem.grads)
    for name, grad in zip(opt.grads, expected(*problem.batches[0]), strict=True):
        np.testing.assert_allclose(opt.grads[name].get_value(), grad, rtol=1e-12, atol=1e-15)
    assert opt.f_update() == []
    assert opt.state["adam/step"].get_value() == 1
    assert count.get_value() == 1


def test_phase_1_twice_spoils_nothing_and_gradients_may_be_rescaled(python_backend):
    problem, other = mlp("float64"), mlp("float64")
    once, twice = (
        build(symopt.rmsprop, p, python_backend, centered=True, momentum=0.5)
        for p in (problem, other)
    )
    once.f_grad_shared(*problem.batches[1])
    twice.f_grad_shared(*problem.batches[0])
    twice.f_grad_shared(*problem.batches[1])
    for name, buffer in once.grads.items():
        buffer.set_value(buffer.get_value() * 0.5)
        twice.grads[name].set_value(twice.grads[name].get_value() * 0.5)
    once.f_update()
    twice.f_update()
    assert_same(once.state_dict(), twice.state_dict())
    assert_same(values(once.params), values(twice.params))


@pytest.mark.parametrize("rule", [symopt.adadelta, symopt.rmsprop])
def test_historical_placement_moves_statistics_with_the_gradients(python_backend, rule):
    problem = mlp("float64")
    opt = build(rule, problem, python_backend, statistics="phase1")
    slot = opt.state[f"W1/{opt.graph.name}/mean_square_grad"]
    opt.f_grad_shared(*problem.batches[0])
    first = slot.get_value()
    assert first.any()
    opt.f_grad_shared(*problem.batches[0])
    assert (slot.get_value() != first).any()
    moved = slot.get_value()
    opt.f_update()
    np.testing.assert_array_equal(slot.get_value(), moved)


def test_state_names(python_backend):
    tparams = symopt.init_tparams({"a/b%": np.zeros(2)})
    opt = symopt.adam(0.1, tparams, None, [], tparams["a/b%"].sum(), backend=python_backend)
    assert list(opt.state) == [
        "adam/step",
        "a%2Fb%25/adam/mean_grad",
        "a%2Fb%25/adam/mean_square_grad",
    ]
    assert all(variable.name == name for name, variable in opt.state.items())
    assert list(opt.params) == list(opt.grads) == ["a/b%"]


def test_repeated_transforms_are_numbered(python_backend):
    class Counted(symopt.GradientTransform):
        name = "counted"
        global_slots = (symopt.Slot("calls", dtype="int64"),)

        def apply(self, grads, params, state):
            moved = State(shared={"calls": state.shared["calls"] + 1})
            return symopt.transforms.Transformed(grads, moved)

    problem = mlp("float32")
    opt = build(symopt.sgd, problem, python_backend, transforms=[Counted(), Counted()])
    assert list(opt.state) == ["counted/calls", "counted#2/calls"]
    opt.f_step(*problem.batches[0])
    assert [int(s.get_value()) for s in opt.state.values()] == [1, 1]


RULES = {
    "sgd": (symopt.sgd, {}),
    "momentum": (symopt.momentum, {"formulation": "torch", "dampening": 0.3}),
    "rmsprop": (symopt.rmsprop, {"centered": True, "momentum": 0.9}),
    "adadelta": (symopt.adadelta, {"statistics": "phase1"}),
    "adam": (symopt.adam, {"amsgrad": True}),
}


@cache
def compiled(name, dtype, backend):
    """An optimizer of each rule that the examples share: compiling one takes a second."""
    rule, keywords = RULES[name]
    problem = mlp(dtype)
    guard = [symopt.skip_nonfinite()]
    return problem, build(rule, problem, backend, lr=pt.scalar("lr"), transforms=guard, **keywords)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    name=st.sampled_from(sorted(RULES)),
    before=st.integers(0, 3),
    after=st.integers(1, 3),
    rates=st.lists(st.floats(1e-4, 1.0), min_size=6, max_size=6),
    dtype=st.sampled_from(["float32", "float64"]),
)
def test_state_dict_round_trip_continues_bit_for_bit(
    python_backend, name, before, after, rates, dtype
):
    problem, opt = compiled(name, dtype, python_backend)

    def run(steps):
        costs = []
        for t in steps:
            costs.append(opt.f_grad_shared(*problem.batches[t]))
            opt.f_update(rates[t])
        return costs

    run(range(before))
    state, params = opt.state_dict(), symopt.unzip(opt.params)
    costs = run(range(before, before + after))
    ended = opt.state_dict(), values(opt.params)
    for variable in (*opt.state.values(), *opt.params.values()):
        variable.set_value(variable.get_value() * 0)
    opt.load_state_dict(state)
    symopt.zipp(params, opt.params)
    np.testing.assert_array_equal(run(range(before, before + after)), costs)
    assert_same(opt.state_dict(), ended[0])
    assert_same(values(opt.params), ended[1])
    assert all(v.dtype == dtype for v in ended[1].values())


def test_load_state_dict_refuses_what_does_not_fit_and_writes_nothing(python_backend):
    problem = mlp("float32")
    opt = build(symopt.adam, problem, python_backend)
    opt.f_step(*problem.batches[0])
    good = opt.state_dict()
    bad = {**good, "W1/adam/mean_grad": np.zeros((2, 2)), "foreign": np.zeros(1)}
    bad["b1/adam/mean_grad"] = bad["b1/adam/mean_grad"].astype("complex64")
    bad["adam/step"] = np.int64(99)
    del bad["G/adam/mean_square_grad"]
    with pytest.raises(StateDictError) as caught:
        opt.load_state_dict(bad)
    for word in (
        "'W1/adam/mean_grad' has shape (2, 2), expected (5, 7)",
        "'foreign' is unexpected",
        "'G/adam/mean_square_grad' is missing",
        "'b1/adam/mean_grad' is complex64",
    ):
        assert word in str(caught.value)
    assert_same(opt.state_dict(), good)
    opt.state_dict()["adam/step"][...] = 7  # a copy
    assert opt.state["adam/step"].get_value() == 1
    opt.load_state_dict(
        {name: value.astype("float64") if value.ndim else value for name, value in good.items()}
    )
    assert opt.state["W1/adam/mean_grad"].get_value().dtype == "float32"


@pytest.mark.parametrize("phase", ["f_grad_shared", "f_step"])
def test_a_shape_unknown_before_is_checked_at_the_first_call(python_backend, phase):
    tparams = symopt.init_tparams({"W": np.ones((3, 2), "float32")})
    mean = pytensor.shared(np.zeros(3, "float32"), name="mean")
    x, y = pt.fmatrix("x"), pt.fvector("y")
    opt = symopt.sgd(
        0.1,
        tparams,
        [pt.exp(x)],
        [x, y],
        tparams["W"].sum(),
        extra_updates=[(mean, y * 2)],
        backend=python_backend,
    )
    function = getattr(opt, phase)
    good_x, good_y = np.ones((3, 2), "float32"), np.ones(3, "float32")
    with pytest.raises(ShapeError, match=r"gradient of 'W' has shape \(3, 1\); expected \(3, 2\)"):
        function(good_x[:, :1], good_y)
    with pytest.raises(
        ShapeError, match=r"extra update of 'mean' has shape \(1,\); expected \(3,\)"
    ):
        function(good_x, good_y[:1])
    np.testing.assert_array_equal(tparams["W"].get_value(), 1)
    function(good_x, good_y)


def test_tied_gradients_do_not_share_a_buffer(python_backend):
    tparams = symopt.init_tparams({"a": np.zeros(2), "b": np.zeros(2)})
    x = pt.dvector("x")
    cost = (x * (tparams["a"] + tparams["b"])).sum()
    opt = symopt.sgd(1.0, tparams, [x, x], [x], cost, backend=python_backend)
    opt.f_grad_shared(np.ones(2))
    opt.grads["a"].get_value(borrow=True)[...] = 5
    np.testing.assert_array_equal(opt.grads["b"].get_value(), 1)


def test_gradients_by_name_and_from_the_cost(python_backend):
    for choose in (
        lambda p: dict(zip(reversed(p.tparams), reversed(p.grads), strict=True)),
        lambda p: None,
    ):
        problem, other = mlp("float64"), mlp("float64")
        listed = build(symopt.sgd, problem, python_backend)
        opt = symopt.sgd(
            0.5, other.tparams, choose(other), other.inputs, other.cost, backend=python_backend
        )
        listed.f_step(*problem.batches[0])
        opt.f_step(*problem.batches[0])
        assert_same(values(listed.params), values(opt.params))


def test_a_zero_dimensional_and_an_empty_parameter(python_backend):
    tparams = symopt.init_tparams({"s": np.float32(2), "none": np.zeros((0, 3), "float32")})
    cost = tparams["s"] ** 2 + tparams["none"].sum()
    opt = symopt.adadelta(1.0, tparams, None, [], cost, backend=python_backend)
    opt.f_step()
    assert tparams["s"].get_value() < 2
    assert tparams["s"].get_value().dtype == "float32"
    assert tparams["none"].get_value().shape == (0, 3)


def test_random_draws_of_the_cost_advance_once_per_step(python_backend):
    tparams = symopt.init_tparams({"W": np.ones(3)})
    rng = pt.random.shared_rng(np.random.default_rng(1))
    next_rng, draw = rng.normal(size=(3,))
    opt = symopt.sgd(
        0.1,
        tparams,
        None,
        [],
        (tparams["W"] * draw).sum(),
        extra_updates=[(rng, next_rng)],
        backend=python_backend,
    )
    opt.f_grad_shared()
    first = opt.grads["W"].get_value()
    opt.f_grad_shared()
    assert (opt.grads["W"].get_value() != first).all()
    before = tparams["W"].get_value()
    cost = opt.f_step()
    moved = before - tparams["W"].get_value()  # 0.1 times the draw that the cost saw
    np.testing.assert_allclose((before * moved).sum() / 0.1, cost)


def test_values_of_another_library_are_converted(python_backend):
    """A backend may have left its own arrays in a variable; the call and sync take them."""

    class Foreign:
        def __init__(self, array):
            self.array = array

        def __array__(self, dtype=None, copy=None):
            return self.array

    problem = mlp("float32")
    opt = build(symopt.sgd, problem, python_backend)
    storage = opt.params["W1"].container.storage
    storage[0] = Foreign(storage[0])
    opt.f_step(*problem.batches[0])
    assert isinstance(storage[0], np.ndarray)
    storage[0] = Foreign(storage[0])
    opt.sync()
    assert isinstance(storage[0], np.ndarray)
    assert storage[0].flags.writeable


def test_calls_by_name_and_wrong_calls(python_backend):
    problem = mlp("float32")
    opt = build(symopt.sgd, problem, python_backend)
    x, mask, y = problem.batches[0]
    by_name = opt.f_grad_shared(y=y, x=x, mask=mask)
    np.testing.assert_array_equal(by_name, opt.f_grad_shared(x, mask, y))
    opt.f_step(x, y=y, mask=mask, rate=0.1)
    for wrong in ({"x": x}, {"x": x, "mask": mask, "y": y, "z": 1}):
        with pytest.raises(TypeError, match="missing|no input is called 'z'"):
            opt.f_grad_shared(**wrong)
    with pytest.raises(TypeError, match="given twice"):
        opt.f_grad_shared(x, mask, y, x=x)
    with pytest.raises(TypeError, match="at most 3"):
        opt.f_grad_shared(x, mask, y, 1.0)


def test_an_input_called_rate_is_not_the_rate(python_backend):
    tparams = symopt.init_tparams({"W": np.ones(2)})
    rate = pt.dscalar("rate")
    opt = symopt.sgd(
        pt.scalar("lr"), tparams, None, [rate], (tparams["W"] * rate).sum(), backend=python_backend
    )
    opt.f_step(3.0, 0.5)
    np.testing.assert_allclose(tparams["W"].get_value(), 1 - 1.5)


def test_unknown_options_are_refused(python_backend):
    problem = mlp("float32")
    with pytest.raises(TypeError, match="epsilom"):
        build(symopt.adadelta, problem, python_backend, epsilom=1e-6)


def test_an_empty_batch_and_a_mask_of_zeros_give_a_cost_that_is_nan(python_backend):
    """Neither is an error of its own: the guard keeps the parameters."""
    problem = mlp("float32")
    opt = build(symopt.adam, problem, python_backend, transforms=[symopt.skip_nonfinite()])
    before = values(opt.params)
    x, mask, y = problem.batches[0]
    for batch in ((x, mask * 0, y), (x[:0], mask[:0], y[:0])):
        assert np.isnan(opt.f_grad_shared(*batch))
        opt.f_update()
        assert np.isnan(opt.f_step(*batch))
    assert_same(values(opt.params), before)
    assert opt.state["adam/step"].get_value() == 0
    assert opt.state["skip_nonfinite/total"].get_value() == 4
