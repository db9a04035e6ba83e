"""``theano.sandbox.cuda.rng_curand``: random streams on a GPU."""

from typing import Any

from symopt.legacy.unavailable import unavailable_class

CURAND_RandomStreams: Any = unavailable_class(
    "theano.sandbox.cuda.rng_curand.CURAND_RandomStreams",
    "Write theano.sandbox.rng_mrg.MRG_RandomStreams(seed).",
)
