"""Loops with a condition: what they made, how much of it, and single rows of it."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest
from pytensor.raise_op import Assert
from pytensor.scan.utils import until

import symopt
from symopt.errors import NotOnDeviceError
from tests.backends.graphs.pairs import Pair

NUMBERS = np.arange(1.0, 8.0)
LIMITS = (5.0, -50.0, 500.0)
"""It stops on the way, after the first step, and never."""


@pytest.fixture
def loop():
    x, limit = pt.dvector("x"), pt.dscalar("limit")
    outputs = pytensor.scan(
        lambda element, a, b: ([a + element, b * a, a.sum()], until(a.sum() > limit)),
        sequences=[x],
        outputs_info=[pt.zeros(2), {"initial": pt.ones((2, 2)), "taps": [-2]}, None],
        return_updates=False,
    )
    return [x, limit], outputs


def test_all_rows_and_some(loop):
    inputs, (a, b, s) = loop
    some = [a[-1], s[-1], b[-1], s[0], a[1:], s[:2], s[:-1], a[:, 0], a[-2:, 1]]
    computed = [a.shape[0], s * 2 + 1, pt.exp(-a), a.sum(), (s**2).sum(axis=0), a.mean()]
    pair = Pair(inputs, [a, b, s, *some, *computed], "jax")
    for limit in LIMITS:
        pair.agree(NUMBERS, limit, rtol=1e-12)


def test_only_the_last_row(loop):
    inputs, (a, b, _) = loop
    pair = Pair(inputs, [a[-1], a[-1].sum() * b[-1].sum()], "jax")
    for limit in LIMITS:
        pair.agree(NUMBERS, limit, rtol=1e-12)


def test_rows_that_were_not_made(loop):
    inputs, (a, *_) = loop
    pair = Pair(inputs, [a[3]], "jax")
    pair.agree(NUMBERS, 500.0)
    pair.both_raise(IndexError, NUMBERS, -50.0)


def test_it_ends_at_another_step_in_each_call_without_compiling(loop):
    inputs, (a, *_) = loop
    f = symopt.function(inputs, a, backend="jax")
    assert [len(f(NUMBERS, limit)) for limit in (0.0, 5.0, 20.0, 500.0)] == [2, 3, 6, 7]
    assert f.compiled.vm.programs.count == 1


def test_a_check_in_it_counts_as_far_as_it_went():
    x = pt.dvector("x")
    sums = pytensor.scan(
        lambda element, h: (h + Assert("negative")(element, element >= 0), until(h > 2)),
        sequences=[x],
        outputs_info=[pt.constant(0.0, dtype="float64")],
        return_updates=False,
    )
    pair = Pair([x], [sums], "jax")
    pair.agree([1.0, 2.0, 3.0, -1.0])
    pair.both_raise(AssertionError, [1.0, -1.0, 1.0])


@pytest.mark.parametrize(
    ("needs", "name"),
    [
        (lambda rows: pt.arange(rows.shape[0]), "ARange"),
        (lambda rows: pt.cumsum(rows, axis=0), "Cumsum"),
        (lambda rows: rows[::2], "Subtensor"),
    ],
    ids=["length", "all rows", "every other row"],
)
def test_what_needs_to_know_how_many_rows_there_are(needs, name):
    x, weight = pt.dvector("x"), pytensor.shared(np.ones(2), "weight")
    sums = pytensor.scan(
        lambda element, h: (h + element * weight, until(h.sum() > 5)),
        sequences=[x],
        outputs_info=[pt.zeros(2)],
        return_updates=False,
    )
    with pytest.raises(NotOnDeviceError, match=name):
        symopt.function([x], needs(sums), backend="jax")(NUMBERS)
