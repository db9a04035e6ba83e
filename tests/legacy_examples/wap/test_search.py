"""Beam search, over models whose probabilities are known."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from legacy_examples.wap.model import Sampler
from legacy_examples.wap.search import beam_search

PICTURE = np.full((1, 16, 16), 255, "uint8")
TOKENS = 4


def markov(table):
    """A model whose next token depends on the last one; row -1 is the beginning."""
    table = np.asarray(table, "float32")

    def f_init(x):
        assert x.shape == (1, 1, 16, 16)
        assert x.max() == 1
        return [np.zeros((1, 2), "float32"), np.zeros((1, 3, 2, 2), "float32"), None, None]

    def f_next(last, h, past, *memory):
        alpha = np.full((len(last), 2, 2), 0.25, "float32")
        return [table[last], h + 1, past + alpha, alpha]

    return Sampler(f_init, f_next, 1)


def random_table(seed):
    table = np.random.default_rng(seed).dirichlet(np.full(TOKENS, 0.5), TOKENS + 1)
    return table.astype("float32")


def exhaustive(table, maxlen):
    """The best formula of up to ``maxlen`` tokens by length-normalised score."""
    best = (np.inf, [])
    for length in range(1, maxlen + 1):
        for tokens in itertools.product(range(1, TOKENS), repeat=length - 1):
            chain = [-1, *tokens, 0]
            score = -sum(np.log(table[a, b]) for a, b in itertools.pairwise(chain))
            best = min(best, (score / length, [*tokens, 0]))
    return best


@pytest.mark.parametrize("seed", range(8))
def test_a_beam_that_holds_everything_finds_the_best(seed):
    table = random_table(seed)
    found = beam_search([markov(table)], PICTURE, k=200, maxlen=4)
    ended = [one for one in found if one.tokens[-1] == 0]
    expected, tokens = exhaustive(table, 4)
    np.testing.assert_allclose(ended[0].normalised, expected, rtol=1e-5)
    assert ended[0].tokens == tokens


def test_greedy_takes_the_most_probable_token():
    table = random_table(11)
    table[:, 0] *= 0.01
    (found,) = beam_search([markov(table)], PICTURE, k=1, maxlen=5)
    tokens, last = [], -1
    for _ in range(5):
        last = int(table[last].argmax())
        tokens.append(last)
        if last == 0:
            break
    assert found.tokens == tokens
    assert len(found.looks) == len(tokens)
    assert found.looks[0][0].shape == (2, 2)


def test_an_ensemble_averages_probabilities():
    one, other = random_table(1), random_table(2)
    found = beam_search([markov(one), markov(other)], PICTURE, k=50, maxlen=4)
    mixed = beam_search([markov((one + other) / 2)], PICTURE, k=50, maxlen=4)
    assert [h.tokens for h in found] == [h.tokens for h in mixed]
    np.testing.assert_allclose([h.score for h in found], [h.score for h in mixed], rtol=1e-5)


def test_what_ends_is_cut_from_the_beam():
    table = np.full((TOKENS + 1, TOKENS), 0.01)
    table[-1] = [0.4, 0.6, 0.0, 0.0]
    table[1] = [0.9, 0.1, 0.0, 0.0]
    found = beam_search([markov(table)], PICTURE, k=2, maxlen=50)
    assert [one.tokens for one in found] == [[1, 0], [0]]
    assert [one.caption for one in found] == [[1], []]
