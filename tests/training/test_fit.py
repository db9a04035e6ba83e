"""The loop: what it calls, when it ends, what it refuses."""

from __future__ import annotations

from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from symopt import schedules, stopping
from symopt.errors import CheckpointError, HyperparameterError, ShapeError, TrainingError
from symopt.training import Callback, CheckpointStore
from tests.training.runs import InterruptAt, Recorder

BATCHES = [(np.full(2, i, "f"),) for i in range(3)]

pytestmark = pytest.mark.core


class Line:
    """p is drawn towards the minibatch: every number is known."""

    def __init__(self, backend, lr=None, **keywords):
        self.tparams = symopt.init_tparams({"p": np.zeros(2, "f")})
        x = pt.fvector("x")
        cost = ((self.tparams["p"] - x) ** 2).sum() / 2
        self.opt = symopt.sgd(
            pt.scalar("lr") if lr is None else lr,
            self.tparams, None, [x], cost, backend=backend, **keywords,
        )  # fmt: skip

    def p(self):
        return self.tparams["p"].get_value()[0]


@pytest.fixture(scope="module")
def compiled(python_backend):
    return Line(python_backend)


@pytest.fixture
def line(compiled):
    compiled.tparams["p"].set_value(np.zeros(2, "f"))
    return compiled


def fit(line, batches=BATCHES, **keywords):
    keywords = {"rate": 0.5, "progress": False, **keywords}
    return symopt.fit(line.opt, batches, **keywords)


def test_it_is_the_plain_loop(line):
    result = fit(line, max_epochs=2)
    p, costs = 0.0, []
    for x in (0, 1, 2, 0, 1, 2):
        costs.append((p - x) ** 2)
        p += 0.5 * (x - p)
    np.testing.assert_allclose(result.costs, costs)
    assert line.p() == p
    assert (result.ended, result.updates, result.epochs) == ("max epochs", 6, 2)
    assert (result.best, result.best_params, result.signal) == (None, None, None)
    assert (result.skipped, result.resumed_at, result.out, result.checkpoint) == (0, 0, None, None)
    assert result.opt is line.opt.guarded()
    assert repr(result) == "<FitResult: max epochs after 6 updates>"


@pytest.mark.parametrize(
    "batches",
    [
        lambda: iter(BATCHES),
        lambda rng: BATCHES,
        [{"x": x} for (x,) in BATCHES],
        [x for (x,) in BATCHES],
        [[x] for (x,) in BATCHES],
        [None, *BATCHES, (None, None)],
        symopt.minibatches(np.repeat(np.arange(3, dtype="f"), 2), batch_size=2, shuffle=False),
        symopt.prefetch(BATCHES),
    ],
)
def test_minibatches_of_every_form(line, batches):
    assert fit(line, batches, max_epochs=2).updates == 6
    assert line.p() == 1.40625


def test_the_numbers_of_merged_phases_are_the_same(line):
    fit(line, max_epochs=2, merged=True)
    assert line.p() == 1.40625


@pytest.mark.parametrize(
    "rate",
    [
        schedules.polynomial(0.4, 4),
        lambda update: 0.4 * (1 - min(update, 4) / 4),
        lambda update: np.float32(0.4 * (1 - min(update, 4) / 4)),
    ],
)
def test_the_rate_is_asked_for_each_update(line, rate):
    seen = []
    fit(line, rate=rate, max_epochs=2, callbacks=[look(lambda run: seen.append(run.rate))])
    np.testing.assert_allclose(seen, [0.4, 0.3, 0.2, 0.1, 0, 0], atol=1e-7)


def look(action):
    """A callback that does something after each update."""

    class Look(Callback):
        def on_update(self, run):
            action(run)

    return Look()


def test_the_optimizers_own_rate(python_backend):
    own = Line(python_backend, lr=0.5)
    result = fit(own, rate=None, max_epochs=2)
    assert own.p() == 1.40625
    assert result.updates == 6


