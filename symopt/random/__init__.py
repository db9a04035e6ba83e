"""Random numbers as symbolic arithmetic on an explicit state: the same bits on every backend.

:mod:`~symopt.random.mrg31k3p` is Theano's generator, :mod:`~symopt.random.distributions` what is
drawn with it. A state is an int32 matrix, and every function returns its draws together with the
states that follow. These are one more update of the graph::

    import pytensor, symopt
    from symopt.random import first_states, uniform

    states = pytensor.shared(first_states(seed=1, streams=100))
    draws, new_states = uniform(states, 100, "float32")
    f = symopt.function([], draws, updates=[(states, new_states)])

Each call of ``f`` draws the next 100 numbers. The state is saved, restored and copied like any
other shared variable: ``states.get_value()`` and ``states.set_value(...)``. Two draws in one
graph chain (the second starts from the first one's ``new_states``), or have states of their own,
``first_states(seed, streams, offset=0)`` and ``offset=1``.
"""

from symopt.random.distributions import normal as normal
from symopt.random.distributions import rademacher as rademacher
from symopt.random.distributions import uniform as uniform
from symopt.random.mrg31k3p import MAX_STREAMS as MAX_STREAMS
from symopt.random.mrg31k3p import first_states as first_states
from symopt.random.mrg31k3p import integers as integers
from symopt.random.mrg31k3p import stream_count as stream_count
