"""MRG_RandomStreams: states by name, saved and resumed, and what advances them."""

import doctest
import sys
import warnings

import numpy as np
import pytensor
import pytensor.tensor as pt
import pytest

import symopt
import symopt.random.streams
from symopt.errors import HyperparameterError, ShapeError, StateDictError
from symopt.random import MAX_STREAMS, MRG_RandomStreams, first_states, guess_n_streams
from tests.conftest import PythonBackend
from tests.nnet.evaluate import compiled
from tests.problems import golden

ONE = np.ones((1, 6), "int32")


def theano(key, dtype="float64"):
    return golden(f"rng/rng_more.{'f32' if dtype == 'float32' else 'f64'}.npz")[key]


@pytest.mark.core
def test_state_is_saved_and_put_back(python_backend):
    def model():
        streams = MRG_RandomStreams(5, name="dropout")
        draws = [streams.uniform((7,), dtype="float32"), streams.normal((3,), nstreams=2)]
        return streams, symopt.function([], draws, backend=python_backend)

    streams, f = model()
    f()
    saved = streams.state_dict()
    assert list(saved) == ["dropout/0", "dropout/1"]
    assert [states.shape for states in saved.values()] == [(1, 6), (2, 6)]
    expected = f()
    other, g = model()
    other.load_state_dict(saved)
    for drawn, wanted in zip(g(), expected, strict=True):
        np.testing.assert_array_equal(drawn, wanted)
    assert np.any(saved["dropout/0"] != streams.state_dict()["dropout/0"])  # a copy


@pytest.mark.core
@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mrg/1": None}, "mrg/1 is missing"),
        ({"mrg/7": ONE}, "mrg/7 is unexpected"),
        ({"mrg/1": np.ones((2, 6), "int32")}, r"mrg/1 has shape \(2, 6\), expected \(1, 6\)"),
        ({"mrg/1": np.ones((1, 6))}, "mrg/1 is of dtype float64"),
        ({"mrg/1": -ONE}, "mrg/1 holds numbers that are no states"),
        ({"mrg/1": ONE * [0, 0, 0, 1, 1, 1]}, "mrg/1 holds numbers that are no states"),
        ({"mrg/1": ONE.astype("int64") * 2**31}, "mrg/1 holds numbers that are no states"),
    ],
)
def test_state_dict_is_checked_before_anything_is_written(change, message):
    streams = MRG_RandomStreams(5)
    streams.uniform((3,), nstreams=1)
    streams.uniform((3,), nstreams=1)
    before = streams.state_dict()
    given = {"mrg/0": 7 * ONE, "mrg/1": 7 * ONE, **change}
    given = {name: value for name, value in given.items() if value is not None}
    with pytest.raises(StateDictError, match=message):
        streams.load_state_dict(given)
    for name, value in streams.state_dict().items():
        np.testing.assert_array_equal(value, before[name])


@pytest.mark.core
def test_seed_starts_all_again(python_backend):
    streams = MRG_RandomStreams(1234)
    draws = [streams.uniform((20,)), streams.normal((2,))]
    f = symopt.function([], draws, backend=python_backend)
    first = f()
    streams.seed(42)
    for i, draw in enumerate(f()):
        np.testing.assert_allclose(draw, theano(f"mrg_seed/call0/{i}"), rtol=1e-14)
    streams.seed()
    np.testing.assert_array_equal(f()[0], first[0])
    np.testing.assert_array_equal(streams.rstate, first_states(1234, 1, offset=2)[0])


@pytest.mark.core
def test_guess_n_streams():
    x = pt.matrix("x")
    assert [guess_n_streams(s) for s in ((4, 5), [6], (1000, 1000), 20, x.shape)] == [
        *(3, 6, MAX_STREAMS, MAX_STREAMS, MAX_STREAMS)
    ]
    with pytest.warns(UserWarning, match="not known"):
        guess_n_streams((x.shape[0], 2), warn=True)