def test_a_schedule_observes_the_metric_that_decides(line):
    rate = schedules.reduce_on_plateau(0.5, patience=0)
    result = fit(line, rate=rate, max_epochs=4, validate=lambda: {"error": 1.0, "cost": 0.0})
    rates = [validation.rate for validation in result.validations]
    np.testing.assert_allclose(rates, [0.5, 0.5, 0.05, 0.005])


def test_callbacks_are_called_in_order(line, tmp_path):
    recorder = Recorder()
    fit(
        line, max_epochs=2, validate=lambda: 1.0, checkpoint=tmp_path, callbacks=[recorder],
        stop=[stopping.plateau(0)],
    )  # fmt: skip
    assert recorder.calls == [
        ("start", 0),
        ("gradients", 0), ("update", 1), ("gradients", 1), ("update", 2), ("gradients", 2),
        ("update", 3),
        ("validation", 3),
        ("gradients", 3), ("update", 4), ("gradients", 4), ("update", 5), ("gradients", 5),
        ("update", 6),
        ("validation", 6),
        ("message", 6),
        ("checkpoint", 6),  # the one of update 3 is on the disk
        ("checkpoint", 6),
        ("end", 6),
    ]  # fmt: skip
    assert recorder.messages == ["no better for 1 validations: the rate is multiplied by 0.1"]


def test_gradients_may_be_changed_between_the_phases(line):
    class Halve(Callback):
        def on_gradients(self, run):
            grad = run.opt.grads["p"]
            grad.set_value(grad.get_value() / 2)

    fit(line, rate=1.0, max_epochs=2, callbacks=[Halve()])
    assert line.p() == 1.40625
    with pytest.raises(TrainingError, match="Halve looks at gradients"):
        fit(line, max_epochs=1, merged=True, callbacks=[Halve()])


def test_best_parameters_are_kept_and_restored(line):
    metrics = [3.0, 1.0, 2.0]
    result = fit(line, max_epochs=3, validate=lambda: metrics.pop(0))
    assert (result.best.update, result.best.metric, result.best.epoch) == (6, 1.0, 2)
    assert result.best_params["p"][0] == 1.40625 != line.p()
    assert [validation.update for validation in result.validations] == [3, 6, 9]
    assert repr(result) == "<FitResult: max epochs after 9 updates, best 1>"
    line.tparams["p"].set_value(np.zeros(2, "f"))
    metrics += [1.0, 3.0, 2.0]
    fit(line, max_epochs=3, mode="max", validate=lambda: metrics.pop(0), restore_best=True)
    assert line.p() == 1.40625


def test_a_metric_that_is_not_finite_is_never_best(line):
    metrics = [np.nan, -np.inf, 2.0, 3.0]
    result = fit(line, max_epochs=4, validate=lambda: metrics.pop(0))
    assert result.best.metric == 2.0


def test_validation_says_what_happened_since_the_one_before(line):
    result = fit(
        line, rate=0.0, max_updates=5, validate=lambda: {"a": 1, "b": np.float32(2)},
        validate_every=2,
    )  # fmt: skip
    assert [(v.update, v.epoch) for v in result.validations] == [(2, 1), (4, 2), (5, 2)]
    assert [v.cost for v in result.validations] == [0.5, 2.0, 1.0]  # of 0 1, 4 0, 1
    assert dict(result.validations[0].metrics) == {"a": 1.0, "b": 2.0}
    assert result.validations[0].metric == 1.0
    assert result.ended == "max updates"


def test_an_epoch_cut_short_and_ended_at_once(line):
    assert fit(line, max_epochs=0).updates == 0
    result = fit(line, max_updates=4, max_epochs=9, validate=lambda: 1.0)
    assert (result.updates, result.epochs, len(result.validations)) == (4, 1, 2)


