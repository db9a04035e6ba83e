"""The stopping rules, the loop around them, and the runs on a small split."""

import math

import numpy as np
import pytest

import symopt
from symopt.demos.comparison import (
    CONTENDERS,
    AccuracyHeld,
    Comparison,
    Contender,
    NoBetterError,
    Run,
    contenders_named,
    train_until,
)
from symopt.demos.mlp_digits import Digits, Split, split_digits
from symopt.demos.training import Validation

SGD = CONTENDERS[2]


def validations(costs=None, errors=None):
    length = len(costs or errors)
    pairs = zip(costs or length * [1.0], errors or length * [0.5], strict=True)
    return [Validation(cost, error) for cost, error in pairs]


@pytest.mark.parametrize(
    ("costs", "met"),
    [
        ([3], False),
        ([3, 2, 1], False),
        ([3, 1, 2, 2], False),
        ([3, 1, 2, 2, 2], True),
        ([3, 1, 1, 1, 1], True),  # as good is not better
        ([3, 1, 2, 2, 0.9], False),
    ],
)
def test_no_better_error(costs, met):
    assert NoBetterError(patience=3).met(validations(costs=costs)) is met


@pytest.mark.parametrize(
    ("errors", "met"),
    [
        ([0.09, 0.09], False),
        ([0.09, 0.09, 0.09], True),  # at the threshold counts
        ([0.05, 0.01, 0.0, 0.2], False),
        ([0.2, 0.05, 0.09, 0.01], True),
        ([0.05, 0.091, 0.05], False),
    ],
)
def test_accuracy_held(errors, met):
    assert AccuracyHeld(accuracy=0.91, patience=3).met(validations(errors=errors)) is met


@pytest.mark.parametrize("wrong", range(0, 1000, 7))
def test_accuracy_is_held_whatever_the_rounding(wrong):
    rule = AccuracyHeld(accuracy=(1000 - wrong) / 1000, patience=1)
    assert rule.met(validations(errors=[wrong / 1000]))
    assert not rule.met(validations(errors=[(wrong + 1) / 1000]))


class Script:
    """Minibatches, costs and validations that are written down beforehand."""

    def __init__(self, costs=(), errors=()):
        self.costs, self.errors = list(costs), list(errors)
        self.seen = []

    def step(self, batch):
        self.seen.append(batch)
        return self.costs[len(self.seen) - 1] if self.costs else 1.0

    def validate(self):
        return Validation(2.0, self.errors.pop(0) if self.errors else 0.5)

    def train(self, *rules, **options):
        run = Run(SGD)
        return train_until(run, self.step, iter(range(100)), self.validate, rules, **options)


def test_a_rule_ends_a_run_at_a_validation():
    seen = []
    script = Script(errors=[0.5, 0.1, 0.05])
    rules = NoBetterError(5), AccuracyHeld(0.9, 2)
    run = script.train(
        *rules,
        max_updates=50,
        interval=3,
        on_validation=lambda run: seen.append((run.updates, run.reason)),
    )
    assert script.seen == list(range(9))
    assert [point.updates for point in run.points] == [3, 6, 9]
    assert seen == [(3, ""), (6, ""), (9, "accuracy held")]
    assert run.last_accuracy == run.best_accuracy == 0.95


def test_max_updates_end_a_run_with_a_validation():
    run = Script(costs=[3, 2, 1, 5, 7]).train(NoBetterError(9), max_updates=5, interval=3)
    assert run.reason == "max updates"
    assert [(point.updates, point.training_cost) for point in run.points] == [(3, 2), (5, 6)]


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_divergence_ends_a_run_without_a_validation(bad):
    run = Script(costs=[1, 1, 1, bad]).train(max_updates=9, interval=3)
    assert (run.reason, run.updates, len(run.points)) == ("diverged", 4, 1)
    at_once = Script(costs=[bad]).train(max_updates=9)
    assert at_once.points == []
    assert math.isnan(at_once.best_accuracy)
    assert math.isnan(at_once.last_accuracy)


def test_divergence_by_the_very_last_update_is_seen_in_its_validation():
    script = Script()
    script.validate = lambda: Validation(math.nan, 0.9)
    assert script.train(NoBetterError(1), max_updates=3).reason == "diverged"


