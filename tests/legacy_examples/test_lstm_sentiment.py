"""The ported LSTM: its data, its model against NumPy, dropout, training, and its accuracy."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytensor
import pytensor.tensor as tensor
import pytest
from click.testing import CliRunner
from numpy.testing import assert_allclose, assert_array_equal
from pytensor.tensor.random import shared_rng
from rich.console import Console

import symopt
from legacy_examples import lstm_sentiment as lstm
from symopt.errors import ParamsError

prepare_data = partial(symopt.prepare_data, dtype="float32")

REAL_DATA = Path(__file__).parents[3] / "shared" / "data" / "rt_polarity"
N_WORDS, DIM = 12, 4
SEQS, LABELS = [[2, 3, 4, 5, 6], [7, 8], [9, 1, 10]], [1, 0, 1]


@pytest.fixture(scope="module")
def params():
    return lstm.init_params(N_WORDS, DIM, seed=1)


@pytest.fixture(scope="module")
def model(params, python_backend):
    """The shared parameters and what build_model returns; tests put both back as they were."""
    tparams = symopt.init_tparams(params)
    return tparams, lstm.build_model(tparams, decay_c=0.1, backend=python_backend)


@pytest.fixture(scope="module")
def f_cost(model, python_backend):
    _, (_, x, mask, y, _, _, cost, updates) = model
    return symopt.function([x, mask, y], cost, updates=updates, backend=python_backend)


@pytest.fixture(scope="module")
def grads(model):
    tparams, (*_, cost, _) = model
    return pytensor.grad(cost, list(tparams.values()))


@pytest.fixture
def polarity_folder(tmp_path):
    """Forty sentences of two words: one that says the class, and one of their own."""
    for name, word in (("pos", "good"), ("neg", "bad")):
        lines = [f"{word} {name}{i}" for i in range(20)]
        (tmp_path / f"rt-polarity.{name}").write_text("\n".join(lines), encoding="latin1")
    return tmp_path


# Data


def test_vocabulary_numbers_the_most_frequent_words_from_two_on():
    sentences = [["a", "b", "a"], ["c", "b", "a"]]
    assert lstm.build_vocabulary(sentences, 100) == {"a": 2, "b": 3, "c": 4}
    assert lstm.build_vocabulary(sentences, 4) == {"a": 2, "b": 3}
    assert lstm.build_vocabulary(sentences, 2) == {}


def test_vocabulary_is_of_the_training_part_alone(polarity_folder):
    train, valid, test, vocabulary = lstm.load_data(polarity_folder, 100, seed=3)
    assert [len(part.x) for part in (train, valid, test)] == [33, 3, 4]
    assert len(vocabulary) == 33 + 2  # one word a training sentence, and good and bad
    assert not any(lstm.UNKNOWN in seq for seq in train.x)
    for part in (valid, test):
        for seq, label in zip(part.x, part.y, strict=True):
            assert seq == [vocabulary["good" if label else "bad"], lstm.UNKNOWN]


def test_split_follows_the_seed(polarity_folder):
    first, again, other = (lstm.load_data(polarity_folder, 100, seed) for seed in (3, 3, 4))
    assert first[3] == again[3]
    assert first[3].keys() != other[3].keys()


def test_batches_hold_every_sentence_once_and_similar_lengths():
    part = lstm.Part([[2] * n for n in (5, 1, 3, 1, 2, 5, 3)], np.arange(7))
    for shuffle in (False, True):
        batches = list(part.batches(3, shuffle=shuffle))
        assert sorted(np.concatenate([y for _, _, y in batches])) == list(range(7))
        lengths = [mask.sum(axis=0).astype(int).tolist() for _, mask, _ in batches]
        assert sorted(map(sorted, lengths)) == [[1, 1, 2], [3, 3, 5], [5]]
    x, mask, y = next(iter(part.batches(7, maxlen=3, shuffle=False)))
    assert_array_equal(y, [1, 3, 4])
    assert (x.dtype, mask.dtype, y.dtype, x.shape) == ("int64", "float32", "int64", (2, 3))


# Model


def masked_lstm(params, x, mask):
    """Probabilities by a plain loop over sentences and words, each sentence by itself."""

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    p = {name: value.astype("float64") for name, value in params.items()}
    probabilities = []
    for words, flags in zip(x.T, mask.T, strict=True):
        h = c = total = np.zeros(DIM)
        for word in words[flags == 1]:
            gates = p["Wemb"][word] @ p["lstm_W"] + h @ p["lstm_U"] + p["lstm_b"]
            i, f, o, g = np.split(gates, 4)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
            total = total + h
        # Without noise, dropout halves what it would drop half of.
        scores = np.exp(0.5 * total / max(flags.sum(), 1) @ p["U"] + p["b"])
        probabilities.append(scores / scores.sum())
    return np.array(probabilities)


@pytest.mark.parametrize("seqs", [SEQS, [[3], [4, 5, 6]], [[11] * 7]])
def test_cost_and_predictions_agree_with_a_numpy_lstm(params, model, f_cost, seqs):
    _, (use_noise, _, _, _, f_pred_prob, f_pred, cost, _) = model
    assert cost.dtype == "float32"
    use_noise.set_value(np.float32(0))
    x, mask, y = prepare_data(seqs, LABELS[: len(seqs)])
    expected = masked_lstm(params, x, mask)
    assert_allclose(f_pred_prob(x, mask), expected, rtol=1e-5)
    assert_array_equal(f_pred(x, mask), expected.argmax(axis=1))
    log_likelihood = np.log(expected[np.arange(len(y)), y]).mean()
    decay = 0.1 * (params["U"].astype("float64") ** 2).sum()
    assert_allclose(f_cost(x, mask, y), decay - log_likelihood, rtol=1e-5)


def test_a_sentence_without_words_gets_what_the_bias_says(model, f_cost):
    tparams, (use_noise, _, _, _, f_pred_prob, _, _, _) = model
    use_noise.set_value(np.float32(0))
    tparams["b"].set_value(np.float32([0.0, np.log(3)]))
    x, mask, y = prepare_data([[2, 3], []], [0, 1])
    assert_array_equal(mask.T, [[1, 1], [0, 0]])
    assert_allclose(f_pred_prob(x, mask)[1], [0.25, 0.75], rtol=1e-6)
    assert np.isfinite(f_cost(x, mask, y))
    tparams["b"].set_value(np.zeros(2, "float32"))


def test_dropout_drops_while_the_switch_is_on_and_halves_while_it_is_off(python_backend):
    state, use_noise = tensor.matrix("state", dtype="float32"), pytensor.shared(np.float32(1))
    dropped, update = lstm.dropout_layer(state, use_noise, shared_rng(seed=5))
    assert dropped.dtype == "float32"
    f = symopt.function([state], dropped, updates=[update], backend=python_backend)
    ones = np.ones((40, 50), "float32")

    first, second = f(ones), f(ones)
    assert set(np.unique(first)) == {0.0, 1.0}
    assert_allclose(first.mean(), 0.5, atol=0.05)
    assert (first != second).mean() > 0.4

    use_noise.set_value(np.float32(0))
    assert_array_equal(f(ones), 0.5 * ones)
    assert_array_equal(f(3 * ones), 1.5 * ones)


def test_cost_is_noisy_only_while_the_switch_is_on(model, f_cost):
    _, (use_noise, *_) = model
    batch = prepare_data(SEQS, LABELS)
    use_noise.set_value(np.float32(1))
    assert len({float(f_cost(*batch)) for _ in range(5)}) > 1
    use_noise.set_value(np.float32(0))
    assert len({float(f_cost(*batch)) for _ in range(3)}) == 1


def test_weights_of_the_gates_are_orthogonal(params):
    for name in ("lstm_W", "lstm_U"):
        for gate in np.split(params[name], 4, axis=1):
            assert_allclose(gate @ gate.T, np.eye(DIM), atol=1e-6)
    assert {value.dtype for value in params.values()} == {np.dtype("float32")}


# Training


@pytest.mark.parametrize("optimizer", lstm.OPTIMIZERS)
def test_one_step_lowers_the_cost(params, model, grads, python_backend, optimizer):
    tparams, (use_noise, x, mask, y, _, _, cost, updates) = model
    use_noise.set_value(np.float32(0))
    factory, rate = lstm.OPTIMIZERS[optimizer]
    f_grad_shared, f_update = factory(
        tensor.scalar("lr"),
        tparams,
        grads,
        [x, mask, y],
        cost,
        extra_updates=updates,
        backend=python_backend,
    )
    batch = prepare_data(SEQS, LABELS)
    before = f_grad_shared(*batch)
    f_update(rate)
    assert f_grad_shared(*batch) < before - 1e-5
    symopt.zipp(params, tparams)


def test_errors_of_no_sentences_are_nan():
    assert np.isnan(lstm.pred_error(None, lstm.Part([], np.array([], "int64")), 8))


def test_training_writes_its_best_parameters_which_can_be_loaded(
    polarity_folder, tmp_path, python_backend
):
    common = {"dim_proj": 3, "n_words": 50, "backend": python_backend, "seed": 1}
    common["console"] = Console(quiet=True)
    file = tmp_path / "model.npz"
    errors = lstm.train_lstm(
        polarity_folder, saveto=file, optimizer="sgd", max_epochs=2, batch_size=16, **common
    )
    saved = symopt.load_params(file)
    assert saved["history_errs"].shape == (2, 2)
    assert errors[1] == saved["history_errs"][:, 0].min()
    assert saved["words"][:2].tolist() == ["", ""]
    assert set(saved["words"][2:4]) == {"good", "bad"}

    evaluated = lstm.train_lstm(polarity_folder, reload_model=file, max_epochs=0, **common)
    assert evaluated == errors
    with pytest.raises(ParamsError, match="other words"):
        lstm.train_lstm(polarity_folder, reload_model=file, **{**common, "seed": 2})


def test_command_says_where_data_could_be(monkeypatch):
    monkeypatch.delenv("SYMOPT_DATA", raising=False)
    result = CliRunner().invoke(lstm.main, [])
    assert result.exit_code == 1
    assert "rt-polarity.pos" in result.output
    assert "SYMOPT_DATA" in result.output
    assert "--data" in result.output


@pytest.mark.long
def test_accuracy_on_real_data():
    if not REAL_DATA.is_dir():
        pytest.skip(f"{REAL_DATA} is not there")
    _, _, test_error = lstm.train_lstm(REAL_DATA)
    assert 1 - test_error >= 0.72