def test_a_rule_ends_it(line):
    result = fit(
        line, validate=lambda: 1.0, validate_every=2,
        stop=[stopping.target(0.0), stopping.no_better(2)],
    )  # fmt: skip
    assert (result.ended, result.updates) == ("no better metric", 6)
    assert fit(line, stop=stopping.max_time(1e-9)).updates == 1
    result = fit(line, max_updates=1, validate=lambda: 1.0, stop=stopping.target(2.0))
    assert result.ended == "target reached"


def test_decay_and_restart_goes_back_to_the_best(line):
    metrics = [1.0, 2.0, 2.0]
    seen = []
    fit(
        line, max_epochs=3, validate=lambda: metrics.pop(0),
        stop=stopping.decay_and_restart(0, factor=0.5, times=1),
        callbacks=[look(lambda run: seen.append((run.rate, line.p())))],
    )  # fmt: skip
    rates, values = zip(*seen, strict=True)
    assert rates == (0.5,) * 6 + (0.25,) * 3
    assert values[6] == values[2] * 0.75  # from the parameters of update 3 on


def test_an_iterator_is_an_epoch(line):
    assert fit(line, iter(BATCHES), max_epochs=1).ended == "max epochs"
    assert fit(line, iter(BATCHES), max_updates=2).updates == 2
    result = fit(line, iter(BATCHES), max_updates=9)
    assert (result.updates, result.ended) == (3, "out of data")


def test_samples_are_counted_along_the_axis_of_the_labels(python_backend):
    tparams = symopt.init_tparams({"p": np.zeros((), "f")})
    x, mask, y = pt.fmatrix("x"), pt.fmatrix("mask"), pt.lvector("y")
    cost = (x * mask).sum() * tparams["p"] + y.sum()
    opt = symopt.sgd(0.0, tparams, None, [x, mask, y], cost, backend=python_backend)
    samples = []
    sizes = [(5, 3), (4, 4), (2, 7)]
    batches = [(np.ones(s, "f"), np.ones(s, "f"), np.zeros(s[1], int)) for s in sizes]
    symopt.fit(
        opt, batches, rate=None, max_epochs=1, progress=False,
        callbacks=[look(lambda run: samples.append(run.samples))],
    )  # fmt: skip
    assert samples == [3, 7, 14]


def test_the_folder_of_a_run(line, tmp_path):
    out = tmp_path / "a" / "b"
    metrics = [2.0, 1.0, 3.0]
    result = fit(line, max_epochs=3, validate=lambda: metrics.pop(0), out=out, tensorboard=False)
    names = {path.name for path in out.iterdir()}
    assert {"run.json", "metrics.jsonl", "params.npz", "checkpoints"} <= names
    assert "statistics.npz" not in names
    assert symopt.load_params(out / "params.npz")["p"][0] == result.best_params["p"][0]
    assert symopt.load_params(result.checkpoint)["p"][0] == line.p()
    assert result.out == out


def test_a_finished_run_returns_at_once_and_goes_on_with_a_larger_limit(line, tmp_path):
    first = fit(line, max_epochs=2, validate=lambda: 1.0, checkpoint=tmp_path)
    line.tparams["p"].set_value(np.zeros(2, "f"))
    again = fit(line, max_epochs=2, validate=lambda: 1.0, checkpoint=tmp_path)
    assert (again.updates, again.resumed_at, again.ended) == (6, 6, "max epochs")
    assert (again.costs == first.costs).all()
    assert again.checkpoint == first.checkpoint
    assert line.p() == 1.40625
    more = fit(line, max_epochs=3, validate=lambda: 1.0, checkpoint=tmp_path)
    assert (more.updates, more.resumed_at, len(more.validations)) == (9, 6, 3)
    line.tparams["p"].set_value(np.zeros(2, "f"))
    whole = fit(line, max_epochs=3, validate=lambda: 1.0)
    assert (whole.costs == more.costs).all()


