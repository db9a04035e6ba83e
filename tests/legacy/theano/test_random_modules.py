"""theano.tensor's modules of random numbers; tests/random/test_randomstate.py has the numbers."""

import numpy as np
import pytest

import symopt.legacy.theano as theano
import symopt.random
from symopt.legacy.theano.tensor import randomstreams, raw_random, shared_randomstreams


@pytest.mark.core
def test_a_script():
    """As Theano's tutorial has it."""
    srng = shared_randomstreams.RandomStreams(seed=234)
    rv_u = srng.uniform((2, 2))
    rv_n = srng.normal((2, 2))
    f = theano.function([], rv_u, mode="FAST_COMPILE")
    g = theano.function([], rv_n, no_default_updates=True, mode="FAST_COMPILE")
    nearly_zeros = theano.function([], rv_u + rv_u - 2 * rv_u, mode="FAST_COMPILE")
    assert (f() != f()).all()
    np.testing.assert_array_equal(g(), g())
    assert abs(nearly_zeros()).max() < 1e-6
    state_after_v0 = rv_u.rng.get_value().get_state()
    first = f()
    rng = rv_u.rng.get_value(borrow=True)
    rng.set_state(state_after_v0)
    rv_u.rng.set_value(rng, borrow=True)
    np.testing.assert_array_equal(f(), first)
    # Copying states between graphs, as the tutorial does.
    other = shared_randomstreams.RandomStreams(seed=99)
    rv_o = other.uniform((2, 2))
    for (to, _), (of, _) in zip(other.state_updates, srng.state_updates, strict=False):
        to.set_value(of.get_value())
    h = theano.function([], rv_o, mode="FAST_COMPILE")
    np.testing.assert_array_equal(h(), f())


def test_shared_random_states():
    state = theano.shared(np.random.RandomState(7), name="state")
    assert isinstance(state, shared_randomstreams.RandomStateSharedVariable)
    after, draws = raw_random.normal(state, (3,), dtype="float64")
    f = theano.function([], draws, updates=[(state, after)], mode="FAST_COMPILE")
    together = np.random.RandomState(7).normal(size=6)
    np.testing.assert_array_equal(np.concatenate([f(), f()]), together)


def test_a_state_given_to_in():
    state = raw_random.random_state_type()
    assert isinstance(state.type, raw_random.RandomStateType)
    after, draws = raw_random.random_integers(state, (3,), 0, 9)
    given = theano.In(state, value=np.random.RandomState(7), update=after, mutable=True)
    f = theano.function([given], draws, mode="FAST_COMPILE")
    rng = np.random.RandomState(7)
    one_by_one = [rng.randint(10) for _ in range(6)]
    assert [*f(), *f()] == one_by_one


def test_names():
    assert randomstreams.RandomStreams is shared_randomstreams.RandomStreams
    assert shared_randomstreams.RandomStreams is symopt.random.RandomStreams
    assert theano.tensor.shared_randomstreams is shared_randomstreams
    ndim, _, broadcast = raw_random._infer_ndim_bcast(None, (1, 3))
    assert (ndim, broadcast) == (2, (True, False))
    assert raw_random.random_make_inplace(None) is False
    for name in ("binomial", "choice", "multinomial", "permutation", "poisson", "uniform"):
        assert callable(getattr(raw_random, name))
        assert callable(getattr(raw_random.RandomStreamsBase, name))