def test_stop_interrupts_a_run_and_validates():
    script = Script()
    run = script.train(max_updates=9, interval=3, stop=lambda: len(script.seen) == 4)
    assert run.reason == "interrupted"
    assert [point.updates for point in run.points] == [3, 4]


def test_the_contenders_are_those_of_the_document():
    assert [contender.label for contender in CONTENDERS] == [
        "sgd 0.0001",
        "sgd 0.2",
        "sgd 0.01",
        "momentum 0.002 / 0.9",
        "adagrad 0.001",
        "rmsprop 0.0001 / 0.99",
        "adadelta 0.99",
        "adam 0.0001 / 0.9 / 0.99",
    ]


def test_contenders_named():
    assert contenders_named([]) == list(CONTENDERS)
    assert contenders_named(["sgd"]) == list(CONTENDERS[:3])
    names = [contender.name for contender in contenders_named(["adam", "sgd-0.2"])]
    assert names == ["sgd-0.2", "adam"]
    assert contenders_named(["sgd-"]) == []


@pytest.fixture(scope="module")
def comparison(python_backend):
    split = split_digits()
    few = Split(*(Digits(part.x[:20], part.y[:20]) for part in split))
    return Comparison(few, seed=1, backend=python_backend, hidden=4, batch_size=8)


@pytest.mark.parametrize("contender", CONTENDERS, ids=lambda contender: contender.name)
def test_every_run_starts_alike_and_learns(comparison, contender):
    first, again = (comparison.run(contender, [], max_updates=3, interval=1) for _ in range(2))
    assert first.points == again.points
    assert first.points[0].training_cost == pytest.approx(
        comparison.run(SGD, [], max_updates=1).points[0].training_cost, rel=1e-6
    )
    assert first.test_accuracy == again.test_accuracy
    moved = comparison.tparams["W1"].get_value() - comparison.params["W1"]
    assert 0 < np.abs(moved).max() < 0.5


def test_one_factory_is_compiled_once(comparison):
    optimizers = [comparison.compile(contender) for contender in CONTENDERS]
    assert optimizers[0] is optimizers[1] is optimizers[2]
    assert len(set(map(id, optimizers))) == 6
    assert comparison.compile(CONTENDERS[-1]) is optimizers[-1]


def test_the_run_is_the_plain_loop(comparison):
    comparison.run(SGD, [], max_updates=4)
    tparams = symopt.init_tparams(comparison.params)
    (x, y), lr = comparison.split.train, SGD.rate
    rng = np.random.default_rng(1)
    order = np.concatenate([rng.permutation(20), rng.permutation(20)])
    for batch in np.split(order[:28], [8, 16, 20]):
        symopt.zipp(plain_sgd(symopt.unzip(tparams), x[batch], y[batch], lr), tparams)
    for name, value in symopt.unzip(tparams).items():
        np.testing.assert_allclose(comparison.tparams[name].get_value(), value, rtol=1e-5)


def plain_sgd(params, x, y, rate):
    """One step of gradient descent on the perceptron, in NumPy."""
    hidden = np.maximum(x @ params["W1"] + params["b1"], 0)
    scores = np.exp(hidden @ params["W2"] + params["b2"])
    scores = (scores / scores.sum(axis=1, keepdims=True) - np.eye(10)[y]) / len(y)
    below = (scores @ params["W2"].T) * (hidden > 0)
    grads = {"W1": x.T @ below, "b1": below.sum(0), "W2": hidden.T @ scores, "b2": scores.sum(0)}
    return {name: value - rate * grads[name] for name, value in params.items()}


def test_a_run_that_diverges_leaves_the_next_one_unharmed(comparison):
    before = comparison.run(SGD, [], max_updates=2)
    wild = Contender("sgd-wild", "sgd wild", SGD.factory, 1e30)
    with np.errstate(all="ignore"):
        run = comparison.run(wild, [], max_updates=9)
    assert run.reason == "diverged"
    assert math.isnan(run.test_accuracy)
    assert comparison.run(SGD, [], max_updates=2).points == before.points