def test_where_it_may_resume(line, tmp_path):
    with pytest.raises(TrainingError, match="holds no checkpoint"):
        fit(line, max_epochs=1, checkpoint=tmp_path, resume=True)
    with pytest.raises(TrainingError, match="this run has no checkpoints"):
        fit(line, max_epochs=1, resume="must")
    first = fit(line, max_epochs=1, checkpoint=tmp_path, resume=False)
    with pytest.raises(TrainingError, match=r"holds 1 checkpoints, the newest update-000000003"):
        fit(line, max_epochs=2, checkpoint=tmp_path, resume="never")
    fit(line, max_epochs=2, checkpoint=tmp_path, resume="must")
    branch = fit(line, max_epochs=2, checkpoint=tmp_path / "other", resume=first.checkpoint)
    assert (branch.resumed_at, branch.updates) == (3, 6)
    assert fit(line, max_epochs=2, resume=str(first.checkpoint)).resumed_at == 3
    with pytest.raises(TrainingError, match="resume=3"):
        fit(line, max_epochs=1, resume=3)


def test_a_checkpoint_of_something_else_is_refused_and_nothing_is_written(
    line, python_backend, tmp_path
):
    fit(line, max_epochs=1, checkpoint=tmp_path)
    tparams = symopt.init_tparams({"p": np.ones(3, "f"), "q": np.ones(2, "f")})
    x = pt.fvector("x")
    cost = (tparams["p"] * x.sum()).sum() + tparams["q"].sum()
    other = symopt.momentum(0.1, tparams, None, [x], cost, backend=python_backend)
    with pytest.raises(CheckpointError) as caught:
        symopt.fit(
            other, BATCHES, rate=0.1, max_epochs=2, checkpoint=tmp_path, progress=False, seed=3
        )
    for part in (
        "update-000000003-1 does not fit this run",
        "optimizer is 'sgd', here 'momentum'",
        "seed is 0, here 3",
        "'params/p' is float32 of shape (2,), here float32 of shape (3,)",
        "'params/q' is not in it",
        "'state/q/momentum/velocity' is not in it",
    ):
        assert part in str(caught.value)
    assert tparams["p"].get_value().tolist() == [1, 1, 1]
    with pytest.raises(CheckpointError, match="The rate was 0.5, and is"):
        fit(line, max_epochs=2, checkpoint=tmp_path, rate=schedules.reduce_on_plateau(0.5))


def test_what_changed_and_is_put_up_with_is_said(line, tmp_path):
    stop = [stopping.no_better(9)]
    fit(line, max_epochs=1, checkpoint=tmp_path, validate=lambda: 1.0, stop=stop)
    recorder = Recorder()
    fit(
        line, max_epochs=2, checkpoint=tmp_path, validate=lambda: 1.0, rate=0.25,
        stop=[stopping.no_better(8), stopping.target(0.0)], callbacks=[recorder],
    )  # fmt: skip
    begin = "going on from update-000000003-1-best: "
    assert recorder.messages == [
        begin + "the rate was 0.5, and is 0.25 now.",
        begin + "no_better(patience=9) is no_better(patience=8) now.",
        begin + "held(value=0.0, patience=1) is new, and counts from here on.",
    ]


def test_data_that_became_fewer_are_an_error(line, tmp_path):
    fit(line, max_epochs=1, checkpoint=tmp_path, callbacks=[InterruptAt(2)])
    with pytest.raises(TrainingError, match="The data are not those it was started with"):
        fit(line, BATCHES[:1], max_epochs=1, checkpoint=tmp_path)


def test_an_interrupted_run_says_how_to_go_on(line, tmp_path):
    recorder = Recorder()
    result = fit(
        line, max_epochs=9, checkpoint=tmp_path, callbacks=[InterruptAt(2), recorder],
        validate=lambda: 1.0, how_to_resume="turn the key",
    )  # fmt: skip
    assert (result.ended, result.signal.name, result.updates) == ("interrupted", "SIGTERM", 2)
    assert result.validations == []
    assert recorder.messages == [
        f"SIGTERM after update 2: saved as {result.checkpoint}. To go on, turn the key."
    ]
    nowhere = fit(line, max_epochs=9, callbacks=[InterruptAt(2), recorder])
    assert nowhere.checkpoint is None
    assert "nothing was saved" in recorder.messages[-1]


