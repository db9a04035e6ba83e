"""theano.sandbox.rng_mrg and multinomial: names, forms, errors; numbers are symopt.random's."""

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt.random
from symopt.legacy.theano.sandbox import multinomial, rng_mrg
from symopt.random.mrg31k3p import first_states
from tests.nnet.evaluate import compiled
from tests.problems import golden


@pytest.mark.core
def test_draws_are_those_of_symopt_random():
    expected = golden("rng/rng.f64.npz")
    with pytensor.config.change_flags(floatX="float64"):
        streams = rng_mrg.MRG_RandomStreams(1234, use_cuda=False)
        u = streams.uniform(size=(4, 5), target="cpu")
        f = compiled("python", [], [u])
        for call in range(3):
            np.testing.assert_array_equal(f()[0], expected[f"mrg_uniform_1234/call{call}/0"])
        streams.seed(1234)
        np.testing.assert_array_equal(f()[0], expected["mrg_uniform_1234/call0/0"])


def test_other_methods_take_a_target():
    streams = rng_mrg.MRG_RandomStreams(seed=[1, 2, 3, 4, 5, 6])
    pvals = np.array([[0.5, 0.5]])
    draws = [
        streams.normal((2,), avg=1.0, std=0.5, nstreams=2, target="cpu"),
        streams.truncated_normal((2,), nstreams=2, target="cpu"),
        streams.binomial((2,), n=1, p=0.3, nstreams=2, target="cpu"),
        streams.multinomial(pvals=pvals, nstreams=2, target="cpu"),
        streams.choice(size=1, replace=False, p=pvals, nstreams=2, target="cpu"),
        streams.multinomial_wo_replacement(n=1, pvals=pvals, nstreams=2, target="cpu"),
    ]
    assert all(np.isfinite(value).all() for value in compiled("python", [], draws)())
    assert len(streams.updates()) == 7  # two of the truncated one
    for state, after in streams.updates():
        assert state.default_update is after


@pytest.mark.parametrize(
    ("seed", "error"),
    [
        (0, ValueError),
        (2**31 - 21069, ValueError),
        (-5, ValueError),
        ([0, 0, 0, 1, 1, 1], ValueError),
        ([1, 1, 1, 0, 0, 0], ValueError),
        ([2**31 - 1, 1, 1, 1, 1, 1], ValueError),
        (None, TypeError),
        (1.5, TypeError),
        ([1, 2, 3], TypeError),
        ("seed", TypeError),
    ],
)
def test_seeds(seed, error):
    with pytest.raises(error, match="seed"):
        rng_mrg.MRG_RandomStreams(seed)


def test_errors():
    streams = rng_mrg.MRG_RandomStreams(1)
    with pytest.raises(NotImplementedError, match="expected 1"):
        streams.binomial((2,), n=2)
    with pytest.raises(TypeError, match="unexpected keyword"):
        streams.uniform((2,), tarjet="cpu")
    with pytest.raises(NotImplementedError, match="has 1 dim"):
        streams.multinomial(pvals=pt.dvector())
    with pytest.raises(TypeError, match="missing"):
        streams.multinomial()
    with pytest.raises(TypeError, match="missing"):
        streams.choice(replace=False)
    with pytest.raises(ValueError, match="at least 1"):
        streams.uniform((2, 0))


def test_draws_have_no_gradient():
    """As Theano's own test asks for it."""
    streams = rng_mrg.MRG_RandomStreams(1)
    low, pvals = pt.dscalar("low"), pt.dmatrix("pvals")
    for draws, parameter in (
        (streams.uniform((2,), low=low), low),
        (streams.normal((2,), avg=low), low),
        (streams.multinomial(pvals=pvals), pvals),
        (streams.choice(size=2, replace=False, p=pvals), pvals),
    ):
        with pytest.raises(TypeError):
            pytensor.grad(draws.sum().astype("float64"), parameter)


