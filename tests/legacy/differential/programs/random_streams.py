"""MRG_RandomStreams and RandomStreams: the same seeds draw the same numbers."""

import numpy as np
import theano
import theano.tensor as T
from theano.sandbox.rng_mrg import MRG_RandomStreams
from theano.tensor.shared_randomstreams import RandomStreams

from tests.legacy.differential.answers import build, floatx, numbers, raised


def _draws(expression, inputs=(), values=(), times=2):
    # rewriting a generator's graph takes longer than all the rest
    plain = theano.Mode(linker="py", optimizer=None)
    f = theano.function(list(inputs), expression, mode=plain)
    return [f(*values) for _ in range(times)]


def mrg_uniform_forms():
    return {
        "tuple": _draws(MRG_RandomStreams(seed=1234).uniform((3, 2))),
        "keyword": _draws(MRG_RandomStreams(1234).uniform(size=(4,))),
        "bounds": _draws(MRG_RandomStreams(7).uniform(size=(4,), low=-1, high=1)),
        "bounds positional": _draws(MRG_RandomStreams(7).uniform((4,), -2.0, 3.0)),
        "dtype": _draws(MRG_RandomStreams(7).uniform((4,), dtype="float32")),
        "dtype 64": _draws(MRG_RandomStreams(7).uniform((4,), dtype="float64")),
        "floatX": _draws(MRG_RandomStreams(7).uniform((4,), dtype=theano.config.floatX)),
        "ndim": _draws(MRG_RandomStreams(7).uniform((4,), ndim=1)),
        "nstreams": _draws(MRG_RandomStreams(7).uniform((4,), nstreams=2)),
        "default seed": _draws(MRG_RandomStreams().uniform((3,))),
        "list": raised(MRG_RandomStreams(7).uniform, [2, 2]),
        "scalar": _draws(MRG_RandomStreams(7).uniform(())),
        "more than streams": _draws(MRG_RandomStreams(7).uniform((300,), nstreams=5))[1][::37],
    }


def mrg_other_distributions():
    p = np.asarray([[0.25, 0.5, 0.25], [0, 0, 1], [0.5, 0.25, 0.25]], theano.config.floatX)
    return {
        "binomial": _draws(MRG_RandomStreams(3).binomial((8,), p=0.5)),
        "binomial keywords": _draws(
            MRG_RandomStreams(3).binomial(size=(8,), n=1, p=0.25, dtype=theano.config.floatX)
        ),
        "binomial positional": _draws(MRG_RandomStreams(3).binomial((8,), 1, 0.75)),
        "binomial int32": _draws(MRG_RandomStreams(3).binomial((4,), dtype="int32")),
        "normal": _draws(MRG_RandomStreams(3).normal((5,))),
        "normal even": _draws(MRG_RandomStreams(3).normal((2, 3))),
        "normal keywords": _draws(
            MRG_RandomStreams(3).normal(size=(4,), avg=1.0, std=0.5, dtype=theano.config.floatX)
        ),
        "normal truncated": _draws(MRG_RandomStreams(3).normal((6,), truncate=True)),
        "truncated_normal": _draws(MRG_RandomStreams(3).truncated_normal((6,), avg=0.5, std=2.0)),
        "multinomial": _draws(MRG_RandomStreams(3).multinomial(pvals=T.constant(p))),
        "multinomial dtype": _draws(
            MRG_RandomStreams(3).multinomial(pvals=T.constant(p), dtype=theano.config.floatX)
        ),
        "multinomial n": _draws(MRG_RandomStreams(3).multinomial(n=4, pvals=T.constant(p))),
        "choice": _draws(
            MRG_RandomStreams(3).choice(size=2, a=None, replace=False, p=T.constant(p[[0, 2]]))
        ),
        "without replacement": _draws(
            MRG_RandomStreams(3).multinomial_wo_replacement(pvals=T.constant(p[[0, 2]]), n=2)
        ),
    }


def mrg_sizes_that_are_symbolic():
    x, n = T.matrix("x"), T.lscalar("n")
    value = numbers(2, 3)
    return {
        "shape": _draws(MRG_RandomStreams(5).uniform(x.shape), [x], [value]),
        "shape keyword": _draws(MRG_RandomStreams(5).binomial(size=x.shape, p=0.5), [x], [value]),
        "tuple": _draws(MRG_RandomStreams(5).normal((n, 3)), [n], [2]),
        "mixed": _draws(MRG_RandomStreams(5).uniform((x.shape[0], 2)), [x], [value]),
        "dropout": _draws(
            x * MRG_RandomStreams(5).binomial(x.shape, p=0.5, n=1, dtype=x.dtype), [x], [value]
        ),
        "dropout switch": _draws(
            T.switch(MRG_RandomStreams(5).binomial((n, 3), p=0.5), x, 0), [n, x], [2, value]
        ),
        "noise": _draws(x + MRG_RandomStreams(5).normal(x.shape, avg=0.0, std=0.1), [x], [value]),
        "tensor p": _draws(
            MRG_RandomStreams(5).binomial(size=x.shape, n=1, p=T.nnet.sigmoid(x)), [x], [value]
        ),
        "tensor bounds": _draws(
            MRG_RandomStreams(5).uniform(size=(2, 3), low=x, high=x + 1), [x], [value]
        ),
        "tensor avg": _draws(
            MRG_RandomStreams(5).normal(size=(2, 3), avg=x, std=0.5), [x], [value]
        ),
    }


