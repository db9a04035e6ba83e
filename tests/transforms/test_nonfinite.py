"""skip_nonfinite: nothing is written while the cost or a gradient is not finite."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import HyperparameterError, NonFiniteError
from tests.problems import mlp

pytestmark = pytest.mark.core


def guarded(backend, max_consecutive=None, rule=symopt.adadelta, **keywords):
    problem = mlp("float32")
    seen = pytensor.shared(np.float32(0), name="seen")
    opt = rule(
        1.0,
        problem.tparams,
        problem.grads,
        problem.inputs,
        problem.cost,
        transforms=[symopt.skip_nonfinite(max_consecutive), symopt.clip_by_global_norm(1.0)],
        extra_updates=[(seen, seen + problem.inputs[0].sum())],
        backend=backend,
        **keywords,
    )
    good = problem.batches[0]
    bad = (np.full_like(good[0], np.nan), *good[1:])
    return opt, seen, good, bad


def snapshot(opt, seen):
    state = {k: v for k, v in opt.state_dict().items() if not k.startswith("skip_nonfinite")}
    return {**state, **symopt.unzip(opt.params), "seen": seen.get_value()}


def assert_unmoved(opt, seen, before):
    for name, value in snapshot(opt, seen).items():
        np.testing.assert_array_equal(value, before[name], err_msg=name)


def counts(opt):
    return {name.split("/")[1]: int(v) for name, v in opt.state_dict().items() if "skip" in name}


@pytest.mark.parametrize("placement", ["phase1", "phase2"])
def test_nothing_moves_on_nan_and_training_goes_on(python_backend, placement):
    opt, seen, good, bad = guarded(python_backend, statistics=placement)
    opt.f_step(*good)
    before = snapshot(opt, seen)
    assert counts(opt) == {"finite": 1, "consecutive": 0, "total": 0}
    assert np.isnan(opt.f_grad_shared(*bad))
    assert np.isnan(opt.grads["W1"].get_value()).any()  # the parked gradients are as they are
    opt.f_update()
    assert np.isnan(opt.f_step(*bad))
    assert_unmoved(opt, seen, before)
    assert counts(opt) == {"finite": 0, "consecutive": 2, "total": 2}
    assert np.isfinite(opt.f_step(*good))
    assert counts(opt) == {"finite": 1, "consecutive": 0, "total": 2}
    after = snapshot(opt, seen)
    assert all((after[name] != before[name]).any() for name in ("W1", "seen"))


def test_one_infinite_entry_of_one_gradient_is_enough(python_backend):
    tparams = symopt.init_tparams({"a": np.zeros(3), "b": np.zeros(3)})
    x, y = pt.dvector("x"), pt.dvector("y")
    opt = symopt.sgd(
        1.0,
        tparams,
        [x, y],
        [x, y],
        tparams["a"].sum(),
        transforms=[symopt.skip_nonfinite()],
        backend=python_backend,
    )
    for spoilt in (np.inf, -np.inf, np.nan):
        opt.f_step(np.ones(3), np.array([0, spoilt, 0]))
    assert not tparams["a"].get_value().any()
    opt.f_step(np.ones(3), np.ones(3))
    assert tparams["b"].get_value().all()


def test_gradients_spoilt_between_the_phases_are_caught(python_backend):
    opt, seen, good, _ = guarded(python_backend)
    opt.f_grad_shared(*good)
    before = snapshot(opt, seen)
    opt.grads["G"].set_value(opt.grads["G"].get_value() * np.float32(np.inf))
    opt.f_update()
    assert_unmoved(opt, seen, before)
    assert counts(opt) == {"finite": 1, "consecutive": 1, "total": 1}


def test_too_many_in_a_row_raise_and_name_the_gradients(python_backend):
    opt, seen, good, bad = guarded(python_backend, max_consecutive=1)
    opt.f_step(*good)
    before = snapshot(opt, seen)
    opt.f_grad_shared(*bad)
    opt.f_update()
    with pytest.raises(NonFiniteError, match="2 updates in a row.*'W1'") as caught:
        opt.f_grad_shared(*bad)
    assert isinstance(caught.value, ValueError)
    with pytest.raises(NonFiniteError, match="3 updates in a row"):
        opt.f_step(*bad)
    assert_unmoved(opt, seen, before)
    opt.f_step(*good)
    opt.f_grad_shared(*bad)


def test_zero_raises_at_once(python_backend):
    opt, _, good, bad = guarded(python_backend, max_consecutive=0)
    opt.f_step(*good)
    with pytest.raises(NonFiniteError):
        opt.f_grad_shared(*bad)


@pytest.mark.parametrize("count", [-1, 1.0, True, "1"])
def test_counts_out_of_range(count):
    with pytest.raises(HyperparameterError, match="max_consecutive"):
        symopt.skip_nonfinite(count)
