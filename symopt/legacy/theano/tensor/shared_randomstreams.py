"""``theano.tensor.shared_randomstreams``: streams of NumPy's generator in shared variables."""

from symopt.legacy.theano._fallback import fallback
from symopt.random.randomstate import RandomStreams as RandomStreams
from symopt.random.randomstate_type import RandomStateSharedVariable as RandomStateSharedVariable
from symopt.random.randomstate_type import randomstate_constructor as randomstate_constructor

__getattr__ = fallback(__name__)