def test_arithmetic_of_states():
    """What scripts that keep their own states call."""
    start = np.array([12345] * 6, "int32")
    np.testing.assert_array_equal(rng_mrg.ff_2p72(start), first_states(12345, 2)[1])
    np.testing.assert_array_equal(rng_mrg.ff_2p134(start), first_states(12345, 1, offset=1)[0])
    M1, M2 = rng_mrg.M1, rng_mrg.M2
    both = rng_mrg.multMatVect(start, rng_mrg.A1p72, M1, rng_mrg.A2p72, M2)
    np.testing.assert_array_equal(both, first_states(12345, 2)[1])
    np.testing.assert_array_equal(rng_mrg.matVecModM(rng_mrg.A1p72, start[:3], M1), both[:3])
    halves = (rng_mrg.A1p72, start[:3], M1, rng_mrg.A2p72, start[3:], M2)
    (product,) = compiled("python", [], [rng_mrg.DotModulo()(*halves)])()
    np.testing.assert_array_equal(product, both)
    streams = rng_mrg.MRG_RandomStreams(12345)
    assert streams.get_substream_rstates(3, "float32").shape == (3, 6)
    np.testing.assert_array_equal(streams.rstate, rng_mrg.ff_2p134(start))
    assert rng_mrg.guess_n_streams((100,)) == 16
    assert rng_mrg.guess_n_streams(pt.lvector()) == 60 * 256


def test_draws_of_explicit_states():
    states = pytensor.shared(first_states(7, 3))
    after, draws = rng_mrg.mrg_uniform.new(states, 1, "float32", (3,))
    expected, _ = symopt.random.uniform(states, (3,), "float32")
    assert after.type == states.type
    ours, theirs, moved = compiled("python", [], [draws, expected, after])()
    np.testing.assert_array_equal(ours, theirs)
    assert (moved != states.get_value()).any()


def sampled(pvals, unis, n):
    """The first outcome whose sum of probabilities exceeds each draw, written out."""
    rows = len(pvals)
    found = np.empty((n, rows), int)
    for k in range(n):
        for row in range(rows):
            found[k, row] = np.searchsorted(
                pvals[row].cumsum(dtype="float64"), unis[k * rows + row], side="right"
            )
    return found


def test_multinomial_from_uniform():
    rng = np.random.RandomState(3)
    pvals = rng.dirichlet(np.ones(4), size=5)
    for n in (1, 3):
        unis = rng.uniform(size=5 * n)
        counts = np.zeros((5, 4), int)
        for outcome in sampled(pvals, unis, n):
            counts[np.arange(5), outcome] += 1
        symbolic = pt.lscalar("n")
        for given in (n, symbolic):
            op = multinomial.MultinomialFromUniform("auto")
            f = compiled("python", [symbolic], [op(pvals, unis, given)])
            (value,) = f(n)
            assert value.dtype == "float64"
            np.testing.assert_array_equal(value, counts)


def test_choice_from_uniform():
    rng = np.random.RandomState(3)
    pvals = rng.dirichlet(np.ones(4), size=5)
    unis = rng.uniform(size=10)
    with_replacement = multinomial.ChoiceFromUniform("int32", replace=True)(pvals, unis, 2)
    without = multinomial.ChoiceFromUniform(odtype="auto")(pvals, unis, 2)
    again, once = compiled("python", [], [with_replacement, without])()
    assert (again.dtype, once.dtype) == ("int32", "int64")
    np.testing.assert_array_equal(again, sampled(pvals, unis, 2).T)
    assert all(len(set(row)) == 2 for row in once)
    np.testing.assert_array_equal(once[:, 0], again[:, 0])


def test_dimensions():
    op = multinomial.MultinomialFromUniform("int64")
    with pytest.raises(NotImplementedError, match="pvals has 1"):
        op(pt.dvector(), pt.dvector())
    with pytest.raises(NotImplementedError, match="unis has 2"):
        op(pt.dmatrix(), pt.dmatrix())
    with pytest.warns(DeprecationWarning, match="ChoiceFromUniform"):
        multinomial.MultinomialWOReplacementFromUniform("int64")