def test_an_error_ends_it_properly(line, tmp_path):
    class Ended(Callback):
        def on_end(self, run):
            ended.append(run.ended)

    ended = []
    callbacks = [InterruptAt(2, ValueError("lost\nmore")), Ended()]
    with pytest.raises(ValueError, match="lost"):
        fit(line, max_epochs=9, checkpoint=tmp_path, checkpoint_every=1, callbacks=callbacks)
    assert ended == ["error: ValueError: lost"]
    # The folder is free again, and the last whole state is there.
    assert fit(line, max_epochs=1, checkpoint=tmp_path).resumed_at == 1


def test_callbacks_with_state_go_on(line, tmp_path):
    class Count(Callback):
        def __init__(self):
            self.count = 0

        def on_update(self, run):
            self.count += 1

        def state_dict(self):
            return {"count": self.count}

        def load_state_dict(self, state):
            self.count = state["count"]

    fit(line, max_epochs=1, checkpoint=tmp_path, callbacks=[Count(), Count()])
    counts = [Count(), Count()]
    fit(line, max_epochs=2, checkpoint=tmp_path, callbacks=counts)
    assert [count.count for count in counts] == [6, 6]


@pytest.mark.parametrize(
    ("every", "updates"),
    [("epoch", [3, 6]), (2, [2, 4, 6]), (timedelta(microseconds=1), [1, 2, 3, 4, 5, 6])],
)
def test_how_often_it_is_saved(line, tmp_path, every, updates):
    fit(line, max_epochs=2, checkpoint=tmp_path, checkpoint_every=every, keep=9)
    names = [path.name for path in tmp_path.iterdir() if path.is_dir()]
    assert {int(name.split("-")[1]) for name in names} == set(updates)


@pytest.mark.parametrize(
    ("keywords", "error", "match"),
    [
        ({}, TrainingError, "Nothing would end this run"),
        ({"max_epochs": -1}, HyperparameterError, "max_epochs=-1"),
        ({"max_updates": 1.5}, HyperparameterError, "max_updates=1.5"),
        ({"max_epochs": 1, "rate": None}, TrainingError, "rate=None, but the learning rate"),
        ({"max_epochs": 1, "rate": "fast"}, TypeError, "rate='fast'"),
        ({"max_epochs": 1, "mode": "best"}, HyperparameterError, "mode='best'"),
        ({"max_epochs": 1, "seed": -1}, HyperparameterError, "seed=-1"),
        ({"max_epochs": 1, "non_finite": "stop"}, HyperparameterError, "non_finite='stop'"),
        ({"max_epochs": 1, "validate_every": 0}, HyperparameterError, "validate_every=0"),
        (
            {"max_epochs": 1, "validate_every": timedelta(1)},
            HyperparameterError,
            "a number of updates",
        ),
        ({"max_epochs": 1, "checkpoint_every": True}, HyperparameterError, "timedelta"),
        ({"max_epochs": 1, "checkpoint": True}, TrainingError, "checkpoint=True"),
        ({"max_epochs": 1, "keep": 0, "checkpoint": "x"}, HyperparameterError, "keep=0"),
        ({"stop": [stopping.patience(1)]}, TrainingError, "looks at validations: give validate"),
        ({"stop": [3]}, TrainingError, "stop holds a int"),
        ({"max_epochs": 1, "callbacks": [print]}, TrainingError, "callbacks holds a builtin"),
        ({"max_epochs": 1, "state": {"x": 3}}, TrainingError, r"state\['x'\] is a int"),
        ({"max_epochs": 1, "batches": 3}, TrainingError, "batches is a int"),
        ({"max_epochs": 2, "batches": iter(BATCHES)}, TrainingError, "which gives one epoch"),
        (
            {"max_epochs": 1, "batches": iter(BATCHES), "checkpoint": "x"},
            TrainingError,
            "cannot be begun again",
        ),
        ({"max_epochs": 2, "batches": []}, TrainingError, "had no minibatch"),
        ({"max_epochs": 1, "batches": [{"y": 1}]}, TrainingError, "the optimizer's inputs, 'x'"),
        ({"max_epochs": 1, "batches": [(1, 2, 3)]}, TypeError, "arguments given"),
        ({"max_epochs": 1, "validate": lambda: None}, TrainingError, r"validate\(\) gave None"),
        ({"max_epochs": 1, "validate": dict}, TrainingError, r"validate\(\) gave {}"),
    ],
)
def test_what_it_refuses(line, tmp_path, monkeypatch, keywords, error, match):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=match):
        fit(line, **keywords)


