"""What is not finite is seen before anything but the parked gradients has moved."""

from __future__ import annotations

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import NonFiniteError
from symopt.legacy.optimizers import wap_vgg
from symopt.training import Callback
from symopt.training.variables import RunVariables
from tests.training.runs import InterruptAt

GUARD = ("finite", "consecutive", "total")
GOOD, BAD = np.ones((2, 3), "f"), np.full((2, 3), np.nan, "f")


class Model:
    """Two parameters, one of them with a gradient that can be infinite while the cost is not."""

    def __init__(self, backend, make=symopt.sgd, **keywords):
        self.tparams = symopt.init_tparams({"a": np.ones(3, "f"), "b": np.zeros(3, "f")})
        x = pt.fmatrix("x")
        self.mean = pytensor.shared(np.zeros(3, "f"), name="running_mean")
        # The square root's slope is infinite at 0, which is what b adds to a minibatch of zeros.
        cost = (self.tparams["a"] * x).sum() + pt.sqrt(self.tparams["b"] + x[0] - 1).sum()
        self.opt = make(
            pt.scalar("lr"), self.tparams, None, [x], cost, backend=backend,
            extra_updates=[(self.mean, np.float32(0.5) * (self.mean + x.mean(axis=0)))], **keywords,
        )  # fmt: skip
        self.variables = RunVariables(self.opt.guarded().graph)

    def everything(self):
        """All values but what the guard counts, as bytes."""
        return {
            f"{group}/{name}": variable.get_value().tobytes()
            for group, variables in self.variables.groups.items()
            for name, variable in variables.items()
            if name.rpartition("/")[2] not in GUARD
        }


class Watch(Callback):
    """Notes everything before and after each update."""

    def __init__(self, model):
        self.model = model
        self.seen = []

    def on_start(self, run):
        self.seen.append(self.model.everything())

    def on_update(self, run):
        self.seen.append(self.model.everything())


def fit(model, batches, **keywords):
    keywords = {"max_epochs": 1, "rate": 0.1, "progress": False, **keywords}
    return symopt.fit(model.opt, batches, **keywords)


def some(number):
    """A minibatch whose cost and gradients are finite."""
    return (np.full((2, 3), 2.0 + number, "f"),)


INFINITE_GRADIENT = (GOOD,)  # b + x - 1 is 0 as long as b is
KINDS = {
    "sgd": {},
    "adadelta in phase 1": {"make": symopt.adadelta, "statistics": "phase1"},
    "accumulating adam": {"make": symopt.adam, "transforms": [symopt.accumulate(2)]},
    "newton's kin, observing in phase 1": {"make": symopt.becker_lecun},
}


@pytest.fixture(scope="module")
def models(python_backend):
    """Models by kind, each compiled once; every use starts where the one before ended."""
    made = {}

    def model(kind):
        if kind not in made:
            made[kind] = Model(python_backend, **KINDS[kind])
        return made[kind]

    return model


