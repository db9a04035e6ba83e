"""Gaussian gradient noise from a random stream of its own."""

import numpy as np
import pytest

import symopt
from symopt.errors import HyperparameterError
from tests.transforms.applied import around_sgd, values

pytestmark = pytest.mark.core


def noise_of(backend, steps=1, std=0.5, seed=7, dtype="float64", transforms=(), size=2001):
    start = {"W": np.zeros((size, 3), dtype), "b": np.zeros(3, dtype), "s": np.zeros((), dtype)}
    opt = around_sgd([*transforms, symopt.add_noise(std, seed)], start, backend)
    drawn = []
    for _ in range(steps):
        before = values(opt)
        opt.f_step(*start.values())
        drawn.append({name: before[name] - value for name, value in values(opt).items()})
    return opt, drawn


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_its_distribution(python_backend, dtype):
    _, (first, second) = noise_of(python_backend, steps=2, dtype=dtype)
    noise = np.concatenate([part.ravel() for part in first.values()])
    assert noise.dtype == dtype
    assert abs(noise.mean()) < 4 * 0.5 / np.sqrt(noise.size)
    assert abs(noise.std() - 0.5) < 4 * 0.5 / np.sqrt(2 * noise.size)
    assert len(np.unique(noise)) > 0.99 * noise.size  # no part repeats another
    again = np.concatenate([part.ravel() for part in second.values()])
    assert abs(np.corrcoef(noise, again)[0, 1]) < 4 / np.sqrt(noise.size)


def test_the_seed_and_the_saved_stream_say_what_is_drawn(python_backend):
    opt, drawn = noise_of(python_backend, steps=2, size=5)
    _, same = noise_of(python_backend, steps=2, size=5)
    _, (other,) = noise_of(python_backend, seed=8, size=5)
    np.testing.assert_array_equal(drawn[1]["W"], same[1]["W"])
    assert (drawn[0]["W"] != other["W"]).all()
    state = opt.state_dict()
    assert list(state) == ["add_noise/stream"]
    opt.f_step(np.zeros((5, 3)), np.zeros(3), np.zeros(()))
    third = values(opt)
    resumed, _ = noise_of(python_backend, steps=2, size=5)
    resumed.load_state_dict(state)
    resumed.f_step(np.zeros((5, 3)), np.zeros(3), np.zeros(()))
    np.testing.assert_array_equal(third["W"], values(resumed)["W"])


def test_a_skipped_update_draws_nothing(python_backend):
    opt, _ = noise_of(python_backend, transforms=[symopt.skip_nonfinite()], size=2)
    before = opt.state["add_noise/stream"].get_value()
    opt.f_step(np.full((2, 3), np.nan), np.zeros(3), np.zeros(()))
    np.testing.assert_array_equal(before, opt.state["add_noise/stream"].get_value())


def test_out_of_range():
    with pytest.raises(HyperparameterError, match="add_noise: std"):
        symopt.add_noise(-0.1, 1)
    with pytest.raises(HyperparameterError, match="add_noise: seed"):
        symopt.add_noise(0.1, 1.5)
    with pytest.raises(HyperparameterError, match="seed=0"):
        symopt.add_noise(0.1, 0)
