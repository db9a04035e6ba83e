"""The runs of a comparison on a small split, and what ends them."""

import math

import numpy as np
import pytest

import symopt
from symopt.demos.classification import Score
from symopt.demos.comparison import CONTENDERS, Comparison, Contender, Ends, contenders_named
from symopt.demos.mlp_digits import Digits, Split, split_digits

SGD = CONTENDERS[2]


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
    first, again = (comparison.run(contender, None, max_updates=3, interval=1) for _ in range(2))
    assert first.points == again.points
    assert first.points[0].training_cost == pytest.approx(
        comparison.run(SGD, None, max_updates=1).points[0].training_cost, rel=1e-6
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
    comparison.run(SGD, None, max_updates=4)
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
    before = comparison.run(SGD, None, max_updates=2)
    wild = Contender("sgd-wild", "sgd wild", SGD.factory, 1e30)
    with np.errstate(all="ignore"):
        run = comparison.run(wild, None, max_updates=9)
    assert run.reason == "diverged"
    assert math.isnan(run.test_accuracy)
    assert comparison.run(SGD, None, max_updates=2).points == before.points


def judged(monkeypatch, comparison, scores):
    """Have validations give these scores, and then the held-out digits half right."""
    given = [*scores, Score(1.0, 0.5)]
    monkeypatch.setattr(comparison, "judge", lambda digits: given.pop(0))


def test_a_run_ends_without_a_better_error(comparison, monkeypatch):
    costs = [3.0, 1.0, 2.0, 1.0]
    judged(monkeypatch, comparison, [Score(cost, 0.5) for cost in costs])
    seen = []
    run = comparison.run(
        SGD,
        Ends(2, 0.91),
        max_updates=99,
        interval=3,
        on_validation=lambda run: seen.append(run.updates),
    )
    assert (run.reason, run.updates) == ("no better error", 12)
    assert [point.validation.cost for point in run.points] == costs
    assert [point.updates for point in run.points] == seen == [3, 6, 9, 12]
    assert run.test_accuracy == 0.5
    assert run.signal is None


def test_a_run_ends_when_the_accuracy_is_held(comparison, monkeypatch):
    judged(monkeypatch, comparison, [Score(3 - i, e) for i, e in enumerate([0.5, 0.09, 0.05])])
    run = comparison.run(SGD, Ends(2, 0.91), max_updates=99, interval=1)
    assert (run.reason, run.updates) == ("accuracy held", 3)
    assert run.last_accuracy == run.best_accuracy == 0.95


def test_max_updates_end_a_run_with_a_validation(comparison):
    run = comparison.run(SGD, Ends(9, 1.0), max_updates=5, interval=3)
    assert run.reason == "max updates"
    assert [point.updates for point in run.points] == [3, 5]


def test_divergence_by_the_very_last_update_is_seen_in_its_validation(comparison, monkeypatch):
    judged(monkeypatch, comparison, [Score(math.nan, 0.9)])
    run = comparison.run(SGD, Ends(1, 0.9), max_updates=3)
    assert run.reason == "diverged"
    assert math.isnan(run.test_accuracy)