@pytest.mark.parametrize("merged", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_written(models, kind, merged):
    model = models(kind)
    watch = Watch(model)
    with np.errstate(all="ignore"), pytest.raises(NonFiniteError) as caught:
        fit(model, [some(0), some(1), (BAD,), some(2)], callbacks=[watch], merged=merged)
    assert len(watch.seen) == 3
    assert watch.seen[0] != watch.seen[2]
    assert model.everything() == watch.seen[2]
    if merged:
        assert str(caught.value).startswith("Update 3: the cost is nan. Nothing was written")
    else:
        begin = "Update 3: the gradient of 'a' and 1 more is not finite (the cost is nan)."
        assert str(caught.value).startswith(begin)


@pytest.mark.parametrize("kind", KINDS)
def test_skipped_updates_write_nothing_and_are_counted(models, kind):
    model = models(kind)
    watch = Watch(model)
    batches = [some(0), (BAD,), (BAD,), some(1), (BAD,), some(2)]
    with np.errstate(all="ignore"):
        result = fit(
            model, batches, non_finite="skip", max_consecutive=2, callbacks=[watch],
            validate=lambda: 1.0,
        )  # fmt: skip
    assert (result.updates, result.skipped) == (6, 3)
    assert np.isnan(result.costs).tolist() == [False, True, True, False, True, False]
    assert np.isfinite(result.validations[0].cost)
    moved = [first != second for first, second in zip(watch.seen, watch.seen[1:], strict=False)]
    assert moved == [True, False, False, True, False, True]


def test_a_gradient_that_is_infinite_while_the_cost_is_not(python_backend):
    model = Model(python_backend)
    with np.errstate(all="ignore"), pytest.raises(NonFiniteError) as caught:
        fit(model, [INFINITE_GRADIENT])
    assert "Update 1: the gradient of 'b' is not finite (the cost is 6)." in str(caught.value)
    assert "non_finite='skip'" in str(caught.value)
    assert model.tparams["a"].get_value().tolist() == [1, 1, 1]
    assert model.mean.get_value().tolist() == [0, 0, 0]


def test_too_many_in_a_row(models):
    model = models("sgd")
    watch, before = Watch(model), model.everything()
    with np.errstate(all="ignore"), pytest.raises(NonFiniteError, match="2 updates before it"):
        fit(model, 9 * [(BAD,)], non_finite="skip", max_consecutive=2, callbacks=[watch])
    assert model.everything() == before
    assert len(watch.seen) == 3


def test_gradients_that_a_callback_spoils(models):
    class Spoil(Callback):
        def on_gradients(self, run):
            run.opt.grads["b"].set_value(np.full(3, np.inf, "f"))

    model = models("sgd")
    weights = model.tparams["a"].get_value()
    with pytest.raises(NonFiniteError, match="gradient of 'b'"):
        fit(model, [some(0)], callbacks=[Spoil()])
    assert (model.tparams["a"].get_value() == weights).all()


def test_the_state_before_it_is_on_the_disk_and_the_end_is_told(models, tmp_path):
    class Ended(Callback):
        def on_end(self, run):
            ended.append(run.ended)

    ended = []
    model = models("adadelta in phase 1")
    batches = [some(0), some(1), (BAD,), some(2)]
    with np.errstate(all="ignore"), pytest.raises(NonFiniteError):
        fit(model, batches, out=tmp_path, tensorboard=False, callbacks=[Ended()])
    assert ended == ["not finite"]
    assert '"ended": "not finite"' in (tmp_path / "run.json").read_text()
    state = model.everything()
    for variables in model.variables.groups.values():
        for variable in variables.values():
            variable.set_value(variable.get_value() * 0 + 5)
    # Goes on with the minibatch that failed, this time a good one.
    batches[2] = some(7)
    watch = Watch(model)
    result = fit(model, batches, out=tmp_path, tensorboard=False, callbacks=[watch])
    assert watch.seen[0] == state
    assert (result.resumed_at, result.updates) == (2, 4)


def test_all_groups_hold_still_if_one_has_a_bad_gradient(python_backend):
    """WAP's weight noise: two groups, each with an update phase of its own."""
    means = symopt.init_tparams({"w": np.ones(3, "f")})
    deviations = symopt.init_tparams({"w": np.zeros(3, "f")})
    x = pt.fmatrix("x")
    cost = (means["w"] * x).sum() + pt.sqrt(deviations["w"] + x[0] - 1).sum()
    opt = wap_vgg.adadelta_weightnoise(
        1e-6, means, deviations, {}, {},
        pytensor.grad(cost, [means["w"]]), pytensor.grad(cost, [deviations["w"]]), [x], cost,
        backend=python_backend,
    )  # fmt: skip
    variables = RunVariables(opt.guarded().graph)

    def everything():
        return {
            name: variable.get_value().tobytes()
            for variables_of_group in variables.groups.values()
            for name, variable in variables_of_group.items()
            if name.rpartition("/")[2] not in GUARD
        }

    before = everything()
    with np.errstate(all="ignore"), pytest.raises(NonFiniteError, match="gradient of 'w_sigma' is"):
        symopt.fit(opt, [(GOOD,)], rate=None, max_epochs=1, progress=False)
    assert everything() == before
    symopt.fit(opt, [some(0)], rate=None, max_epochs=1, progress=False)
    assert all(value != before[name] for name, value in everything().items())


def test_a_guard_of_the_users_own_is_the_one(python_backend):
    guard = symopt.skip_nonfinite(max_consecutive=0)
    model = Model(python_backend, transforms=[guard])
    assert model.opt.guarded() is model.opt
    with (
        np.errstate(all="ignore"),
        pytest.raises(NonFiniteError, match="skip_nonfinite: 1 updates"),
    ):
        fit(model, [(BAD,)])


def test_updates_skipped_in_a_row_are_counted_on_after_a_resume(models, tmp_path):
    model = models("sgd")
    keywords = {"non_finite": "skip", "max_consecutive": 3, "checkpoint": tmp_path}
    batches = [some(0), (BAD,), (BAD,), (BAD,), (BAD,)]
    with np.errstate(all="ignore"):
        first = fit(model, batches, callbacks=[InterruptAt(3)], **keywords)
        assert (first.ended, first.skipped) == ("interrupted", 2)
        with pytest.raises(NonFiniteError, match="Update 5"):
            fit(model, batches, **keywords)