def test_a_rule_cannot_change_a_rate_that_is_the_optimizers_own(python_backend):
    own = Line(python_backend, lr=0.5)
    with pytest.raises(TrainingError, match="changes the rate, but rate=None"):
        fit(own, rate=None, validate=lambda: 1.0, stop=stopping.plateau(1))


def test_a_minibatch_of_another_shape_is_the_optimizers_error(line):
    with pytest.raises((ValueError, TypeError, ShapeError)):
        fit(line, [(np.zeros(3, "f"),)], max_epochs=1)


def test_the_run_knows_its_settings(line):
    seen = SimpleNamespace(run=None)

    class Keep(Callback):
        def on_start(self, run):
            seen.run = run

    fit(
        line, max_epochs=2, settings={"units": 3}, callbacks=[Keep()], seed=5,
        validate=lambda: 1.0, stop=[stopping.no_better(4)],
    )  # fmt: skip
    assert seen.run.settings == {
        "optimizer": "sgd",
        "rate": "0.5",
        "stop": ["no_better(patience=4)"],
        "validate_every": "epoch",
        "seed": 5,
        "non_finite": "raise",
        "units": 3,
    }
    assert (seen.run.max_epochs, seen.run.updates_per_epoch) == (2, 3)


def test_an_epoch_without_minibatches_is_an_error_also_later(line):
    once = iter(BATCHES)
    with pytest.raises(TrainingError, match="Epoch 2 had no minibatch"):
        fit(line, lambda: once, max_updates=99)
    with pytest.raises(TrainingError, match="Epoch 1 had no minibatch"):
        fit(line, [None, (None, None)], max_updates=9)


def test_the_end_is_told_to_all_even_if_one_fails(line):
    class Fails(Callback):
        def on_end(self, run):
            raise OSError("no room")

    recorder = Recorder()
    with pytest.raises(OSError, match="no room"):
        fit(line, max_epochs=1, callbacks=[Fails(), recorder])
    assert recorder.calls[-1] == ("end", 3)
    with pytest.raises(ValueError, match="lost"):
        fit(line, max_epochs=1, callbacks=[Fails(), InterruptAt(2, ValueError("lost"))])


def test_a_checkpoint_that_cannot_be_written_ends_it_and_the_one_before_stays(
    line, tmp_path, monkeypatch
):
    save, saved = CheckpointStore.save_in_background, []

    def fails_later(store, update, *arguments, **keywords):
        saved.append(update)
        if len(saved) == 3:
            raise CheckpointError("no space left")
        save(store, update, *arguments, **keywords)

    recorder = Recorder()
    with monkeypatch.context() as patch:
        patch.setattr(CheckpointStore, "save_in_background", fails_later)
        with pytest.raises(CheckpointError, match="no space left"):
            fit(line, max_epochs=9, checkpoint=tmp_path, callbacks=[recorder])
    assert recorder.calls[-1] == ("end", 9)
    assert fit(line, max_epochs=9, checkpoint=tmp_path).resumed_at == 6


def test_two_runs_do_not_share_a_folder(line, tmp_path):
    with CheckpointStore(tmp_path), pytest.raises(CheckpointError):
        fit(line, max_epochs=1, checkpoint=tmp_path)
    assert fit(line, max_epochs=1, checkpoint=tmp_path).updates == 3
