"""The demo's model against the same formulas written in NumPy."""

import numpy as np
import pytest

import symopt
from symopt.demos.lstm_digits import (
    CLASSES,
    PIXELS,
    build_model,
    init_params,
    load_split,
    ortho_weight,
)

DIM = 5


@pytest.fixture(scope="module")
def rng():
    return np.random.default_rng(0)


@pytest.fixture(scope="module")
def params(rng):
    params = init_params(rng, DIM)
    # Biases of 0 would not show whether they are used.
    return {
        name: value + rng.normal(0, 0.1, value.shape).astype("f") for name, value in params.items()
    }


@pytest.fixture(scope="module")
def f_model(params, python_backend):
    model = build_model(symopt.init_tparams(params))
    return symopt.function(
        [model.x, model.mask, model.y], [model.probabilities, model.cost], backend=python_backend
    )


def lstm_in_numpy(params, x, mask):
    """One sequence at a time, one step at a time, one gate at a time; float64."""
    params = {name: value.astype("d") for name, value in params.items()}
    probabilities = []
    for n in range(x.shape[1]):
        h, c, pooled, rows = np.zeros(DIM), np.zeros(DIM), np.zeros(DIM), 0
        for t in range(x.shape[0]):
            if not mask[t, n]:
                continue  # the state stays, and the row does not count
            preact = x[t, n] @ params["lstm_W"] + h @ params["lstm_U"] + params["lstm_b"]
            i, f, o, candidate = np.split(preact, 4)
            c = c / (1 + np.exp(-f)) + np.tanh(candidate) / (1 + np.exp(-i))
            h = np.tanh(c) / (1 + np.exp(-o))
            pooled, rows = pooled + h, rows + 1
        scores = np.exp(pooled / rows @ params["U"] + params["b"])
        probabilities.append(scores / scores.sum())
    return np.array(probabilities)


@pytest.mark.parametrize("steps", [1, 6])
def test_model_is_the_masked_mean_pooled_lstm(f_model, params, rng, steps):
    x = rng.normal(size=(steps, 4, PIXELS)).astype("f")
    mask = (np.arange(steps)[:, None] < [steps, 1, max(steps - 2, 1), steps]).astype("f")
    y = np.array([0, 9, 3, 3])
    probabilities, cost = f_model(x, mask, y)
    expected = lstm_in_numpy(params, x, mask)
    np.testing.assert_allclose(probabilities, expected, rtol=1e-5)
    np.testing.assert_allclose(cost, -np.log(expected[np.arange(4), y]).mean(), rtol=1e-5)
    assert probabilities.dtype == cost.dtype == np.float32


def test_a_gap_in_the_mask_is_skipped(f_model, params, rng):
    x = rng.normal(size=(5, 1, PIXELS)).astype("f")
    mask = np.array([1, 0, 1, 1, 0], dtype="f")[:, None]
    kept = mask[:, 0] == 1
    with_gap, _ = f_model(x, mask, [1])
    without, _ = f_model(x[kept], mask[kept], [1])
    np.testing.assert_allclose(with_gap, without, rtol=1e-6)


def test_padding_changes_nothing(f_model, rng):
    x = rng.normal(size=(3, 2, PIXELS)).astype("f")
    mask = np.ones((3, 2), dtype="f")
    padding = 100 * rng.normal(size=(2, 2, PIXELS)).astype("f")
    padded = f_model(np.concatenate([x, padding]), np.pad(mask, ((0, 2), (0, 0))), [4, 2])
    for given, expected in zip(padded, f_model(x, mask, [4, 2]), strict=True):
        np.testing.assert_allclose(given, expected, rtol=1e-6)


def test_cost_stays_finite_when_the_label_is_impossible(params, python_backend):
    certain = {**params, "b": np.array([200] + 9 * [0], dtype="f")}
    model = build_model(symopt.init_tparams(certain))
    f_cost = symopt.function([model.x, model.mask, model.y], model.cost, backend=python_backend)
    ones = np.ones((2, 1, PIXELS), dtype="f")
    assert f_cost(ones, ones[:, :, 0], [5]) == pytest.approx(-np.log(1e-8), rel=1e-4)


@pytest.mark.parametrize("shape", [(3, 7), (7, 3), (4, 4)])
def test_ortho_weight(rng, shape):
    weight = ortho_weight(rng, *shape).astype("d")
    product = weight @ weight.T if shape[0] <= shape[1] else weight.T @ weight
    np.testing.assert_allclose(product, np.eye(min(shape)), atol=1e-6)


def test_init_params_has_the_tutorials_names_and_orthogonal_blocks():
    params = init_params(np.random.default_rng(1), DIM)
    assert {name: value.shape for name, value in params.items()} == {
        "lstm_W": (PIXELS, 4 * DIM),
        "lstm_U": (DIM, 4 * DIM),
        "lstm_b": (4 * DIM,),
        "U": (DIM, CLASSES),
        "b": (CLASSES,),
    }
    assert all(value.dtype == np.float32 for value in params.values())
    for block in np.split(params["lstm_U"], 4, axis=1):
        np.testing.assert_allclose(block @ block.T, np.eye(DIM), atol=1e-6)


def test_load_split_divides_all_digits_the_same_way_each_time():
    split = load_split()
    assert [len(part.y) for part in split] == [1197, 200, 400]
    images = np.concatenate([part.x for part in split], axis=1).transpose(1, 0, 2).reshape(-1, 64)
    everything = 2 * symopt.datasets.load_digits().images.reshape(-1, 64) - 1
    assert sorted(map(bytes, images)) == sorted(map(bytes, everything))
    assert all((part.mask == 1).all() and part.mask.shape == part.x.shape[:2] for part in split)
    again = load_split()
    assert all((a.x == b.x).all() and (a.y == b.y).all() for a, b in zip(split, again, strict=True))


def test_take_and_with_noise():
    digits = load_split().validation
    some = digits.take(np.array([5, 2]))
    assert some.x.shape == (8, 2, PIXELS)
    assert (some.x[:, 1] == digits.x[:, 2]).all()
    assert some.y.tolist() == digits.y[[5, 2]].tolist()
    noisy = digits.with_noise(np.random.default_rng(3), 0.5)
    same = digits.with_noise(np.random.default_rng(3), 0.5)
    assert noisy.x.dtype == np.float32
    assert (noisy.x == same.x).all()
    assert (noisy.x - digits.x).std() == pytest.approx(0.5, rel=0.05)
