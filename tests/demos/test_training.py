"""The demo's training loop: early stopping, the parameters kept, and what ends it."""

import numpy as np
import pytest

import symopt
from symopt.demos.training import Validation, shuffled_minibatches, train
from symopt.errors import NonFiniteError

pytestmark = pytest.mark.core


class Counter:
    """Stands for an optimizer: every update adds the rate to the one parameter."""

    def __init__(self, costs=None):
        self.tparams = symopt.init_tparams({"p": np.zeros(1)})
        self.costs, self.updates = costs, 0

    def f_grad_shared(self, *minibatch):
        return np.array(1.0 if self.costs is None else self.costs[self.updates])

    def f_update(self, rate):
        self.updates += 1
        self.tparams["p"].set_value(self.tparams["p"].get_value() + rate)


def run(counter, validations, **keywords):
    scores = iter(validations)
    return train(
        counter.f_grad_shared,
        counter.f_update,
        counter.tparams,
        10,
        lambda digits: (digits,),
        lambda: Validation(next(scores), 0.5),
        np.random.default_rng(0),
        batch_size=4,
        **keywords,
    )


def test_it_stops_when_validation_no_longer_improves_and_keeps_the_best():
    counter = Counter()
    history = run(counter, [3.0, 1.0, 2.0, 1.5, 0.5], patience=2, rate=0.5)
    assert history.ended == "patience"
    assert [e.validation.cost for e in history.epochs] == [3.0, 1.0, 2.0, 1.5]
    assert history.best.number == 2
    assert counter.updates == len(history.costs) == 12  # 4 epochs of 4 + 4 + 2 examples
    assert history.best_params["p"] == 0.5 * 6
    assert counter.tparams["p"].get_value() == 0.5 * 12


def test_it_stops_after_the_last_epoch_and_when_asked():
    assert run(Counter(), [3.0, 2.0], max_epochs=2).ended == "epochs"
    counter = Counter()
    history = run(counter, [3.0, 2.0], stop=lambda: counter.updates == 4)
    assert history.ended == "stopped"
    assert [e.updates for e in history.epochs] == [3, 4]
    history = run(Counter(), [], stop=lambda: True)
    assert (history.best, history.costs, history.best_params["p"]) == (None, [], 0)


def test_a_cost_that_is_not_finite_ends_it_before_its_update():
    counter = Counter(costs=[1.0, np.nan])
    with pytest.raises(NonFiniteError, match="minibatch 2 is nan"):
        run(counter, [])
    assert counter.updates == 1


def test_minibatches_hold_every_example_once_in_another_order():
    rng = np.random.default_rng(0)
    one, two = shuffled_minibatches(rng, 10, 4), shuffled_minibatches(rng, 10, 4)
    assert [len(batch) for batch in one] == [4, 4, 2]
    assert sorted(np.concatenate(one)) == sorted(np.concatenate(two)) == list(range(10))
    assert (np.concatenate(one) != np.concatenate(two)).any()


def test_validation_of_probabilities():
    probabilities = np.array([[0.5, 0.5], [0.25, 0.75], [1.0, 0.0]])
    judged = Validation.of(probabilities, np.array([0, 1, 1]))
    assert judged.error == pytest.approx(1 / 3)
    assert np.isfinite(judged.cost)
    exact = Validation.of(probabilities[:2], np.array([0, 1]))
    assert exact.cost == pytest.approx(-(np.log(0.5) + np.log(0.75)) / 2)
