"""A corpus of many lengths in six buckets: six programs, and the same costs."""

import numpy as np
import pytensor.tensor as pt

import symopt
from tests.backends.jax.models import device_function
from tests.problems import lstm


def corpus(minibatches, words, examples=4, seed=0):
    """Minibatches of sequences with lengths from 5 to 100, padded to the longest of each."""
    rng = np.random.default_rng(seed)
    for _ in range(minibatches):
        longest = rng.integers(5, 101)
        lengths = np.append(longest, rng.integers(2, longest + 1, examples - 1))
        steps = np.arange(longest)[:, None]
        mask = (steps < lengths).astype("float64")
        x = rng.integers(0, words, (longest, examples)) * mask.astype("int64")
        yield x, mask, rng.integers(0, 2, examples)


def train(backend, batches):
    problem = lstm("float64")
    opt = symopt.adadelta(
        pt.scalar("lr"), problem.tparams, None, problem.inputs, problem.cost, backend=backend
    )
    return opt, np.array([opt.f_step(*each, 1.0) for each in batches])


def test_six_buckets_are_six_programs_and_lose_nothing():
    words = lstm("float64").tparams["Wemb"].get_value().shape[0]
    batches = list(corpus(40, words))
    lengths = [len(x) for x, _, _ in batches]
    assert min(lengths) < 10
    assert max(lengths) > 90
    assert len(set(lengths)) > 25
    buckets = symopt.Buckets.fitted(lengths, 6)
    opt, costs = train("jax", [buckets.pad(*each) for each in batches])
    assert device_function(opt.f_step).programs.count <= 6
    _, expected = train("c", batches)
    np.testing.assert_allclose(costs, expected, 1e-10)
