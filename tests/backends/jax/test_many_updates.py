"""f_epoch: many updates in one call give the numbers of one call after the other."""

import numpy as np
import pytensor.tensor as pt
import pytest

import symopt
from symopt.errors import NonFiniteError, RateError
from symopt.random import MRG_RandomStreams
from tests.backends.jax.models import batch, classifier, device_function

SIZES = (8, 8, 8, 4, 8, 8)
BATCHES = [batch(size, k) for k, size in enumerate(SIZES)]


@pytest.mark.parametrize("backend", ["jax", "c"])
def test_equals_one_call_after_the_other(backend):
    together, single = classifier(backend), classifier(backend)
    found = together.f_epoch(BATCHES, 0.1)
    expected = [single.f_step(*each, 0.1) for each in BATCHES]
    assert found.dtype == "float32"
    np.testing.assert_array_equal(found, expected)
    for name, variable in (single.params | single.state).items():
        other = (together.params | together.state)[name]
        np.testing.assert_array_equal(other.get_value(), variable.get_value())


def test_batches_by_name_and_a_rate_for_each():
    together, single = classifier("jax"), classifier("jax")
    rates = [0.1 / k for k in range(1, len(BATCHES) + 1)]
    found = together.f_epoch([{"y": y, "x": x} for x, y in BATCHES], rates)
    expected = [single.f_step(*each, r) for each, r in zip(BATCHES, rates, strict=True)]
    np.testing.assert_array_equal(found, expected)


def test_equal_shapes_are_one_program():
    opt = classifier("jax")
    opt.f_epoch(BATCHES, 0.1)
    opt.f_epoch(BATCHES, 0.1)
    assert device_function(opt.f_step).programs.count == 2


def test_random_streams_advance_with_each_update():
    def make():
        streams = MRG_RandomStreams(5)
        tparams = symopt.init_tparams({"w": np.ones(6, "float32")})
        x = pt.vector("x", dtype="float32")
        kept = streams.binomial((6,), p=0.5, dtype="float32")
        cost = (tparams["w"] * kept * x).sum()
        return symopt.sgd(0.1, tparams, None, [x], cost, backend="jax")

    together, single = make(), make()
    batches = [(np.full(6, k, "float32"),) for k in range(1, 6)]
    expected = [single.f_step(*each) for each in batches]
    np.testing.assert_array_equal(together.f_epoch(batches), expected)


@pytest.mark.parametrize("backend", ["jax", "c"])
def test_the_guard_says_at_which_batch(backend):
    opt = classifier(backend, transforms=[symopt.skip_nonfinite(0)])
    spoilt = list(BATCHES)
    spoilt[1] = (np.full_like(BATCHES[1][0], np.nan), BATCHES[1][1])
    with pytest.raises(NonFiniteError, match="f_epoch, batch 2"):
        opt.f_epoch(spoilt, 0.1)
    assert np.isfinite(opt.params["W"].get_value()).all()


def test_nothing_changes_behind_a_failed_check():
    x = pt.vector("x", dtype="float32")
    tparams = symopt.init_tparams({"w": np.ones(3, "float32")})
    picked = tparams["w"][pt.cast(pt.argmax(x), "int64") * 2]  # out of bounds for 2
    opt = symopt.sgd(0.5, tparams, None, [x], picked * x.sum(), backend="jax")
    fine, wrong = np.array([0, 1, 0], "float32"), np.array([0, 0, 1], "float32")
    with pytest.raises(IndexError, match="axis 0 with size 3"):
        opt.f_epoch([(fine,), (wrong,), (fine,)])
    np.testing.assert_array_equal(tparams["w"].get_value(), [1, 1, 0.5])


def test_no_batches():
    assert classifier("jax").f_epoch([], 0.1).shape == (0,)


def test_wrong_number_of_rates():
    with pytest.raises(RateError, match="2 rates for 6 batches"):
        classifier("jax").f_epoch(BATCHES, [0.1, 0.2])


def test_an_index_is_checked_before_the_call():
    opt = classifier("jax")
    x, y = BATCHES[0]
    with pytest.raises(IndexError):
        opt.f_epoch([BATCHES[0], (x, y + 5)], 0.1)
