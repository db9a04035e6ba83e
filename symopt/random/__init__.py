"""Random numbers as symbolic arithmetic on an explicit state: the same bits on every backend.

:class:`MRG_RandomStreams` is Theano's: a method call gives draws, and their state is kept and
moved on behind them::

    import numpy as np, pytensor.tensor as pt, symopt

    streams = symopt.random.MRG_RandomStreams(seed=1234)
    x = pt.matrix("x")
    noisy = symopt.function([x], x + streams.normal(x.shape, std=0.1))
    noisy(np.zeros((2, 3)))             # other noise in each call
    saved = streams.state_dict()        # NumPy arrays by name, for a checkpoint
    streams.load_state_dict(saved)

:class:`RandomStreams` is Theano's other source, with the numbers of ``numpy.random.RandomState``;
it draws on the host, in Python.

Below them are functions of an explicit state: :mod:`~symopt.random.mrg31k3p` is the generator,
:mod:`~symopt.random.distributions` and :mod:`~symopt.random.categorical` what is drawn with it. A
state is an int32 matrix, and every function returns its draws together with the states that
follow. These are one more update of the graph::

    import pytensor, symopt
    from symopt.random import first_states, uniform

    states = pytensor.shared(first_states(seed=1, streams=100))
    draws, new_states = uniform(states, 100, "float32")
    f = symopt.function([], draws, updates=[(states, new_states)])

Each call of ``f`` draws the next 100 numbers. The state is saved, restored and copied like any
other shared variable: ``states.get_value()`` and ``states.set_value(...)``. Two draws in one
graph chain (the second starts from the first one's ``new_states``), or have states of their own,
``first_states(seed, streams, offset=0)`` and ``offset=1``.

All is computed in int32 and float32 unless float64 is asked for, so that JAX gives the same
numbers with and without its 64-bit types. What needs float64 all the same (float64 draws, uniform
draws of another interval than (0, 1), the sums of ``multinomial`` and ``choice``) is rounded to
float32 by JAX where those types are off.
"""

from symopt.random.categorical import choice as choice
from symopt.random.categorical import multinomial as multinomial
from symopt.random.distributions import binomial as binomial
from symopt.random.distributions import normal as normal
from symopt.random.distributions import rademacher as rademacher
from symopt.random.distributions import truncated_normal as truncated_normal
from symopt.random.distributions import uniform as uniform
from symopt.random.mrg31k3p import MAX_STREAMS as MAX_STREAMS
from symopt.random.mrg31k3p import first_states as first_states
from symopt.random.mrg31k3p import integers as integers
from symopt.random.mrg31k3p import stream_count as stream_count
from symopt.random.randomstate import RandomStreams as RandomStreams
from symopt.random.streams import MRG_RandomStreams as MRG_RandomStreams
from symopt.random.streams import guess_n_streams as guess_n_streams