def mrg_streams_and_seeds():
    stream = MRG_RandomStreams(42)
    a, b = stream.uniform((3,)), stream.normal((2,))
    f = theano.function([], [a, b])
    frozen = theano.function([], a, no_default_updates=True)
    first, second = f(), f()
    states = [entry[0].get_value() for entry in stream.state_updates]
    states = [[len(state), state[:3], state[-1]] for state in states]
    held = [frozen(), frozen()]
    stream.seed(42)
    again = f()
    return {
        "first": first,
        "second": second,
        "states": states,
        "held": held,
        "seeded again": again,
        "updates": len(stream.updates()),
        "state_updates": len(stream.state_updates),
        "six": _draws(MRG_RandomStreams([1, 2, 3, 4, 5, 6]).uniform((3,))),
        "rstate": np.asarray(MRG_RandomStreams(42).rstate),
        "zero": raised(MRG_RandomStreams, 0),
        "float": raised(MRG_RandomStreams, 1.5),
        "five": raised(MRG_RandomStreams, [1, 2, 3, 4, 5]),
        "negative": raised(MRG_RandomStreams, -1),
        "from RandomState": _draws(
            MRG_RandomStreams(np.random.RandomState(1).randint(2**30)).uniform((3,))
        ),
        "use_cuda": raised(MRG_RandomStreams, 42, use_cuda=False),
    }


@floatx("float32")
def mrg_types():
    x = T.matrix("x")
    return build(
        {
            "uniform": lambda: MRG_RandomStreams(1).uniform((2, 3)),
            "uniform one": lambda: MRG_RandomStreams(1).uniform((1, 3)),
            "uniform shape": lambda: MRG_RandomStreams(1).uniform(x.shape),
            "uniform mixed": lambda: MRG_RandomStreams(1).uniform((x.shape[0], 1)),
            "uniform low float64": lambda: MRG_RandomStreams(1).uniform((2,), low=np.float64(0.1)),
            "uniform int bounds": lambda: MRG_RandomStreams(1).uniform((2,), low=0, high=2),
            "binomial": lambda: MRG_RandomStreams(1).binomial((2, 3)),
            "binomial dtype": lambda: MRG_RandomStreams(1).binomial((2, 3), dtype="int8"),
            "normal": lambda: MRG_RandomStreams(1).normal((2,)),
            "normal shape": lambda: MRG_RandomStreams(1).normal(x.shape),
            "multinomial": lambda: MRG_RandomStreams(1).multinomial(pvals=x),
            "multinomial dtype": lambda: MRG_RandomStreams(1).multinomial(
                pvals=x, dtype="float32"
            ),
            "vector size": lambda: MRG_RandomStreams(1).uniform(T.lvector(), ndim=2),
            "negative size": lambda: MRG_RandomStreams(1).uniform((-1, 2)),
            "zero size": lambda: MRG_RandomStreams(1).uniform((0, 2)),
            "float size": lambda: MRG_RandomStreams(1).uniform((2.0,)),
            "int size": lambda: MRG_RandomStreams(1).uniform(3),
            "binomial n 2": lambda: MRG_RandomStreams(1).binomial((2,), n=2),
            "multinomial 1d": lambda: MRG_RandomStreams(1).multinomial(pvals=T.vector()),
            "multinomial no pvals": lambda: MRG_RandomStreams(1).multinomial(),
            "multinomial size": lambda: MRG_RandomStreams(1).multinomial(size=(2,), pvals=x),
        }
    )


def mrg_gradients_stop():
    x = T.matrix("x")
    stream = MRG_RandomStreams(9)
    mask = stream.binomial(x.shape, p=0.5, dtype=x.dtype)
    noise = stream.normal(x.shape)
    f = theano.function([x], T.grad(((x * mask + noise) ** 2).sum(), x))
    p = T.nnet.sigmoid(x)
    sample = stream.binomial(size=p.shape, n=1, p=p, dtype=p.dtype)
    return {
        "value": [f(numbers(2, 2)), f(numbers(2, 2))],
        "through p": raised(T.grad, sample.sum(), x),
        "considered constant": theano.function(
            [x], T.grad((sample * p).sum(), x, consider_constant=[sample])
        )(numbers(2, 2)),
    }


