"""The training loop, on functions whose behaviour is known."""

from itertools import chain

import numpy as np
import pytensor
import pytest

from symopt.demos.training import Validation, shuffled_minibatches, train
from symopt.errors import NonFiniteError

EXAMPLES = 10


class Script:
    """Stands for a model: the parameter counts updates, costs and validations are given."""

    def __init__(self, validation_costs=(), costs=None):
        self.p = pytensor.shared(np.float32(0), name="p")
        self.validation_costs = list(validation_costs)
        self.costs = costs
        self.seen = []

    def f_grad_shared(self, digits):
        self.seen.append(digits.tolist())
        return np.float32(1.5) if self.costs is None else self.costs[len(self.seen) - 1]

    def f_update(self, rate):
        self.p.set_value(self.p.get_value() + np.float32(rate))

    def validate(self):
        return Validation(self.validation_costs.pop(0), 0.25)

    def train(self, seed=0, **keywords):
        return train(
            self.f_grad_shared,
            self.f_update,
            {"p": self.p},
            EXAMPLES,
            lambda digits: (digits,),
            self.validate,
            np.random.default_rng(seed),
            **{"batch_size": 4, **keywords},
        )


def test_every_epoch_shows_every_example_once_in_another_order():
    script = Script([3, 2])
    history = script.train(max_epochs=2)
    assert [len(digits) for digits in script.seen] == [4, 4, 2, 4, 4, 2]
    epochs = [list(chain(*script.seen[:3])), list(chain(*script.seen[3:]))]
    assert [sorted(epoch) for epoch in epochs] == 2 * [list(range(EXAMPLES))]
    assert epochs[0] != epochs[1]
    assert history.ended == "epochs"
    assert [epoch.updates for epoch in history.epochs] == [3, 6]
    assert history.costs == 6 * [1.5]


def test_the_seed_decides_the_order():
    seen = []
    for seed in (0, 0, 1):
        script = Script([1])
        script.train(seed, max_epochs=1)
        seen.append(script.seen)
    assert seen[0] == seen[1] != seen[2]


def test_training_ends_when_the_validation_cost_has_not_fallen_for_patience_epochs():
    script = Script([5, 4, 4, 6, 3, 3.5, 3.1, 3, 1])
    history = script.train(max_epochs=99, patience=3)
    assert history.ended == "patience"
    assert len(history.epochs) == 8
    assert history.best.number == 5
    assert history.best_params["p"] == 15  # three updates an epoch
    assert script.p.get_value() == 24


def test_the_rate_reaches_f_update():
    script = Script([1])
    script.train(max_epochs=1, rate=0.5)
    assert script.p.get_value() == 1.5


def test_stop_ends_training_before_the_next_update_and_validates():
    script = Script([2, 1])
    history = script.train(max_epochs=9, stop=lambda: len(script.seen) == 5)
    assert history.ended == "stopped"
    assert len(history.costs) == 5
    assert [epoch.updates for epoch in history.epochs] == [3, 5]
    assert history.best_params["p"] == 5


@pytest.mark.parametrize("updates", [0, 3])
def test_stop_between_epochs_validates_nothing_twice(updates):
    script = Script([2])
    history = script.train(stop=lambda: len(script.seen) == updates)
    assert history.ended == "stopped"
    assert len(history.epochs) == updates // 3
    assert history.best_params["p"] == updates


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_a_cost_that_is_not_finite_is_an_error_and_moves_nothing(bad):
    script = Script(costs=[1.0, bad])
    with pytest.raises(NonFiniteError, match="minibatch 2"):
        script.train()
    assert script.p.get_value() == 1


def test_on_update_is_called_after_updates_and_validations():
    calls = []
    script = Script([1])
    script.train(
        max_epochs=1, on_update=lambda h: calls.append((len(h.costs), len(h.epochs), h.ended))
    )
    assert calls == [(1, 0, ""), (2, 0, ""), (3, 0, ""), (3, 1, "epochs")]


def test_shuffled_minibatches():
    batches = shuffled_minibatches(np.random.default_rng(0), 7, 3)
    assert [len(batch) for batch in batches] == [3, 3, 1]
    assert sorted(np.concatenate(batches)) == list(range(7))


def test_validation_of_probabilities():
    probabilities = np.array([[0.5, 0.5, 0.0], [0.1, 0.2, 0.7], [1.0, 0.0, 0.0]], dtype="f")
    validation = Validation.of(probabilities, np.array([0, 1, 0]))
    assert validation.error == pytest.approx(1 / 3)
    assert validation.cost == pytest.approx((np.log(2) - np.log(0.2)) / 3)
    assert np.isfinite(Validation.of(probabilities, np.array([2, 2, 2])).cost)
