"""Draws of Theano 1.0.5's RandomStreams and raw_random in their many forms.

    THEANO_FLAGS=floatX=float64,linker=py,optimizer=fast_compile python randomstate.py OUT

with Python 3.7, Theano 1.0.5 and NumPy below 1.20. Each case is called three times.
"""

import sys

import numpy as np
import theano
import theano.tensor as T
from theano.tensor.shared_randomstreams import RandomStreams

floatX = theano.config.floatX
v = T.as_tensor_variable
column = np.asarray([[0.0], [10.0]], floatX)
rows = np.asarray([0.0, 100.0, 200.0], floatX)
pvals = np.asarray([[[0.1, 0.2, 0.7], [0.5, 0.5, 0.0]]], floatX)

CASES = {
    "uniform_broadcast": lambda s: s.uniform(low=v(column), high=v(rows + 300)),
    "uniform_minus_one": lambda s: s.uniform(size=(2, -1), low=v(rows), high=v(rows + 1)),
    "uniform_ndim": lambda s: s.uniform(size=v(np.asarray([2, 3])), ndim=2),
    "uniform_scalar": lambda s: s.uniform(size=(), low=-1.0, high=1.0),
    "uniform_float64": lambda s: s.uniform(size=(3,), dtype="float64"),
    "normal_moved": lambda s: s.normal(size=(2, 3), avg=v(rows), std=0.5),
    "normal_odd": lambda s: s.normal(size=(3,)),
    "binomial_n": lambda s: s.binomial(size=(2, 3), n=5, p=v(np.asarray([0.1, 0.5, 0.9], floatX))),
    "binomial_none": lambda s: s.binomial(n=3, p=v(column / 20 + 0.1)),
    "binomial_floatX": lambda s: s.binomial(size=(4,), p=0.5, dtype=floatX),
    "random_integers_arrays": lambda s: s.random_integers(
        low=v(np.asarray([0, 5, 100])), high=v(np.asarray([[3], [500]]) + 100)
    ),
    "random_integers_int8": lambda s: s.random_integers(size=(5,), low=-2, high=127),
    "choice": lambda s: s.choice(size=(2, 3), a=7),
    "choice_vector": lambda s: s.choice(size=(4,), a=v(np.asarray([3, 1, 4, 1, 5])), replace=False),
    "choice_p": lambda s: s.choice(size=(5,), a=3, p=[0.1, 0.2, 0.7]),
    "poisson": lambda s: s.poisson(size=(2, 3), lam=4.0),
    "poisson_array": lambda s: s.poisson(size=(2, 3), lam=v(rows + 1)),
    "permutation_many": lambda s: s.permutation(size=(2, 2), n=5),
    "multinomial_none": lambda s: s.multinomial(n=v(np.asarray([3, 7])), pvals=v(pvals)),
    "multinomial_size": lambda s: s.multinomial(size=(3, 2), n=10, pvals=[0.2, 0.3, 0.5]),
    "shuffle": lambda s: s.shuffle_row_elements(v(np.arange(12.0).reshape(3, 4).astype(floatX))),
}

out = {}
for name, make in CASES.items():
    streams = RandomStreams(321)
    streams.uniform((1,))  # so that the case has the second seed
    draws = make(streams)
    f = theano.function([], draws)
    for call in range(3):
        out["%s/%d" % (name, call)] = f()
    streams.seed(99)
    out[name + "/seeded"] = f()

# A stream within a loop.
streams = RandomStreams(7)
steps, updates = theano.scan(
    lambda h: h + streams.normal((2,)), outputs_info=T.zeros((2,)), n_steps=4
)
f = theano.function([], steps, updates=updates)
for call in range(3):
    out["scan/%d" % call] = f()

np.savez(sys.argv[1], **out)
print(len(out), "arrays")