@pytest.mark.core
def test_arguments_out_of_range():
    s, x = MRG_RandomStreams(1), pt.matrix("x")
    for call, error, message in (
        (lambda: s.uniform((3, 0)), HyperparameterError, "dimension of 0"),
        (lambda: s.uniform("3"), HyperparameterError, "size='3'.*tuple of integers"),
        (lambda: s.uniform((3,), ndim=2), HyperparameterError, "ndim=2"),
        (lambda: s.uniform(pt.lvector("n")), ShapeError, "give ndim"),
        (lambda: s.uniform((3,), nstreams=0), HyperparameterError, "nstreams=0"),
        (lambda: s.uniform((3,), low=np.ones((2, 3))), ShapeError, "low has 2 dimensions"),
        (lambda: s.uniform((3,), dtype="int32"), HyperparameterError, "dtype='int32'"),
        (lambda: s.binomial((3,), n=2), HyperparameterError, "n=2; expected 1"),
        (lambda: s.binomial((3,), p=1.5), HyperparameterError, "p=1.5"),
        (lambda: s.binomial(p=0.5), HyperparameterError, "size=None"),
        (lambda: s.multinomial((3,), pvals=x), HyperparameterError, "size=.3,. is not used"),
        (lambda: s.multinomial(), HyperparameterError, "pvals is missing"),
        (lambda: s.multinomial(pvals=x[0]), ShapeError, "pvals has 1 dimensions"),
        (lambda: s.choice(a=3, p=x), HyperparameterError, "a=3 is not used"),
        (lambda: s.choice(4, None, False, np.ones((2, 3))), ShapeError, "size=4"),
        (lambda: MRG_RandomStreams(0), HyperparameterError, "seed=0"),
    ):
        with pytest.raises(error, match=message):
            call()
    assert not s.state_updates
    assert s.uniform((3,), nstreams=1) is not None
    np.testing.assert_array_equal(s.state_dict()["mrg/0"], ONE)  # a failed call took no states


@pytest.mark.core
def test_no_gradient_of_parameters():
    p = pt.vector("p")
    draws = MRG_RandomStreams(1).binomial((3,), p=p, dtype="float64")
    with pytest.raises((TypeError, ValueError), match="[Uu]ndefined|NullType|null"):
        pytensor.grad(draws.sum(), p)


@pytest.mark.core
def test_choice_with_replacement(python_backend):
    streams = MRG_RandomStreams(3)
    p = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    f = symopt.function([], streams.choice(400, None, True, p), backend=python_backend)
    drawn = f()
    assert drawn.shape == (3, 400)
    assert abs(drawn[0].mean() - 0.5) < 0.1
    assert set(drawn[0]) == {0, 1}
    assert set(drawn[1]) == {2}
    assert set(drawn[2]) == {-1}


@pytest.mark.core
def test_example(python_backend, monkeypatch):
    monkeypatch.setattr(sys.modules["symopt.function"], "choose_backend", lambda _: python_backend)
    failures, tried = doctest.testmod(symopt.random.streams)
    assert tried > 0
    assert failures == 0


@pytest.mark.parametrize("backend", ["python", "c", "jax"])
def test_drawn_in_a_loop(backend):
    streams = MRG_RandomStreams(1234)
    with warnings.catch_warnings():
        # PyTensor's: scan's updates are deprecated, and it sets a default_update itself.
        warnings.simplefilter("ignore", DeprecationWarning)
        draws, updates = pytensor.scan(
            lambda: streams.uniform((3,)), n_steps=4, return_updates=True
        )
    keywords = {"updates": updates}
    chosen = PythonBackend() if backend == "python" else backend
    f = symopt.function([], draws, backend=chosen, **keywords)
    for call in range(3):
        np.testing.assert_array_equal(f(), theano(f"mrg_scan/call{call}/0"))


def test_states_move_between_backends():
    """One stream drawn from on one backend after the other, as if on one."""
    shared = MRG_RandomStreams(7)
    draws = shared.uniform((30,), dtype="float32")
    backends = ("python", "c", "numba", "jax")
    functions = [compiled(backend, [], [draws]) for backend in backends]
    moved = []
    for f in (*functions, *functions):
        moved.append(np.asarray(f()[0]))
    single = MRG_RandomStreams(7)
    alone = compiled("python", [], [single.uniform((30,), dtype="float32")])
    np.testing.assert_array_equal(moved, [alone()[0] for _ in moved])


@pytest.mark.core
def test_dropout_in_an_optimizer(python_backend):
    """Phase 1 and f_step draw; phase 2 does not."""
    streams = MRG_RandomStreams(11)
    tparams = symopt.init_tparams({"w": np.ones(50, "float32")})
    mask = streams.binomial((50,), p=0.5, dtype="float32")
    cost = pt.sum(tparams["w"] * mask)
    opt = symopt.sgd(pt.scalar("lr"), tparams, None, [], cost, backend=python_backend)
    masks = []
    for _ in range(2):
        opt.f_grad_shared()
        masks.append(opt.grads["w"].get_value())
        state = streams.state_dict()["mrg/0"]
        opt.f_update(0.0)
        np.testing.assert_array_equal(streams.state_dict()["mrg/0"], state)
    before = tparams["w"].get_value()
    opt.f_step(1.0)
    masks.append(before - tparams["w"].get_value())
    other = MRG_RandomStreams(11)
    f = symopt.function([], other.binomial((50,), p=0.5, dtype="float32"), backend=python_backend)
    np.testing.assert_array_equal(masks, [f() for _ in masks])
    assert np.any(masks[0] != masks[1])
