"""The perceptron against NumPy, and how digits are split."""

from itertools import chain

import numpy as np
import pytensor.tensor as pt
import pytest
from numpy.testing import assert_allclose, assert_array_equal

import symopt
from symopt.datasets import LabelledImages
from symopt.demos import mlp_digits
from symopt.demos.mlp_digits import (
    init_params,
    log_probabilities,
    mean_cost,
    split_digits,
    split_mnist,
)
from symopt.errors import DatasetError


@pytest.fixture(scope="module")
def params():
    rng = np.random.default_rng(0)
    params = init_params(rng, 6, 4)
    # Biases of 0 would not show whether they are used.
    return {
        name: value + rng.normal(0, 0.1, value.shape).astype("f") for name, value in params.items()
    }


@pytest.fixture(scope="module")
def f_model(params, python_backend):
    x, y = pt.fmatrix("x"), pt.lvector("y")
    log_p = log_probabilities(symopt.init_tparams(params), x)
    return symopt.function([x, y], [log_p, mean_cost(log_p, y)], backend=python_backend)


def test_model_is_a_perceptron_with_softmax(f_model, params):
    x = np.random.default_rng(1).normal(size=(5, 6)).astype("f")
    y = np.array([0, 9, 3, 3, 7])
    log_p, cost = f_model(x, y)
    hidden = np.maximum(x.astype("d") @ params["W1"] + params["b1"], 0)
    scores = hidden @ params["W2"] + params["b2"]
    expected = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    assert_allclose(log_p, expected, rtol=1e-5)
    assert_allclose(cost, -expected[np.arange(5), y].mean(), rtol=1e-5)
    assert log_p.dtype == cost.dtype == np.float32


def test_large_scores_stay_finite(f_model):
    log_p, cost = f_model(np.full((1, 6), 1e4, "f"), [0])
    assert np.isfinite(log_p).all()
    assert np.isfinite(cost)


def test_init_params_are_glorots():
    params = init_params(np.random.default_rng(2), 784, 32)
    limit = np.sqrt(6 / (784 + 32))
    assert 0.99 * limit < np.abs(params["W1"]).max() <= limit
    assert params["W1"].var() == pytest.approx(2 / (784 + 32), rel=0.02)
    assert {name: value.shape for name, value in params.items()} == {
        "W1": (784, 32),
        "b1": (32,),
        "W2": (32, 10),
        "b2": (10,),
    }
    assert not params["b1"].any()
    assert not params["b2"].any()
    assert {value.dtype for value in params.values()} == {np.dtype("float32")}


def test_split_digits_is_that_of_the_demo():
    from symopt.demos.lstm_digits import load_split

    for mine, other in zip(split_digits(), load_split(), strict=True):
        assert_array_equal(mine.y, other.y)
        assert_allclose(2 * mine.x - 1, other.x.transpose(1, 0, 2).reshape(len(mine.y), -1))


def mnist(monkeypatch, **counts):
    """MNIST in small: the first pixel numbers the images, from 0 in each part."""
    parts = {}
    for part, count in counts.items():
        images = np.zeros((count, 2, 2), "f")
        images[:, 0, 0] = np.arange(count)
        parts[part] = LabelledImages(images, np.arange(count) % 10)
    monkeypatch.setattr(mlp_digits, "load_mnist", lambda path: parts)
    return split_mnist("a folder")


def numbers(digits):
    assert digits.x.shape == (len(digits.y), 4)
    assert_array_equal(digits.x[:, 0] % 10, digits.y)
    return digits.x[:, 0].astype(int).tolist()


@pytest.mark.parametrize("part", ["test", "train"])
def test_one_part_is_split_in_tenths(monkeypatch, part):
    parts = list(map(numbers, mnist(monkeypatch, **{part: 40})))
    assert [len(part) for part in parts] == [32, 4, 4]
    assert sorted(chain(*parts)) == list(range(40))
    assert parts[0] != sorted(parts[0])
    assert list(map(numbers, mnist(monkeypatch, **{part: 40}))) == parts


def test_a_sixth_of_the_training_part_validates(monkeypatch):
    train, validation, test = map(numbers, mnist(monkeypatch, train=60, test=10))
    assert (len(train), len(validation)) == (50, 10)
    assert sorted(train + validation) == list(range(60))
    assert test == list(range(10))


def test_three_parts_are_taken_as_they_are(monkeypatch):
    split = mnist(monkeypatch, train=50, valid=10, test=20)
    assert [numbers(part) for part in split] == [list(range(n)) for n in (50, 10, 20)]


def test_too_few_images(monkeypatch):
    with pytest.raises(DatasetError, match="9 images; expected at least 10"):
        mnist(monkeypatch, test=9)
