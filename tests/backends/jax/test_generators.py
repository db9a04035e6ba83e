"""PyTensor's shared generators: they advance, a seed gives the same again, other backends go on."""

import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt


def drawn(distribution, *parameters, **keywords):
    """The generator behind a draw, and the draw."""
    return distribution(*parameters, return_next_rng=True, **keywords)


def normal(backend, generator, draws=4, update=True):
    shared = pytensor.shared(generator, name="rng")
    after, value = drawn(pt.random.normal, size=(draws,), rng=shared, dtype="float64")
    updates = [(shared, after)] if update else []
    return shared, symopt.function([], value, updates=updates, backend=backend)


def test_draws_advance_and_repeat():
    _, f = normal("jax", np.random.default_rng(3))
    first, second = f(), f()
    assert not np.array_equal(first, second)
    _, again = normal("jax", np.random.default_rng(3))
    np.testing.assert_array_equal(again(), first)
    np.testing.assert_array_equal(again(), second)
    _, other = normal("jax", np.random.default_rng(4))
    assert not np.array_equal(other(), first)


def test_without_an_update_the_draws_are_the_same():
    shared, f = normal("jax", np.random.default_rng(3), update=False)
    before = shared.get_value().bit_generator.state
    np.testing.assert_array_equal(f(), f())
    assert shared.get_value().bit_generator.state == before


def test_the_state_is_numpys_generator():
    shared, f = normal("jax", np.random.default_rng(3))
    f()
    saved = shared.get_value()
    assert isinstance(saved, np.random.Generator)
    expected = [f(), f()]
    shared.set_value(saved)
    np.testing.assert_array_equal([f(), f()], expected)


def test_a_given_generator_is_left_alone():
    given = np.random.default_rng(3)
    before = given.bit_generator.state
    _, f = normal("jax", given)
    f()
    assert given.bit_generator.state == before


def test_other_backends_go_on_from_there():
    shared, f = normal("jax", np.random.default_rng(3))
    f()
    after, value = drawn(pt.random.normal, size=(4,), rng=shared, dtype="float64")
    g = symopt.function([], value, updates=[(shared, after)], backend="c")
    expected = shared.get_value().normal(size=4)
    np.testing.assert_array_equal(g(), expected)
    f()


def test_two_draws_from_one_generator_differ():
    shared = pytensor.shared(np.random.default_rng(3))
    first, a = drawn(pt.random.normal, size=(5,), rng=shared)
    second, b = drawn(pt.random.normal, size=(5,), rng=first)
    f = symopt.function([], [a, b], updates=[(shared, second)], backend="jax")
    a1, b1 = f()
    assert not np.array_equal(a1, b1)
    assert not np.array_equal(f()[0], a1)


def test_moments():
    """Draws follow their distributions: means and variances within five standard errors."""
    shared = pytensor.shared(np.random.default_rng(0))
    n = 20_000
    nodes = [
        drawn(pt.random.normal, 2.0, 3.0, size=(n,), rng=shared)[1],
        drawn(pt.random.uniform, -1.0, 3.0, size=(n,), rng=shared)[1],
        drawn(pt.random.bernoulli, 0.3, size=(n,), rng=shared)[1],
        drawn(pt.random.exponential, 2.0, size=(n,), rng=shared)[1],
    ]
    f = symopt.function([], nodes, backend="jax")
    expected = [(2, 9), (1, 16 / 12), (0.3, 0.21), (2, 4)]
    for value, (mean, variance) in zip(f(), expected, strict=True):
        assert abs(value.mean() - mean) < 5 * np.sqrt(variance / n)
        assert abs(value.var() / variance - 1) < 0.1


def test_draws_of_the_shape_of_an_input():
    x = pt.matrix("x")
    shared = pytensor.shared(np.random.default_rng(0))
    after, noise = drawn(pt.random.normal, size=x.shape, rng=shared)
    f = symopt.function([x], x + noise, updates=[(shared, after)], backend="jax")
    for shape in ((2, 3), (4, 1), (2, 3)):
        assert f(np.zeros(shape)).shape == shape


@pytest.mark.parametrize("many", [0, 1, 4])
def test_a_generator_in_an_optimizer(many):
    """Dropout by PyTensor's generator: f_epoch draws what one call after the other draws."""

    def make():
        tparams = symopt.init_tparams({"w": np.ones(6)})
        shared = pytensor.shared(np.random.default_rng(1), name="rng")
        x = pt.vector("x")
        after, kept = drawn(pt.random.bernoulli, 0.5, size=(6,), rng=shared)
        with warnings.catch_warnings():  # PyTensor would rather have updates given by hand
            warnings.simplefilter("ignore", DeprecationWarning)
            shared.default_update = after
        return symopt.sgd(0.1, tparams, None, [x], (tparams["w"] * kept * x).sum(), backend="jax")

    opt, other = make(), make()
    batches = [(np.full(6, float(k)),) for k in range(1, 5)]
    expected = [opt.f_step(*each) for each in batches]
    if many:  # at once
        parts = [batches[k : k + many] for k in range(0, len(batches), many)]
        found = np.concatenate([other.f_epoch(part) for part in parts])
    else:
        found = [other.f_step(*each) for each in batches]
    np.testing.assert_allclose(found, expected, 1e-12)
    np.testing.assert_allclose(other.params["w"].get_value(), opt.params["w"].get_value(), 1e-12)