def shared_random_streams():
    p = np.asarray([[0.25, 0.5, 0.25], [0.1, 0.2, 0.7]])
    return {
        "uniform": _draws(RandomStreams(seed=234).uniform((2, 2))),
        "uniform bounds": _draws(RandomStreams(1).uniform(size=(3,), low=-1.0, high=2.0)),
        "uniform dtype": _draws(RandomStreams(1).uniform((3,), dtype="float32")),
        "normal": _draws(RandomStreams(1).normal((3,))),
        "normal keywords": _draws(RandomStreams(1).normal(size=(3,), avg=1.0, std=2.0)),
        "binomial": _draws(RandomStreams(1).binomial((6,))),
        "binomial keywords": _draws(
            RandomStreams(1).binomial(size=(6,), n=1, p=0.25, dtype=theano.config.floatX)
        ),
        "binomial n": _draws(RandomStreams(1).binomial((6,), n=10, p=0.5)),
        "random_integers": _draws(RandomStreams(1).random_integers((6,), low=0, high=5)),
        "permutation": _draws(RandomStreams(1).permutation((2,), n=5)),
        "permutation one": _draws(RandomStreams(1).permutation(n=5)),
        "multinomial": _draws(RandomStreams(1).multinomial((2,), n=1, pvals=p)),
        "choice": _draws(RandomStreams(1).choice((4,), a=5)),
        "choice p": _draws(RandomStreams(1).choice((4,), a=3, p=[0.1, 0.2, 0.7])),
        "poisson": _draws(RandomStreams(1).poisson((4,), lam=3.0)),
        "shuffle_row_elements": _draws(
            RandomStreams(1).shuffle_row_elements(T.constant(np.arange(8).reshape(2, 4)))
        ),
        "scalar": _draws(RandomStreams(1).uniform(())),
        "no size": _draws(RandomStreams(1).uniform()),
    }


def shared_random_streams_symbolic():
    x, n = T.matrix("x"), T.lscalar("n")
    value = numbers(2, 3)
    return {
        "shape": _draws(RandomStreams(5).uniform(x.shape), [x], [value]),
        "shape ndim": _draws(RandomStreams(5).uniform(x.shape, ndim=2), [x], [value]),
        "tuple": _draws(RandomStreams(5).normal((n, 2)), [n], [2]),
        "corruption": _draws(
            RandomStreams(5).binomial(size=x.shape, n=1, p=0.7, dtype=theano.config.floatX) * x,
            [x],
            [value],
        ),
        "gibbs": _draws(
            RandomStreams(5).binomial(size=x.shape, n=1, p=T.nnet.sigmoid(x)), [x], [value]
        ),
        "broadcast": _draws(RandomStreams(5).uniform(low=x, high=x + 1), [x], [value]),
        "avg": _draws(RandomStreams(5).normal(avg=x, std=1.0), [x], [value]),
    }


def shared_random_streams_state():
    stream = RandomStreams(seed=234)
    u, v = stream.uniform((2,)), stream.normal((2,))
    f = theano.function([], u)
    g = theano.function([], v, no_default_updates=True)
    nearly_zeros = theano.function([], u + u - 2 * u)
    first = [f(), f(), g(), g(), nearly_zeros(), f()]
    state = u.rng.get_value(borrow=True)
    state.seed(89234)
    u.rng.set_value(state, borrow=True)
    seeded = f()
    stream.seed(902340)
    after = [f(), g()]
    other = RandomStreams(seed=234)
    a = other.uniform((2,))
    h = theano.function([], a)
    h()
    for mine, theirs in zip(other.state_updates, stream.state_updates):
        mine[0].set_value(theirs[0].get_value())
    return {
        "first": first,
        "seeded": seeded,
        "after": after,
        "copied": [h(), f()],
        "rng type": type(state).__name__,
        "updates": len(stream.updates()),
        "same generator": raised(lambda: RandomStreams(np.random.RandomState(1).randint(2**30))),
        "text": raised(RandomStreams, "seed"),
        "float": raised(RandomStreams, 1.5),
        "gen": _draws(
            RandomStreams(3).gen(theano.tensor.raw_random.uniform, size=(2,), low=0.0, high=1.0)
        ),
    }


def raw_random_functions():
    rng = T.raw_random.random_state_type()
    after, sample = T.raw_random.uniform(rng, (3,), 0.0, 1.0)
    f = theano.function(
        [theano.In(rng, value=np.random.RandomState(7), update=after, mutable=True)], [sample]
    )
    after, sample = T.raw_random.normal(rng, size=(2, 2), avg=1.0, std=2.0)
    g = theano.function(
        [theano.In(rng, value=np.random.RandomState(7), update=after, mutable=True)], [sample]
    )
    after, sample = T.raw_random.permutation(rng, n=4)
    h = theano.function(
        [theano.In(rng, value=np.random.RandomState(7), update=after, mutable=True)], [sample]
    )
    return {"uniform": [f(), f()], "normal": [g(), g()], "permutation": [h(), h()]}


@floatx("float32")
def streams_of_one_seed_differ_and_repeat():
    a, b = MRG_RandomStreams(17), MRG_RandomStreams(17)
    first = theano.function([], [a.uniform((2,)), a.uniform((2,))])()
    second = theano.function([], [b.uniform((2,)), b.uniform((2,))])()
    return {
        "differ": bool((first[0] != first[1]).any()),
        "repeat": bool((first[0] == second[0]).all() and (first[1] == second[1]).all()),
    }
