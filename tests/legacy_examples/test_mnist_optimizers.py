"""The ported comparison: its data, its model against NumPy, its rules and its loop."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose, assert_array_equal

import symopt
from legacy_examples import mnist_optimizers as mlp
from symopt.datasets import LabelledImages, load_digits
from symopt.demos.comparison import CONTENDERS


@pytest.fixture(scope="module")
def few():
    """Twenty digits to train on, ten to validate."""
    (x, y), (x_valid, y_valid) = mlp.load_data()
    return (x[:20], y[:20]), (x_valid[:10], y_valid[:10])


def test_data_are_the_shuffled_digits_a_tenth_of_them_to_validate():
    (x, y), (x_valid, y_valid) = mlp.load_data()
    assert (x.shape, x_valid.shape) == ((1618, 64), (179, 64))
    images, labels = load_digits()
    everything = np.concatenate([x, x_valid])
    assert sorted(map(bytes, everything)) == sorted(map(bytes, images.reshape(-1, 64)))
    assert_array_equal(np.bincount(y) + np.bincount(y_valid), np.bincount(labels))


@pytest.mark.parametrize("names", [("train", "valid", "test"), ("train", "test"), ("test",)])
def test_mnist_data_are_its_first_part(monkeypatch, names):
    sizes = {"train": 30, "valid": 20, "test": 10}
    parts = {
        name: LabelledImages(np.zeros((sizes[name], 28, 28), "f"), np.zeros(sizes[name], int))
        for name in names
    }
    monkeypatch.setattr(mlp, "load_mnist", lambda path: parts)
    (x, _), (x_valid, _) = mlp.load_data("a folder")
    assert len(x) + len(x_valid) == sizes[names[0]]
    assert x.shape[1] == 784


def test_model_agrees_with_numpy(few, python_backend):
    params = mlp.init_params(64, 5, seed=1)
    x, y = few[0]
    *_, f_valid = mlp.build_model(symopt.init_tparams(params), python_backend)
    scores = np.maximum(x @ params["W1"] + params["b1"], 0) @ params["W2"] + params["b2"]
    log_p = scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))
    cost, error = f_valid(x, y)
    assert_allclose(cost, -log_p[np.arange(20), y].mean(), rtol=1e-5)
    assert_allclose(error, (log_p.argmax(axis=1) != y).mean())
    assert cost.dtype == "float32"


def test_optimizers_are_those_of_the_command():
    assert [rate for _, rate in mlp.OPTIMIZERS.values()] == [c.rate for c in CONTENDERS]
    for (factory, _), contender in zip(mlp.OPTIMIZERS.values(), CONTENDERS, strict=True):
        for attribute in ("func", "keywords"):
            assert getattr(factory, attribute, None) == getattr(contender.factory, attribute, None)


@pytest.mark.parametrize("optimizer", mlp.OPTIMIZERS)
def test_every_optimizer_trains(few, python_backend, optimizer):
    options = {"n_hidden": 4, "batch_size": 8, "backend": python_backend}
    updates, errors, reason = mlp.train_mlp(
        optimizer, *few, valid_freq=2, max_updates=5, patience=9, **options
    )
    assert (updates, len(errors), reason) == (5, 3, "max updates")
    assert all(0 <= error <= 1 for error in errors)


def test_rules_and_divergence_end_training(few, python_backend, monkeypatch):
    options = {"n_hidden": 4, "batch_size": 8, "valid_freq": 2, "backend": python_backend}
    held = mlp.train_mlp("sgd 0.01", *few, accuracy=0.0, patience=3, **options)
    assert (held[0], held[2]) == (6, "metric held")
    stuck = mlp.train_mlp("sgd 0.0001", *few, accuracy=1.0, patience=1, max_updates=999, **options)
    assert stuck[2] in ("no better metric", "max updates")
    monkeypatch.setitem(mlp.OPTIMIZERS, "sgd 0.2", (symopt.sgd, 1e30))
    with np.errstate(all="ignore"):
        assert mlp.train_mlp("sgd 0.2", *few, **options)[2] == "diverged"


def test_command_prints_a_row_for_each(few, python_backend, monkeypatch):
    monkeypatch.setattr(mlp, "load_data", lambda path, seed: few)
    train = partial(mlp.train_mlp, n_hidden=4)
    monkeypatch.setattr(
        mlp, "train_mlp", lambda *args, **kw: train(*args, **{**kw, "backend": python_backend})
    )
    arguments = ["--optimizer", "adam", "--optimizer", "sgd 0.2", "--max-updates", "2"]
    result = CliRunner().invoke(mlp.main, arguments)
    assert result.exit_code == 0, result.output
    rows = [line for line in result.output.splitlines() if "max updates" in line]
    assert ["adam" in rows[0], "sgd 0.2" in rows[1]] == [True, True]


def test_command_says_what_is_wrong_with_the_data(tmp_path):
    result = CliRunner().invoke(mlp.main, ["--data", str(tmp_path)])
    assert result.exit_code == 1
    assert "t10k-images-idx3-ubyte.gz" in result.output
